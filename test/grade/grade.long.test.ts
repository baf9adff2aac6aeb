/** `ringlab grade`: what a monitor gets, whatever it tries. */
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ringlab, root, scratch } from '../cli/kit.ts';
import {
  formatGrade,
  type Grade,
  gradeDocument,
  gradeGradescope,
  gradeJunit,
} from '../property/grade/index.ts';
import { buildSolution, gradeOf, submission } from './kit.ts';

const file = scratch();
const solution = () => file('solution.js');
const skeleton = join(root, 'examples', 'your-monitor');

beforeAll(() => buildSolution(solution()));

const passed = ({ outcomes }: Grade) => outcomes.map((outcome) => outcome.passed);
const firstFound = ({ outcomes }: Grade) => outcomes.find(({ found }) => found !== undefined)?.found;

describe('A grade', () => {
  it('is 100 for a complete monitor, which prints nothing', async () => {
    const { score, printed, outcomes } = await gradeOf(solution(), { cases: 6 });
    expect([score, printed]).toEqual([100, 0]);
    expect(outcomes.map((outcome) => [outcome.passed, outcome.cases])).toEqual(
      Array.from({ length: 27 }, () => [true, 6]),
    );
  });

  it('is 100 for a monitor of ours, on the stages where every sensitive instruction traps', async () => {
    expect((await gradeOf('trap-and-emulate', { stage: 8, cases: 15 })).score).toBe(100);
  });

  it('is 0 for the skeleton, which says what to write first', async () => {
    const grade = await gradeOf(skeleton, { stage: 2 });
    expect(grade.score).toBe(0);
    expect(firstFound(grade)?.reason).toContain('stage 1 is not written yet: handle');
  });

  it('is short for an interpreter, which is equal and keeps its resources, and is not efficient', async () => {
    const grade = await gradeOf('interpret', { stage: 1 });
    expect([grade.score, passed(grade)]).toEqual([75, [true, true, false]]);
  });

  it('is the same, to the byte, whatever is around the process', async () => {
    const one = await gradeOf(submission('claims.js'), { only: 3 });
    const other = await gradeOf(submission('claims.js'), { only: 3, layers: new Set() });
    expect({ ...one, layers: [] }).toEqual(other);
  });
});

describe('The feedback', () => {
  const changed = (name: string, from: string, to: string) => {
    const text = readFileSync(solution(), 'utf8');
    expect(text).toContain(from);
    return file(name, text.replace(from, to));
  };

  it('says which rule of the machine is broken, before both states', async () => {
    const monitor = changed('epc.js', 'system[SR3.EPC] = pc', 'system[SR3.EPC] = pc + 4');
    const found = firstFound(await gradeOf(monitor, { only: 3, cases: 30 }));
    expect(found?.rule).toMatch(/^(This trap is the guest's own, |EPC: |`mfs`: )/);
    expect(found?.guest).toMatch(/# The rule: .*steps are equal\. The next one differs:/s);
  });

  it('asks for resource control where the guest is not equal, and says that first', async () => {
    const monitor = changed('ring-0.js', 'ring === 0 ? supervisorRing : ring', 'ring');
    const grade = await gradeOf(monitor, { only: 4, cases: 30 });
    expect(grade.outcomes.map(({ found }) => found?.reason)).toEqual([
      expect.any(String),
      'the guest is entered in real ring 0',
      undefined,
    ]);
    expect(formatGrade(grade)).toContain('The first thing to mend: stage 4, resource control.');
  });

  it('says how many exits there are by which cause, and how many are allowed', async () => {
    const monitor = changed('slow.js', 'return next - cpu.steps', 'return 1');
    const grade = await gradeOf(monitor, { only: 1 });
    expect(grade.outcomes[2]?.found?.reason).toMatch(
      /^\d+ exits, where \d+ are allowed: \d+ by timer interrupt/,
    );
  });

  it('tells nothing of the seed, and the guests are others with salt', async () => {
    const seed = 1_234_567;
    const ask = (salt: object) => gradeOf('trap-and-emulate', { only: 9, cases: 20, seed, ...salt });
    const [plain, salted] = await Promise.all([ask({}), ask({ salt: 'autumn' })]);
    const told = [plain, gradeDocument(plain), gradeGradescope(plain), gradeJunit(plain), formatGrade(plain)];
    expect(JSON.stringify(told)).not.toContain(String(seed));
    expect(firstFound(salted)?.guest).not.toBe(firstFound(plain)?.guest);
  });
});

describe('A submission that', () => {
  it.each([
    ['loops.js', 'it used more than 0.25 seconds of processor time'],
    ['eats.js', 'it used more than 64 MB'],
  ])('reaches a limit gets 0, and a report: %s', async (name, problem) => {
    const grade = await gradeOf(submission(name), { only: 1, seconds: 1, megabytes: 64 });
    expect(grade.score).toBe(0);
    expect(firstFound(grade)?.reason).toContain(`goes on bare, ${problem} under the monitor`);
  });

  it.each([
    ['floods.js', 'it printed more than a monitor has to say'],
    ['throws.js', 'threw something that cannot be told'],
    ['prints.js', 'bare, 0 under the monitor'],
    ['claims.js', 'pc: 0x0001100'],
    ['tampers.js', 'goes on bare'],
    ['imports-later.js', 'bare, 0 under the monitor'],
  ])('tries something else than to be a monitor gets 0, and a counterexample: %s', async (name, reason) => {
    const grade = await gradeOf(submission(name), { only: 1 });
    expect([grade.score, grade.refused]).toEqual([0, undefined]);
    expect(firstFound(grade)?.reason).toContain(reason);
  });

  it('passes equivalence and does nothing when it is asked again has neither of the other properties', async () => {
    file(
      'twice.js',
      `${readFileSync(solution(), 'utf8').replace(/export \{[^}]*\};/, '')}
      let guests = 0;
      export default (machine, allocation) => {
        guests += 1;
        if (guests > 3) throw new Error('not again');
        return index_default(machine, allocation);
      };`,
    );
    const grade = await gradeOf(file('twice.js'), { only: 2 });
    expect([grade.score, passed(grade)]).toEqual([50, [true, false, false]]);
  });

  const refusals: readonly (readonly [name: string, reason: string, text: string])[] = [
    ['loops-as-it-loads.js', 'load-limit', 'it cannot be loaded: it used more than 1 seconds'],
    [
      'imports.js',
      'foreign-import',
      'imports "node:fs": a monitor imports its own files and ringlab/testing',
    ],
    ['no-export.js', 'no-export', 'its default export must be a function'],
    ['settles-never.js', 'never-settles', 'a top-level await of it never settles'],
    ['syntax.js.txt', 'load-error', 'it cannot be loaded: SyntaxError'],
  ];
  it.each(refusals)('is no monitor gets 0, and is told why: %s', async (name, reason, text) => {
    const grade = await gradeOf(submission(name), { only: 1, seconds: 1 });
    expect([grade.score, grade.refused?.reason]).toEqual([0, reason]);
    expect(grade.refused?.text).toContain(text);
  });

  it('is a folder of several modules in TypeScript is read, whatever of the language it uses', async () => {
    const folder = file('folder');
    mkdirSync(join(folder, 'parts'), { recursive: true });
    file(
      'folder/monitor.ts',
      `import { Trap, type Stop } from 'ringlab/testing';
      import { say } from './parts/say.js';
      export class M<T> { constructor(private readonly text: T) {} run(_: number): Stop { throw new Error(String(this.text)); } }
      export default (): M<string> => new M<string>(say(undefined as unknown as Trap)!);`,
    );
    file(
      'folder/parts/say.ts',
      `import { Word } from '../word.ts';
      export const say = <T>(_trap: T) => \`loaded \${Word.Done satisfies number}\`;`,
    );
    file('folder/word.ts', 'export enum Word { Done = 7 }');
    expect(firstFound(await gradeOf(folder, { only: 1 }))?.reason).toContain('the monitor');
    file('folder/word.ts', 'export enum Word { Done =');
    const { refused } = await gradeOf(folder, { only: 1 });
    expect(refused).toEqual({
      reason: 'syntax-error',
      text: 'it cannot be read: word.ts: Unexpected token (1:26)',
    });
  });

  it('puts what a terminal obeys into a refusal has it taken out', async () => {
    const path = file('escapes.js', "import 'a\\u001b[2J\\nscore 100 of 100';");
    const { refused } = await gradeOf(path, { only: 1 });
    expect(refused?.text).toContain('score 100 of 100');
    expect(refused?.text).not.toContain('\u001b');
    expect(refused?.text).not.toContain('\n');
  });

  it('takes a parser very long is refused, and takes nobody else’s time', async () => {
    const path = file('deep.ts', `export default ${'<T>('.repeat(60)}1${')'.repeat(60)};`);
    const { score, refused } = await gradeOf(path, { only: 1, seconds: 1 });
    expect([score, refused?.reason]).toEqual([0, 'load-limit']);
  });

  it.each([
    ['empty', 'no-monitor-file', () => {}],
    ['linked', 'link-outside', (folder: string) => symlinkSync('/etc/passwd', join(folder, 'monitor.js'))],
    ['dangling', 'missing-file', (folder: string) => symlinkSync('nowhere.js', join(folder, 'monitor.js'))],
    ['missing', 'missing-file', (_: string, name: string) => file(`${name}/monitor.js`, "import './a.js';")],
    ['up', 'foreign-import', (_: string, name: string) => file(`${name}/monitor.js`, "import '../up.js';")],
    ['nested', 'not-a-file', (folder: string) => mkdirSync(join(folder, 'monitor.ts'))],
    ['long', 'too-large', (_: string, name: string) => file(`${name}/monitor.js`, ' '.repeat(2 ** 22))],
  ])('has not the files that it needs is told so: %s', async (name, reason, prepare) => {
    mkdirSync(file(name));
    prepare(file(name), name);
    const grade = await gradeOf(file(name));
    expect([grade.score, grade.refused?.reason]).toEqual([0, reason]);
  });
});

describe('A grade is written', () => {
  it("as JUnit's XML and as Gradescope's results.json, beside the report", () => {
    const [junit, gradescope] = [file('junit.xml'), file('results.json')];
    const options = ['--only', '1', '--cases', '3', '--junit', junit, '--gradescope', gradescope];
    const { status, stdout } = ringlab(['grade', skeleton, ...options]);
    expect([status, stdout]).toEqual([1, expect.stringContaining('\nscore 0 of 100\n')]);
    const xml = readFileSync(junit, 'utf8');
    expect(xml).toContain('<testsuite name="stage 1: decode the trap" tests="3" failures="3">');
    expect(xml.match(/<failure /g)).toHaveLength(3);
    const results = JSON.parse(readFileSync(gradescope, 'utf8')) as {
      score: number;
      tests: { max_score: number }[];
    };
    expect(results.score).toBe(0);
    expect(results.tests.map(({ max_score }) => max_score)).toEqual([50, 25, 25]);
  });

  it('for a guest of one’s own, at the variant of a stage', () => {
    const ask = (stage: string) => {
      const options = ['--guest', 'guests/flags.s', '--only', stage, '--json'];
      const { status, stdout } = ringlab(['grade', 'trap-and-emulate', ...options]);
      return { status, document: JSON.parse(stdout) as object };
    };
    expect(ask('8')).toMatchObject({ status: 0, document: { score: 100 } });
    expect(ask('9')).toMatchObject({
      status: 1,
      document: {
        score: 0,
        properties: { equivalence: { counterexample: { step: 324, instruction: 'sring a0' } } },
      },
    });
  });

  it('with a guest that runs as it is printed', async () => {
    // A case of an odd number has neighbours, and what only shows beside these does not show here.
    const found = firstFound(await gradeOf('trap-and-emulate', { only: 9, cases: 1, from: 0 }));
    expect(found?.size).toBeLessThanOrEqual(10);
    const saved = file('guest.s', found?.guest ?? '');
    const options = ['--with', 'trap-and-emulate', '--isa', 'ring32-x', '--memory', '128K'];
    const { status, stdout } = ringlab(['compare', saved, ...options]);
    expect([status, stdout]).toEqual([1, expect.stringContaining('DIVERGES')]);
  });
});

describe('What cannot be graded is refused with a line', () => {
  const help = '(ringlab grade --help shows its options and examples)\n';

  it.each([
    [['nowhere.js'], 65, 'ringlab: nowhere.js: no such file, and no monitor of ours by that name\n'],
    [
      ['trap-and-emulate', '--guest', 'guests/kernel/kernel.s'],
      65,
      expect.stringContaining('; a guest to grade with has 0x20000 bytes\n'),
    ],
    [['trap-and-emulate', '--stage', '10'], 2, `ringlab: there are stages 1 to 9\n${help}`],
    [['trap-and-emulate', '--cases', '0'], 2, `ringlab: --cases 0 would ask nothing\n${help}`],
  ])('%j', (options, status, message) => {
    expect(ringlab(['grade', ...options])).toMatchObject({ status, stdout: '', stderr: message });
  });
});

/** `ringlab grade`: what a monitor gets, whatever it tries. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { ringlab, root, scratch } from '../cli/kit.ts';

const file = scratch();

interface Document {
  readonly score: number;
  readonly refused: string | null;
  readonly printed: number;
  readonly properties: Readonly<
    Record<string, { passed: boolean; cases: number; counterexample: Found | null }>
  >;
  readonly stages: readonly {
    readonly properties: readonly {
      readonly problem: string | null;
      readonly counterexample: Found | null;
    }[];
  }[];
}

interface Found {
  readonly reason: string;
  readonly guest: string;
  readonly size: number;
  readonly step: number;
}

function grade(monitor: string, ...options: string[]): { status: number | null; document: Document } {
  const { status, stdout, stderr } = ringlab(['grade', monitor, '--json', ...options]);
  expect(stderr).toBe('');
  return { status, document: JSON.parse(stdout) as Document };
}

const submission = (name: string) => join(root, 'test', 'grade', 'submissions', name);
const skeleton = join(root, 'examples', 'your-monitor', 'monitor.ts');

describe('A grade', () => {
  const solution = () => file('solution.js');

  beforeAll(async () => {
    const entryPoints = [join(root, 'test', 'grade', 'solution', 'index.ts')];
    await build({
      entryPoints,
      bundle: true,
      format: 'esm',
      external: ['ringlab/testing'],
      outfile: solution(),
    });
  });

  it('is 100 for a complete monitor, which prints nothing', () => {
    const { status, document } = grade(solution(), '--cases', '15');
    expect([status, document.score, document.printed]).toEqual([0, 100, 0]);
    expect(Object.values(document.properties).map(({ passed, cases }) => [passed, cases])).toEqual(
      Array.from({ length: 3 }, () => [true, 9 * 15]),
    );
  });

  it('is 100 for a monitor of ours, on the stages where every sensitive instruction traps', () => {
    const { status, document } = grade('trap-and-emulate', '--stage', '8', '--cases', '15');
    expect([status, document.score]).toEqual([0, 100]);
  });

  it('is 0 for the skeleton, which says what to write first', () => {
    const { status, document } = grade(skeleton, '--cases', '5');
    expect([status, document.score]).toEqual([1, 0]);
    expect(document.properties.equivalence?.counterexample?.reason).toContain(
      'stage 1 is not written yet: handle',
    );
  });

  it('is short for an interpreter, which is equal and keeps its resources, and is not efficient', () => {
    const { status, document } = grade('interpret', '--stage', '1', '--cases', '5');
    const { equivalence, resourceControl, efficiency } = document.properties;
    expect([status, document.score]).toEqual([1, 75]);
    expect([equivalence?.passed, resourceControl?.passed, efficiency?.passed]).toEqual([true, true, false]);
  });
});

describe('A submission that', () => {
  it.each([
    ['loops.js', 'it did not end within 2 seconds'],
    ['eats.js', 'it used more than 64 MB'],
  ])('reaches a limit gets 0, and a report: %s', (name, problem) => {
    const limits = ['--timeout', name === 'loops.js' ? '2' : '20', '--memory-limit', '64'];
    const { status, document } = grade(submission(name), '--only', '1', ...limits);
    expect([status, document.score]).toEqual([1, 0]);
    expect(document.stages[0]?.properties[0]?.problem).toBe(problem);
  });

  it.each([
    ['floods.js', 'it printed more than a monitor has to say'],
    ['throws.js', 'threw something that cannot be told'],
    ['prints.js', 'bare, 0 under the monitor'],
    ['claims.js', 'pc: 0x0001100'],
    ['tampers.js', 'ways out: 0'],
    ['imports-later.js', 'bare, 0 under the monitor'],
  ])('tries something else than to be a monitor gets 0, and a counterexample: %s', (name, reason) => {
    const { status, document } = grade(submission(name), '--only', '1', '--cases', '3');
    expect([status, document.score]).toEqual([1, 0]);
    expect(document.stages[0]?.properties[0]?.counterexample?.reason).toContain(reason);
  });

  it.each([
    ['loops-as-it-loads.js', 'it cannot be loaded: it did not end within 2 seconds'],
    ['imports.js', 'imports "node:fs": a monitor imports its own files and ringlab/testing, nothing else'],
    ['no-export.js', 'it exports no monitor: its default export must be a function'],
    ['syntax.js', 'it cannot be loaded: SyntaxError'],
  ])('is no monitor gets 0, and is told why: %s', (name, refused) => {
    const path =
      name === 'syntax.js' ? file(name, readFileSync(submission('syntax.js.txt'))) : submission(name);
    const { status, document } = grade(path, '--only', '1', '--timeout', '2');
    expect([status, document.score]).toEqual([1, 0]);
    expect(document.refused).toContain(refused);
  });
});

function counterexampleOf({ properties }: Document) {
  return properties.equivalence?.counterexample ?? undefined;
}

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
    const ask = (stage: string) => grade('trap-and-emulate', '--guest', 'guests/flags.s', '--only', stage);
    expect(ask('8')).toMatchObject({ status: 0, document: { score: 100 } });
    const { status, document } = ask('9');
    expect([status, document.score]).toEqual([1, 0]);
    expect(document.properties.equivalence?.counterexample).toMatchObject({
      step: 324,
      instruction: 'sring a0',
    });
  });

  it('with a guest that runs as it is printed', () => {
    // Cases of odd numbers have neighbours, and what only shows beside these does not show here.
    const options = ['--only', '9', '--cases', '1', '--from'];
    let found: ReturnType<typeof counterexampleOf>;
    for (let from = 0; found === undefined && from < 40; from += 2)
      found = counterexampleOf(grade('trap-and-emulate', ...options, String(from)).document);
    expect(found?.size).toBeLessThanOrEqual(10);
    const saved = file('guest.s', found?.guest ?? '');
    const { status, stdout } = ringlab([
      'compare',
      saved,
      '--with',
      'trap-and-emulate',
      '--isa',
      'ring32-x',
      '--memory',
      '128K',
    ]);
    expect([status, stdout]).toEqual([1, expect.stringContaining('DIVERGES')]);
  });
});

describe('What cannot be graded is refused with a line', () => {
  it.each([
    [['nowhere.js'], 65, 'ringlab: nowhere.js: no such file, and no monitor of ours by that name\n'],
    [
      ['trap-and-emulate', '--guest', 'guests/kernel/kernel.s'],
      65,
      expect.stringContaining('; a guest to grade with has 0x20000 bytes\n'),
    ],
    [['trap-and-emulate', '--stage', '10'], 2, 'ringlab: there are stages 1 to 9\n'],
    [['trap-and-emulate', '--cases', '0'], 2, 'ringlab: --cases 0 would ask nothing\n'],
  ])('%j', (options, status, message) => {
    expect(ringlab(['grade', ...options])).toMatchObject({ status, stdout: '', stderr: message });
  });
});

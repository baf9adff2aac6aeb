/**
 * A class of submissions that nobody wrote: correct monitors in several forms, monitors with a mistake that is known, attacks, and
 * folders that are no monitor. Each is made from its number alone, and no two are the same.
 */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { repositoryPath } from '../property/grade/bundled.ts';
import { attacksOn, type Canaries } from './attacks.ts';

/** The stage that the class is graded at. */
export const classStage = 4;

/** What a submission deserves: all points, some but not all (or none), or none. */
export type Deserved = 'all' | 'fewer' | 'none';

export interface Generated {
  readonly name: string;
  readonly deserves: Deserved;
}

/** The files of the solution: those of test/grade/solution, and the skeleton that they build on, in a folder of its own. */
function solutionFiles(): Map<string, string> {
  const files = new Map<string, string>();
  const add = (path: string, source: string) => {
    const text = readFileSync(repositoryPath(source), 'utf8');
    files.set(path, text.replaceAll('../../../examples/your-monitor/', './skeleton/'));
  };
  for (const name of ['monitor.ts', 'cpu.ts']) add(`skeleton/${name}`, `examples/your-monitor/${name}`);
  const stages = Array.from({ length: 9 }, (_, n) => `stage${n + 1}`);
  for (const name of ['index', 'shadow', ...stages]) add(`${name}.ts`, `test/grade/solution/${name}.ts`);
  return files;
}

interface Mistake {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Mistakes in the first four stages, each in a line. */
const mistakes: readonly Mistake[] = [
  { file: 'stage1.ts', from: 'this.steps -= 1;', to: '' },
  { file: 'stage1.ts', from: 'if (cause >= CAUSE.INTERRUPT) return;', to: '' },
  { file: 'stage2.ts', from: 'value & (systemRegisters[number]?.mask ?? 0)', to: 'value & 1' },
  { file: 'stage3.ts', from: 'system[SR.EPC] = pc;', to: 'system[SR.EPC] = pc + 4;' },
  { file: 'stage3.ts', from: 'system[SR.ESTATUS] = this.status;', to: 'system[SR.ESTATUS] = 0;' },
  { file: 'stage3.ts', from: 'system[SR.ECAUSE] = cause;', to: '' },
  { file: 'stage3.ts', from: 'this.status &= STATUS.UF;', to: '' },
  { file: 'stage4.ts', from: 'ring === 0 ? supervisorRing : ring', to: 'ring' },
  { file: 'stage4.ts', from: '| STATUS.IF | real', to: '| real' },
  { file: 'stage4.ts', from: '&& this.guest.ring > 0', to: '&& false' },
  { file: 'skeleton/monitor.ts', from: "{ kind: 'limit' } : until - steps", to: "{ kind: 'limit' } : 1" },
  { file: 'skeleton/monitor.ts', from: 'SR.ERBASE, allocation.at', to: 'SR.ERBASE, 0' },
  { file: 'skeleton/monitor.ts', from: 'SR.ERBOUND, allocation.size', to: 'SR.ERBOUND, 2 * allocation.size' },
  { file: 'skeleton/monitor.ts', from: 'SR.TIMER, steps', to: 'SR.TIMER, steps + 1000' },
  { file: 'skeleton/monitor.ts', from: '+= trap.steps', to: '+= trap.steps + 1' },
];

/** Folders that are no monitor, each by what is in it. */
const broken: readonly ((folder: string) => void)[] = [
  () => {},
  (folder) => write(folder, 'monitor.ts', "import { a } from './missing.ts';\nexport default a;\n"),
  (folder) => write(folder, 'monitor.ts', 'export const monitor = 1;\n'),
  (folder) => write(folder, 'monitor.ts', 'export default function (\n'),
  (folder) => write(folder, 'monitor.ts', 'await new Promise(() => {});\nexport default () => {};\n'),
  (folder) => write(folder, 'monitor.js', "import 'node:fs';\nexport default () => {};\n"),
  (folder) => symlinkSync('/etc/passwd', join(folder, 'monitor.ts')),
];

function write(folder: string, name: string, text: string): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Writes the solution of a stage as modules in TypeScript, or as one file of JavaScript; `n` makes it unlike every other. */
async function writeSolution(folder: string, n: number, stage: number, mistake?: Mistake): Promise<void> {
  const files = solutionFiles();
  if (mistake !== undefined) {
    const { file, from, to } = mistake;
    const text = files.get(file) ?? '';
    if (!text.includes(from)) throw new Error(`${file} has no "${from}" for the mistake to be made in`);
    files.set(file, text.replace(from, to));
  }
  const main = `import { solutions } from './index.ts';\nexport const submission = ${n};\nexport default solutions[${stage - 1}];\n`;
  files.set('monitor.ts', main);
  const form = n % 3;
  const modules = form === 0 ? folder : join(folder, '.modules');
  for (const [path, text] of files) write(modules, path, text);
  if (form === 0) return;
  await build({
    entryPoints: [join(modules, 'monitor.ts')],
    bundle: true,
    format: 'esm',
    minify: form === 2,
    external: ['ringlab/testing'],
    outfile: join(folder, 'monitor.js'),
  });
}

/** Of every ten submissions: so many correct ones, and up to there wrong ones and attacks; the rest is broken. */
const [correct, wrong, hostile] = [3, 6, 9];

/** Writes submissions 0 to `count` - 1 into a folder. */
export async function generateClass(folder: string, count: number, canaries: Canaries): Promise<Generated[]> {
  const attacks = attacksOn(canaries);
  const made: Generated[] = [];
  const counts = { solution: 0, mistake: 0, attack: 0, broken: 0 };
  const next = <T>(list: readonly T[], kind: keyof typeof counts) => list[counts[kind]++ % list.length] as T;
  for (let n = 0; n < count; n++) {
    const kind = n % 10;
    const name = `student-${String(n).padStart(3, '0')}`;
    const own = join(folder, name);
    mkdirSync(own, { recursive: true });
    write(own, 'notes.js', `// Submission ${n}\n`);
    if (kind < correct) await writeSolution(own, n, next([4, 9, 5, 6, 7, 8], 'solution'));
    else if (kind < wrong) await writeSolution(own, n, classStage, next(mistakes, 'mistake'));
    else if (kind < hostile) write(own, 'monitor.js', next(attacks, 'attack').code);
    else next(broken, 'broken')(own);
    made.push({ name, deserves: kind < correct ? 'all' : kind < wrong ? 'fewer' : 'none' });
  }
  return made;
}

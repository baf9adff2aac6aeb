/**
 * The layers around a submission's process. Each keeps it from files, network, other processes or unbounded use by a means
 * of its own, so that one that is missing or has a hole leaves the others.
 *
 *     permission   Node's permission model: no files, no child processes, no threads, no native code
 *     limits       prlimit: memory, processor time, no file may be written; once it runs, no file or socket can be opened
 *                  and no process made. Where there is no prlimit, the shell's ulimit, which has less
 *     user         where the judge is root, the process is nobody's: it may signal none of root's processes
 *     namespace    bubblewrap, on Linux: no network, no other process and hardly any file is in sight
 *
 * The realm of its own (child.ts) is not in this list: it is always there.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { type Layer, layerNames, type SandboxChoice } from '../../../cli/grader.ts';

export { type Layer, layerNames };

/** What a process may use. */
export interface Bounds {
  /** Memory beside what Node itself needs. */
  readonly megabytes: number;
  /** Seconds of processor time in all: the judge stops it long before (meter.ts). */
  readonly seconds: number;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
}

/** Megabytes of writable memory that Node has before it does anything. */
export const nodeMegabytes = 96;

/** User and group `nobody`. */
const nobody = 65534;

function find(program: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** Whether everybody may run the file at `path`. */
function isForAll(path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

const permissionFlag = ['--permission', '--experimental-permission'].find((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
);

/** bubblewrap's part of a command: Node and the libraries that it needs are there to be read, and nothing else. */
function bubblewrap(program: string): string[] {
  const folders = ['/usr', '/bin', '/lib', '/lib32', '/lib64'].flatMap((path) => [
    '--ro-bind-try',
    path,
    path,
  ]);
  const node = process.execPath.startsWith('/usr/') ? [] : ['--ro-bind', process.execPath, process.execPath];
  const rest = ['--unshare-all', '--die-with-parent', '--new-session', '--cap-drop', 'ALL'];
  return [program, ...rest, ...folders, ...node, '--proc', '/proc', '--dev', '/dev', '--chdir', '/', '--'];
}

/** Whether bubblewrap can make its namespaces here: many containers forbid it. */
function canUnshare(): boolean {
  const program = process.platform === 'linux' ? find('bwrap') : undefined;
  if (program === undefined) return false;
  const [file, ...args] = [...bubblewrap(program), process.execPath, '--version'];
  return spawnSync(file, args, { stdio: 'ignore' }).status === 0;
}

/** The layers that there are on this machine. Starts a process to find out, so whoever asks remembers the answer. */
export function availableLayers(): ReadonlySet<Layer> {
  const found: Readonly<Record<Layer, boolean>> = {
    permission: permissionFlag !== undefined,
    limits: process.platform !== 'win32',
    user: process.getuid?.() === 0 && isForAll(process.execPath),
    namespace: canUnshare(),
  };
  return new Set(layerNames.filter((layer) => found[layer]));
}

/** The layers for a choice, or those that it demands and that there are not. */
export function chooseLayers(
  choice: SandboxChoice,
  available: ReadonlySet<Layer>,
): { layers: ReadonlySet<Layer>; missing: readonly Layer[] } {
  if (choice.kind === 'auto') return { layers: available, missing: [] };
  const demanded: readonly Layer[] =
    choice.kind === 'only' ? choice.layers : ['permission', 'limits', 'namespace'];
  const missing = demanded.filter((layer) => !available.has(layer));
  return { layers: choice.kind === 'only' ? new Set(demanded) : available, missing };
}

/** Ends the process with the judge, however the judge ends. */
function withParent(): string[] {
  const setpriv = find('setpriv');
  return setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'KILL', '--'];
}

function limits({ megabytes, seconds }: Bounds): string[] {
  const bytes = (megabytes + nodeMegabytes) * 2 ** 20;
  const prlimit = process.platform === 'linux' ? find('prlimit') : undefined;
  if (prlimit !== undefined)
    return [...withParent(), prlimit, `--data=${bytes}`, `--cpu=${seconds}`, '--core=0', '--fsize=0', '--'];
  return ['/bin/sh', '-c', `ulimit -c 0; ulimit -f 0; ulimit -t ${seconds}; exec "$@"`, 'sh'];
}

/** The environment: times are told alike everywhere. */
const env = { TZ: 'UTC' };

/** How `code` is run by Node inside `layers`. */
export function confined(code: string, layers: ReadonlySet<Layer>, bounds: Bounds): Command {
  const flags = [
    '--experimental-vm-modules',
    '--no-warnings',
    '--disallow-code-generation-from-strings',
    // Math.random gives the same numbers everywhere.
    '--random-seed=1',
    `--max-old-space-size=${bounds.megabytes}`,
  ];
  if (layers.has('permission') && permissionFlag !== undefined) flags.push(permissionFlag);
  const [file, ...args] = [
    ...(layers.has('limits') ? limits(bounds) : []),
    ...(layers.has('namespace') ? bubblewrap(find('bwrap') ?? 'bwrap') : []),
    process.execPath,
    ...flags,
    '--eval',
    code,
  ];
  const command = { file, args, env };
  return layers.has('user') ? { ...command, uid: nobody, gid: nobody } : command;
}

/** Confines a process that runs: from here on it opens nothing and starts nothing. */
export function confineRunning(pid: number, layers: ReadonlySet<Layer>): void {
  const prlimit = process.platform === 'linux' ? find('prlimit') : undefined;
  if (!layers.has('limits') || prlimit === undefined) return;
  spawnSync(prlimit, [`--pid=${pid}`, '--nofile=0:0', '--nproc=0:0'], { stdio: 'ignore' });
}

/** The command line as its users meet it: started as a program, seen by status and streams. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { limit } from '../limit.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));
const bin = join(root, 'cli', 'bin.js');

export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `ringlab` in the checkout's folder and waits for its end; standard input is empty or `input`. */
export function ringlab(args: readonly string[], input: string | Uint8Array = ''): Result {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd: root,
    input,
    encoding: 'utf8',
    timeout: limit,
    maxBuffer: 2 ** 26,
  });
  return { status, stdout, stderr };
}

/** Runs a line of shell in the checkout's folder, with `ringlab` defined. */
export function shell(line: string, input = ''): Result {
  const define = `ringlab() { '${process.execPath}' '${bin}' "$@"; }\n`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', define + line], {
    cwd: root,
    input,
    encoding: 'utf8',
    timeout: limit,
  });
  return { status, stdout, stderr };
}

/** How an interrupted `ringlab` ended: by itself, or by which signal. */
export interface Interrupted {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** Starts `ringlab`, sends it `signal` once it has printed something, and says how it ended. */
export function interrupt(args: readonly string[], signal: NodeJS.Signals): Promise<Interrupted> {
  const child = spawn(process.execPath, [bin, ...args], { cwd: root, stdio: 'pipe' });
  let stderr = '';
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  child.stdout.once('data', () => child.kill(signal));
  return new Promise((resolve) => {
    child.once('close', (status, by) => resolve({ status, signal: by, stderr }));
  });
}

/** A folder for the files of one test file; gone when its tests are done. */
export function scratch(): (name: string, contents?: string | Uint8Array) => string {
  const folder = mkdtempSync(join(tmpdir(), 'ringlab-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (name, contents) => {
    const path = join(folder, name);
    if (contents !== undefined) writeFileSync(path, contents);
    return path;
  };
}

/** A file of test/cli/fixtures. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}

/** What stands below a message about the usage of a verb. */
export function hintFor(verb: string): string {
  return `(ringlab ${verb} --help shows its options and examples)\n`;
}

/** The text of a guest that powers off with `status`, after `before`. */
export function ending(status: number, before = ''): string {
  return `_start:\n${before}\n    li t0, 1\n    li t1, ${status}\n    out t0, t1\n`;
}

/** Every TypeScript file in a folder of the repository: its path from there, with `/`. */
export function sourcesIn(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  const paths = names.map((name) => `${folder}/${name.replaceAll('\\', '/')}`);
  return paths.filter((path) => /\.tsx?$/.test(path)).toSorted();
}

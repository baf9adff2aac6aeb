/** Every system call answers as Linux does: the answers are stored, and qemu-riscv32 is asked again where it is installed. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HostFiles } from '../../../cli/host-files.ts';
import { readImage } from '../../../isa/machine/image.ts';
import { ERRNO } from '../../../vmm/process/errno.ts';
import type { FileSystem } from '../../../vmm/process/files/file-system.ts';
import { type Contents, MemoryFiles } from '../../../vmm/process/files/memory-files.ts';
import { Process } from '../../../vmm/process/process.ts';
import { series, tree } from './answers.ts';
import { answersOf, programOf, type Step } from './program.ts';

const qemu = 'qemu-riscv32';
const input = 'typed';

/** What can be seen of a run: each answer with its call, and what was printed. */
interface Seen {
  readonly answers: readonly string[];
  readonly printed: string;
}

function nameOf(answer: number | string): string {
  const error = Object.entries(ERRNO).find(([, number]) => number === -Number(answer));
  return error === undefined ? String(answer) : error[0];
}

function seen(steps: readonly Step[], reported: Uint8Array, printed: Uint8Array): Seen {
  const answers = answersOf(reported);
  const lines = steps.map(([call, args, expected], n) => {
    const given = nameOf(answers[n] as number);
    const said = expected === 'something' && !given.startsWith('E') ? expected : given;
    return `${call}(${args.map((one) => JSON.stringify(one).slice(0, 40)).join(', ')}) = ${said}`;
  });
  return { answers: lines, printed: Buffer.from(printed).toString('latin1') };
}

function expectedOf(steps: readonly Step[]): readonly string[] {
  const report = Int32Array.from(
    steps.map(([, , answer]) =>
      typeof answer === 'number' ? answer : answer === 'something' ? 0 : -ERRNO[answer],
    ),
  );
  return seen(steps, new Uint8Array(report.buffer), new Uint8Array()).answers;
}

function runHere(steps: readonly Step[], files: FileSystem): Seen {
  const output: Record<1 | 2, Uint8Array[]> = { 1: [], 2: [] };
  let rest = Buffer.from(input);
  const process = new Process(readImage(programOf(steps)), {
    argv: ['calls'],
    files,
    streams: {
      read: (length) => {
        const part = rest.subarray(0, length);
        rest = rest.subarray(part.length);
        return part;
      },
      write: (fd, bytes) => output[fd].push(bytes.slice()),
    },
  });
  expect(process.run(100_000)).toEqual({ kind: 'exit', status: 0 });
  return seen(steps, Buffer.concat(output[2]), Buffer.concat(output[1]));
}

function build(folder: string, contents: Contents): void {
  for (const [name, content] of Object.entries(contents)) {
    const path = join(folder, name);
    if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(path, content);
    else if (typeof content.link === 'string') symlinkSync(content.link, path);
    else {
      mkdirSync(path);
      build(path, content as Contents);
    }
  }
}

/** Calls `act` in a new folder with the tree in it. */
function inFolder<T>(act: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'ringlab-linux-'));
  try {
    chmodSync(folder, 0o755);
    build(folder, tree);
    return act(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runUnderQemu(steps: readonly Step[]): Seen {
  return inFolder((folder) => {
    const program = `${folder}.elf`;
    writeFileSync(program, programOf(steps));
    chmodSync(program, 0o755);
    try {
      const { stdout, stderr, status } = spawnSync(qemu, [program], {
        cwd: folder,
        input,
        timeout: 3000,
      });
      expect(status).toBe(0);
      return seen(steps, stderr, stdout);
    } finally {
      rmSync(program);
    }
  });
}

const hasQemu = spawnSync(qemu, ['--version']).status === 0;
if (!hasQemu)
  console.log('qemu-riscv32 is not installed: system calls are compared with stored answers only');

describe.each(Object.entries(series))('%s', (_title, steps) => {
  it('in memory', () => {
    const files = new MemoryFiles({ '/': tree });
    expect(runHere(steps, files).answers).toEqual(expectedOf(steps));
  });

  it.each([true, false])('on the host, by /proc: %s', (useProc) => {
    const inMemory = runHere(steps, new MemoryFiles({ '/': tree }));
    inFolder((host) => {
      const files = new HostFiles([{ host, guest: '/', writable: true }], useProc);
      expect(runHere(steps, files)).toEqual(inMemory);
    });
  });

  it.skipIf(!hasQemu)('under qemu-riscv32', () => {
    const here = runHere(steps, new MemoryFiles({ '/': tree }));
    const there = runUnderQemu(steps);
    expect(there.answers).toEqual(expectedOf(steps));
    expect(there.printed).toBe(here.printed);
  });
});

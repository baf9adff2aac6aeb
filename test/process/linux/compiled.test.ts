/** A C program that reads a file, built with GCC and Clang at every level of optimization, does here what it does under qemu-riscv32. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { HostFiles } from '../../../cli/host-files.ts';
import { readImage } from '../../../isa/machine/image.ts';
import { Process } from '../../../vmm/process/process.ts';
import { scratch } from '../../cli/kit.ts';

const file = scratch();
const source = fileURLToPath(new URL('count.c', import.meta.url));
const text = 'The quick brown fox\njumps over\n\n the lazy dog\n'.repeat(40);
file('text', text);
/** What `wc` says of it. */
const expected = { printed: '160\n360\n1840\n', status: 360 & 0x7f };

const rv32 = ['-march=rv32im', '-mabi=ilp32', '-nostdlib', '-static', '-ffreestanding'];
const compilers: Readonly<Record<string, readonly string[]>> = {
  'riscv64-unknown-elf-gcc': rv32,
  clang: ['--target=riscv32', ...rv32, '-fuse-ld=lld'],
};
const levels = ['-O0', '-O1', '-O2', '-O3', '-Os'];
const qemu = 'qemu-riscv32';

const isInstalled = (program: string) => spawnSync(program, ['--version']).status === 0;
const installed = Object.keys(compilers).filter(isInstalled);
const hasQemu = isInstalled(qemu);
for (const name of [...Object.keys(compilers), qemu])
  if (!isInstalled(name)) console.log(`${name} is not installed: nothing is compared with it`);

function build(compiler: string, level: string): string {
  const output = file(`${compiler}${level}`);
  const library = compiler === 'clang' ? [] : ['-lgcc'];
  const options = [...(compilers[compiler] as readonly string[]), level, source, '-o', output, ...library];
  const { status, stderr } = spawnSync(compiler, options, { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return output;
}

function run(program: string): { printed: string; status: number } {
  let printed = '';
  const process = new Process(readImage(readFileSync(program)), {
    argv: [program, 'text'],
    files: new HostFiles([{ host: file('.'), guest: '/', writable: false }]),
    streams: {
      read: () => new Uint8Array(),
      write: (_fd, bytes) => (printed += Buffer.from(bytes).toString()),
    },
  });
  const stop = process.run(10_000_000);
  if (stop.kind !== 'exit') throw new Error(`it ended by ${stop.kind}`);
  return { printed, status: stop.status };
}

it.for(Object.keys(compilers).flatMap((compiler) => levels.map((level) => [compiler, level] as const)))(
  '%s %s',
  ([compiler, level], { skip }) => {
    skip(!installed.includes(compiler), `${compiler} is not installed`);
    const program = build(compiler, level);
    expect(run(program)).toEqual(expected);
    if (!hasQemu) return;
    const { stdout, status } = spawnSync(qemu, [program, 'text'], { cwd: file('.'), timeout: 10_000 });
    expect({ printed: stdout.toString(), status }).toEqual(expected);
  },
);

/** Containers: what a namespace hides, and the one mistake in a kernel that crosses them, and not machines. */
import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { assemble } from '../../assembler/index.ts';
import { type Image, readImage } from '../../isa/machine/image.ts';
import { type Container, Kernel, type KernelBug } from '../../vmm/process/containers/kernel.ts';
import { MemoryFiles } from '../../vmm/process/files/memory-files.ts';

function imageOf(text: string): Image {
  return readImage(assemble([{ name: 't.s', text }]).elf);
}

const example = (name: string) =>
  imageOf(readFileSync(new URL(`../../examples/${name}`, import.meta.url), 'utf8'));

/** A program that makes a call with these arguments and exits with the low byte of its result. */
const calling = (number: number, ...args: readonly number[]) =>
  imageOf(
    `_start:\n${args.map((value, n) => `    li a${n}, ${value}\n`).join('')}    li a7, ${number}\n    ecall\n    andi a0, a0, 255\n    li a7, 93\n    ecall\n`,
  );

const forever = imageOf('_start: j _start\n');
const [KILL, GETPID, GETPPID] = [129, 172, 173];
const ESRCH = 256 - 3;

function silent() {
  return { read: () => new Uint8Array(), write: () => {} };
}

function start(kernel: Kernel, container: Container, image: Image) {
  return kernel.start(container, image, ['t'], silent());
}

const exited = (status: number) => ({ kind: 'exit', status });

describe('A pid namespace', () => {
  it('numbers the processes of each container from 1 on; the host numbers all', () => {
    const kernel = new Kernel({ engine: 'interpreter' });
    const [one, other] = [kernel.container('one'), kernel.container('other')];
    const started = [one, one, other, other].map((container, n) =>
      start(kernel, container, n % 2 === 0 ? forever : calling(GETPID)),
    );
    expect(started.map(({ hostPid, pid }) => [hostPid, pid])).toEqual([
      [1, 1],
      [2, 2],
      [3, 1],
      [4, 2],
    ]);
    kernel.run(3000);
    expect(started.map(({ stop }) => stop)).toEqual([undefined, exited(2), undefined, exited(2)]);
    expect(kernel.host.members.map(([hostPid]) => hostPid)).toEqual([1, 3]);
  });

  it('has a first process without a parent, which is the parent of the others', () => {
    const kernel = new Kernel({ engine: 'interpreter' });
    const container = kernel.container('one');
    const started = [forever, calling(GETPPID)].map((image) => start(kernel, container, image));
    kernel.run(2000);
    expect(started[1]?.stop).toEqual(exited(1));
    const alone = start(kernel, kernel.container('two'), calling(GETPPID));
    kernel.run(2000);
    expect(alone.stop).toEqual(exited(0));
  });

  it('lets a process kill those of its container, and finds no others', () => {
    const kernel = new Kernel({ engine: 'interpreter' });
    const [one, other] = [kernel.container('one'), kernel.container('other')];
    const [first, victim] = [start(kernel, one, forever), start(kernel, one, forever)];
    const stranger = start(kernel, other, forever);
    const killers = [calling(KILL, 2, 9), calling(KILL, 3, 9)].map((image, n) =>
      start(kernel, n === 0 ? one : other, image),
    );
    kernel.run(3000);
    expect([victim.stop, killers[0]?.stop, killers[1]?.stop]).toEqual([
      exited(137),
      exited(0),
      exited(ESRCH),
    ]);
    expect([first.stop, stranger.stop]).toEqual([undefined, undefined]);
  });

  it('ends with its first process', () => {
    const kernel = new Kernel({ engine: 'interpreter' });
    const container = kernel.container('one');
    const [first, second] = [calling(GETPID), forever].map((image) => start(kernel, container, image));
    kernel.run(5000);
    expect([first?.stop, second?.stop]).toEqual([exited(1), exited(137)]);
  });

  it('knows -1 as all others but the first, and refuses signals that there are not', () => {
    const kernel = new Kernel({ engine: 'interpreter' });
    const container = kernel.container('one');
    const [first, second, killer] = [forever, forever, calling(KILL, -1, 9)].map((image) =>
      start(kernel, container, image),
    );
    const wrong = start(kernel, kernel.container('two'), calling(KILL, 1, 65));
    kernel.run(1000);
    kernel.run(1000);
    expect([first?.stop, second?.stop, killer?.stop]).toEqual([undefined, exited(137), exited(0)]);
    expect(wrong.stop).toEqual(exited(256 - 22));
  });
});

/** Alice and Mallory in a container each: of one kernel, or each with a kernel of its own, as on two machines. */
function meet(machines: 1 | 2, bug?: KernelBug, folder = (name: string) => `/${name}`) {
  const files = () => new MemoryFiles({ '/alice': {}, '/mallory': {} });
  const kernels = Array.from(
    { length: machines },
    () => new Kernel({ files: files(), bug, engine: 'interpreter' }),
  );
  let printed = '';
  const streams = {
    read: () => new Uint8Array(),
    write: (_fd: 1 | 2, bytes: Uint8Array) => (printed += Buffer.from(bytes).toString()),
  };
  const members = ['mallory', 'alice'].map((name, n) => {
    const kernel = kernels[n % machines] as Kernel;
    const container = kernel.container(name, [{ from: folder(name), at: '/', writable: true }]);
    return kernel.start(container, example(`18-${name}.s`), [name], streams);
  });
  for (const kernel of kernels) kernel.run();
  return { printed, stops: members.toReversed().map(({ stop }) => stop) };
}

describe('A container', () => {
  it('hides the files and the processes of another one', () => {
    const { printed, stops } = meet(1);
    expect(printed).toBe('alice:   I begin my work\nmallory: I go\nalice:   my work is done\n');
    expect(stops).toEqual([exited(0), exited(0)]);
  });

  it('shares with another one what is mounted for both', () => {
    expect(meet(1, undefined, () => '/alice').printed).toContain('mallory: I have found the secret\n');
  });

  it('is crossed by one mistake in the kernel that all share', () => {
    const { printed, stops } = meet(1, 'kill-by-host-pid');
    expect(printed).toBe('alice:   I begin my work\nmallory: I have killed a process\nmallory: I go\n');
    expect(stops).toEqual([exited(137), exited(0)]);
  });

  it('is no machine: the same mistake does not cross from one kernel to another', () => {
    const { printed, stops } = meet(2, 'kill-by-host-pid');
    expect(printed).toContain('alice:   my work is done\n');
    expect(printed).not.toContain('killed');
    expect(stops).toEqual([exited(0), exited(0)]);
  });

  it('sees the folders that are mounted for it, and can be refused to change them', () => {
    const files = new MemoryFiles({ '/data': { text: 'shared\n' } }, () => true);
    const kernel = new Kernel({ files, engine: 'interpreter' });
    const open = (flags: number) =>
      imageOf(
        `_start:\n    li a0, -100\n    la a1, path\n    li a2, ${flags}\n    li a7, 56\n    ecall\n    andi a0, a0, 255\n    li a7, 93\n    ecall\n    .section .rodata\npath: .asciz "/shared/text"\n`,
      );
    const mounts = [{ from: '/data', at: '/shared', writable: false }];
    const members = [open(0), open(1)].map((image) => start(kernel, kernel.container('one', mounts), image));
    kernel.run();
    expect(members[0]?.stop).toEqual(exited(3));
    expect(members[1]?.stop).toEqual(exited(256 - 30));
    expect(() => kernel.container('two', [{ from: '/none', at: '/', writable: true }])).toThrow(
      'the host has no folder /none',
    );
  });
});

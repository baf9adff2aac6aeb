/** Every system call: what it answers, what it does, how it fails. */
import { describe, expect, it } from 'vitest';
import { linuxCalls } from '../../vmm/process/calls/linux.ts';
import { MemoryFiles } from '../../vmm/process/files/memory-files.ts';
import { ERRNO } from '../../vmm/process/errno.ts';
import { Caller, runProgram } from './kit.ts';
import { series } from './linux/answers.ts';

const buffer = 0x11000;
const outside = 0x7fff0000;
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const { EBADF, EEXIST, EFAULT, EINVAL, ENODEV, ENOMEM, ENOSYS, EPERM, ESPIPE } = ERRNO;

/** Puts text into the caller's memory and returns its address. */
function put(caller: Caller, text: string, at = buffer): number {
  caller.process.put(at, Buffer.from(text));
  return at;
}

function textAt(caller: Caller, at: number, length: number): string {
  return Buffer.from(caller.process.bytes(at, length) as Uint8Array).toString();
}

function wordsAt(caller: Caller, at: number, count: number): number[] {
  return Array.from({ length: count }, (_, n) => caller.process.machine.memory.read(at + 4 * n, 4) >>> 0);
}

/** Puts an iovec of the buffers (address, length) into memory. */
function vector(caller: Caller, at: number, ...parts: [number, number][]): number {
  caller.process.put(at, new Uint8Array(Uint32Array.from(parts.flat()).buffer));
  return at;
}

/** Tests of newlib's calls with a path, on a file named at `buffer`; behind it is a name that nothing has. */
function newlibsOwn(acts: Readonly<Record<string, (caller: Caller) => void>>): Record<string, () => void> {
  return Object.fromEntries(
    Object.entries(acts).map(([name, act]) => [
      name,
      () => {
        const caller = new Caller({ files: new MemoryFiles({ '/': { file: 'contents' } }) });
        put(caller, 'file\0new\0');
        act(caller);
        expect(caller.call(name, outside, name === 'access' ? 0 : buffer + 64)).toBe(-EFAULT);
      },
    ]),
  );
}

/** Tests by the name of the call they are of; the last test compares the names with the table. */
const tests: Readonly<Record<string, () => void>> = {
  write: () => {
    const caller = new Caller();
    const at = put(caller, 'hello');
    expect(caller.call('write', STDOUT, at, 5)).toBe(5);
    expect(caller.call('write', STDERR, at, 4)).toBe(4);
    expect(caller.call('write', STDOUT, at, 0)).toBe(0);
    expect(caller.printed).toEqual({ 1: 'hello', 2: 'hell' });
    for (const fd of [STDIN, 3, -1]) expect(caller.call('write', fd, at, 5)).toBe(-EBADF);
    expect(caller.call('write', STDOUT, outside, 5)).toBe(-EFAULT);
    expect(caller.call('write', STDOUT, at, -1)).toBe(-EFAULT);
    expect(caller.printed).toEqual({ 1: 'hello', 2: 'hell' });
  },
  read: () => {
    const caller = new Caller({ input: 'some input' });
    expect(caller.call('read', STDIN, buffer, 4)).toBe(4);
    expect(caller.call('read', STDIN, buffer + 4, 100)).toBe(6);
    expect(textAt(caller, buffer, 11)).toBe('some input\0');
    expect(caller.call('read', STDIN, buffer, 100)).toBe(0);
    for (const fd of [STDOUT, 3, -1]) expect(caller.call('read', fd, buffer, 1)).toBe(-EBADF);
    expect(caller.call('read', STDIN, outside, 1)).toBe(-EFAULT);
  },
  writev: () => {
    const caller = new Caller();
    const at = put(caller, 'onetwo');
    const list = vector(caller, buffer + 64, [at, 3], [at, 0], [at + 3, 3]);
    expect(caller.call('writev', STDOUT, list, 3)).toBe(6);
    expect(caller.printed[1]).toBe('onetwo');
    expect(caller.call('writev', 7, list, 3)).toBe(-EBADF);
    expect(caller.call('writev', STDOUT, outside, 1)).toBe(-EFAULT);
    expect(caller.call('writev', STDOUT, list, -1)).toBe(-EINVAL);
    expect(caller.call('writev', STDOUT, list, 1025)).toBe(-EINVAL);
    expect(caller.call('writev', STDOUT, list, 0)).toBe(0);
    vector(caller, list, [at, 3], [outside, 3]);
    expect(caller.call('writev', STDOUT, list, 2)).toBe(3);
  },
  readv: () => {
    const caller = new Caller({ input: 'abcdefg' });
    const list = vector(caller, buffer + 64, [buffer, 3], [buffer + 8, 10], [buffer + 32, 1]);
    expect(caller.call('readv', STDIN, list, 3)).toBe(7);
    expect([textAt(caller, buffer, 3), textAt(caller, buffer + 8, 4)]).toEqual(['abc', 'defg']);
    expect(caller.call('readv', STDIN, list, 3)).toBe(0);
    expect(caller.call('readv', STDOUT, list, 3)).toBe(-EBADF);
  },
  close: () => {
    const caller = new Caller({ input: 'x' });
    const at = put(caller, '!');
    expect(caller.call('close', STDOUT)).toBe(0);
    expect(caller.call('write', STDOUT, at, 1)).toBe(-EBADF);
    expect(caller.call('close', STDOUT)).toBe(-EBADF);
    expect(caller.call('close', 3)).toBe(-EBADF);
    expect(caller.call('close', STDIN)).toBe(0);
    expect(caller.call('read', STDIN, at, 1)).toBe(-EBADF);
    expect(caller.printed).toEqual({ 1: '', 2: '' });
  },
  fstat: () => {
    const caller = new Caller();
    expect(caller.call('fstat', STDOUT, buffer)).toBe(0);
    expect(((wordsAt(caller, buffer, 5)[4] as number) & 0xf000).toString(8)).toBe('20000');
    expect(caller.call('fstat', 3, buffer)).toBe(-EBADF);
    expect(caller.call('fstat', STDIN, outside)).toBe(-EFAULT);
    caller.call('close', STDIN);
    expect(caller.call('fstat', STDIN, buffer)).toBe(-EBADF);
  },
  lseek: () => {
    const caller = new Caller({ files: new MemoryFiles({ '/': { file: 'contents' } }) });
    expect(caller.call('lseek', STDIN, 0, 0, buffer, 0)).toBe(-ESPIPE);
    put(caller, 'file\0');
    expect(caller.call('openat', -100, buffer, 0)).toBe(3);
    // newlib's lseek has the same number: (fd, offset, whence), and no place for a result.
    expect(caller.call('lseek', 3, 5, 0)).toBe(5);
    expect(caller.call('lseek', 3, -2, 2)).toBe(6);
    expect(caller.call('lseek', 3, -7, 1)).toBe(-EINVAL);
  },
  exit: () => {
    const { stop } = runProgram('_start: li a0, 42\n li a7, 93\n ecall\n ebreak\n');
    expect(stop).toEqual({ kind: 'exit', status: 42 });
    expect(runProgram('_start: li a0, -1\n li a7, 93\n ecall\n').stop).toEqual({ kind: 'exit', status: 255 });
  },
  exit_group: () => {
    const { stop } = runProgram('_start: li a0, 0x107\n li a7, 94\n ecall\n ebreak\n');
    expect(stop).toEqual({ kind: 'exit', status: 7 });
  },
  brk: () => {
    const caller = new Caller();
    const start = caller.call('brk', 0);
    expect(start % 4096).toBe(0);
    expect(start).toBeGreaterThanOrEqual(buffer + 8192 - 4096);
    expect(caller.call('brk', start + 10_001)).toBe(start + 10_001);
    put(caller, 'heap', start + 9000);
    expect(caller.call('brk', start - 1)).toBe(start + 10_001);
    expect(caller.call('brk', outside)).toBe(start + 10_001);
    expect(caller.call('brk', start)).toBe(start);
    expect(caller.call('brk', start + 10_001)).toBe(start + 10_001);
    expect(textAt(caller, start + 9000, 4)).toBe('\0\0\0\0');
  },
  mmap: () => {
    const caller = new Caller();
    const mmap = (address: number, length: number, flags = 0x22, protection = 3) =>
      caller.call('mmap', address, length, protection, flags, -1, 0);
    const [SHARED, NEITHER, FIXED, NO_REPLACE] = [0x21, 0x20, 0x32, 0x10_0022];
    const a = mmap(0, 5000);
    const b = mmap(0, 4096);
    expect([a % 4096, b % 4096, a - b]).toEqual([0, 0, 4096]);
    put(caller, 'old', a);
    expect(mmap(a, 4096, FIXED)).toBe(a);
    expect(textAt(caller, a, 3)).toBe('\0\0\0');
    expect(mmap(a - 10 * 4096 - 1, 4096)).toBe(a - 10 * 4096);
    expect(mmap(a, 4096)).toBe(b - 4096);
    expect(mmap(a - 20 * 4096, 4096, NO_REPLACE)).toBe(a - 20 * 4096);
    expect(mmap(a, 4096, NO_REPLACE)).toBe(-EEXIST);
    expect(mmap(0, 4096, SHARED)).toBeGreaterThan(0);
    expect(mmap(0, 0)).toBe(-EINVAL);
    expect(mmap(0, 4096, NEITHER)).toBe(-EINVAL);
    expect(mmap(a + 1, 4096, FIXED)).toBe(-EINVAL);
    expect(mmap(0, 4096, FIXED)).toBe(-EPERM);
    expect(mmap(0, outside)).toBe(-ENOMEM);
    for (const length of [-4096, -1]) expect(mmap(0, length)).toBe(-ENOMEM);
    expect(mmap(outside & -4096, 4096, FIXED)).toBe(-ENOMEM);
    expect(caller.call('mmap', 0, 4096, 3, 0x2, 5, 0)).toBe(-EBADF);
    expect(caller.call('mmap', 0, 4096, 3, 0x2, STDIN, 0)).toBe(-ENODEV);
    expect(mmap(0, 4096, 0x22, 0)).toBeGreaterThan(0);
  },
  munmap: () => {
    const caller = new Caller();
    const map = (length: number) => caller.call('mmap', 0, length, 3, 0x22, -1, 0);
    const a = map(3 * 4096);
    put(caller, 'old', a + 4096);
    expect(caller.call('munmap', a + 4096, 4096)).toBe(0);
    expect(caller.process.bytes(a + 4096, 1)).toBeUndefined();
    expect(caller.process.bytes(a, 4096)).toHaveLength(4096);
    expect(map(4096)).toBe(a + 4096);
    expect(textAt(caller, a + 4096, 3)).toBe('\0\0\0');
    expect(caller.call('munmap', a + 1, 4096)).toBe(-EINVAL);
    expect(caller.call('munmap', a, 0)).toBe(-EINVAL);
    for (const length of [-1, -4096]) expect(caller.call('munmap', a, length)).toBe(-EINVAL);
    expect(caller.call('munmap', outside & -4096, 4096)).toBe(-EINVAL);
    expect(caller.call('munmap', a, 3 * 4096)).toBe(0);
    expect(caller.call('munmap', a, 3 * 4096)).toBe(0);
    expect(map(3 * 4096)).toBe(a);
  },
  mremap: () => {
    const caller = new Caller();
    const map = (length: number) => caller.call('mmap', 0, length, 3, 0x22, -1, 0);
    const remap = (at: number, before: number, after: number, flags = 1) =>
      caller.call('mremap', at, before, after, flags);
    const a = map(2 * 4096);
    put(caller, 'kept', a);
    expect(remap(a, 8192, 4096, 0)).toBe(a);
    expect(caller.process.bytes(a + 4096, 1)).toBeUndefined();
    expect(remap(a, 4096, 8192, 0)).toBe(a);
    expect(remap(a, 8192, 12288, 0)).toBe(-ENOMEM);
    const moved = remap(a, 8192, 12288);
    expect(moved).toBe(a - 12288);
    expect(textAt(caller, moved, 5)).toBe('kept\0');
    expect(caller.process.bytes(a, 1)).toBeUndefined();
    expect(remap(moved, 4096, outside)).toBe(-ENOMEM);
    expect(remap(a, 4096, 8192)).toBe(-EFAULT);
    for (const [at, before, after, flags] of [
      [moved + 1, 4096, 8192, 1],
      [moved, 4096, 0, 1],
      [moved, 0, 4096, 1],
      [moved, 4096, 8192, 64],
    ] as const)
      expect(remap(at, before, after, flags)).toBe(-EINVAL);
  },
  mprotect: () => {
    const caller = new Caller();
    const a = caller.call('mmap', 0, 8192, 3, 0x22, -1, 0);
    expect(caller.call('mprotect', a, 1, 1)).toBe(0);
    expect([a, a + 4096].map((at) => caller.process.put(at, Uint8Array.of(1)))).toEqual([false, true]);
    expect(caller.call('mprotect', a, 4096, 0)).toBe(0);
    expect(caller.process.bytes(a, 1)).toBeUndefined();
    expect(caller.call('mprotect', a, 4096, 2)).toBe(0);
    expect(caller.process.bytes(a, 1)).toHaveLength(1);
    expect(caller.call('mprotect', a, 0, 1)).toBe(0);
    expect(caller.call('mprotect', a + 1, 4096, 1)).toBe(-EINVAL);
    expect(caller.call('mprotect', a, 4096, 64)).toBe(-EINVAL);
    for (const length of [3 * 4096, outside, -1])
      expect(caller.call('mprotect', a + 4096, length, 1)).toBe(-ENOMEM);
  },
  madvise: () => {
    const caller = new Caller();
    const a = caller.call('mmap', 0, 4096, 3, 0x22, -1, 0);
    put(caller, 'old', a);
    expect(caller.call('madvise', a, 4096, 3)).toBe(0);
    expect(textAt(caller, a, 3)).toBe('old');
    expect(caller.call('madvise', a, 4096, 4)).toBe(0);
    expect(textAt(caller, a, 3)).toBe('\0\0\0');
    expect(caller.call('madvise', a + 1, 4096, 4)).toBe(-EINVAL);
    expect(caller.call('madvise', a, 4096, -1)).toBe(-EINVAL);
    expect(caller.call('madvise', a - 4096, 4096, 4)).toBe(-ENOMEM);
  },
  clock_gettime: () => {
    const caller = new Caller();
    const now = caller.process.machine.steps;
    expect(caller.call('clock_gettime', 1, buffer)).toBe(0);
    expect(wordsAt(caller, buffer, 2)).toEqual([0, now + 1]);
    expect(caller.call('clock_gettime', 1, outside)).toBe(-EFAULT);
    caller.process.machine.steps = 3_000_000_010;
    caller.call('clock_gettime', 1, buffer);
    expect(wordsAt(caller, buffer, 2)).toEqual([3, 11]);
  },
  clock_gettime64: () => {
    const caller = new Caller();
    caller.process.machine.steps = 7_000_000_001;
    expect(caller.call('clock_gettime64', 1, buffer)).toBe(0);
    expect(wordsAt(caller, buffer, 4)).toEqual([7, 0, 2, 0]);
    expect(caller.call('clock_gettime64', 1, outside)).toBe(-EFAULT);
  },
  gettimeofday: () => {
    const caller = new Caller();
    caller.process.machine.steps = 7_000_002_000;
    expect(caller.call('gettimeofday', buffer, 0)).toBe(0);
    expect(wordsAt(caller, buffer, 4)).toEqual([7, 0, 2, 0]);
    expect(caller.call('gettimeofday', outside, 0)).toBe(-EFAULT);
  },
  getrandom: () => {
    const bytes = (length: number) => {
      const caller = new Caller();
      expect(caller.call('getrandom', buffer, length, 0)).toBe(length);
      return [...(caller.process.bytes(buffer, length) as Uint8Array)];
    };
    expect(new Set(bytes(1000)).size).toBeGreaterThan(200);
    expect(bytes(16)).toEqual(bytes(16));
    expect(new Caller().call('getrandom', outside, 16, 0)).toBe(-EFAULT);
  },
  set_robust_list: () => {
    expect(new Caller().call('set_robust_list', buffer, 12)).toBe(0);
    expect(new Caller().call('set_robust_list', buffer, 13)).toBe(-EINVAL);
  },
  ...Object.fromEntries(
    ['mknodat', 'symlinkat', 'linkat'].map((name) => [
      name,
      () => {
        const caller = new Caller({ files: new MemoryFiles({ '/': { file: 'contents' } }) });
        put(caller, 'new\0file\0');
        const args = { mknodat: [buffer], symlinkat: [-100, buffer], linkat: [buffer + 4, -100, buffer] };
        const make = (at: number) => {
          const rest = (args as Record<string, number[]>)[name] as number[];
          const start = name === 'symlinkat' ? buffer : -100;
          return caller.call(name, start, ...rest.slice(0, -1), at, 0);
        };
        expect(make(buffer)).toBe(-EPERM);
        expect(make(buffer + 4)).toBe(-EEXIST);
        expect(make(outside)).toBe(-EFAULT);
      },
    ]),
  ),
  fstatat64: () => {
    const caller = new Caller({
      files: new MemoryFiles({ '/': { file: 'contents', link: { link: 'file' } } }),
    });
    put(caller, 'file\0link\0');
    const typeAndSize = (at: number, flags: number) => {
      expect(caller.call('fstatat64', -100, at, buffer + 64, flags)).toBe(0);
      const words = wordsAt(caller, buffer + 64, 13);
      return [(words[4] as number) & 0xf000, words[12]];
    };
    expect(typeAndSize(buffer, 0)).toEqual([0x8000, 8]);
    expect(typeAndSize(buffer + 5, 0)).toEqual([0x8000, 8]);
    expect(typeAndSize(buffer + 5, 0x100)).toEqual([0xa000, 4]);
    expect(caller.call('fstatat64', -100, buffer, buffer + 64, 1)).toBe(-EINVAL);
    expect(caller.call('fstatat64', -100, buffer, outside, 0)).toBe(-EFAULT);
  },
  open: () => {
    // Flags are newlib's: O_WRONLY | O_CREAT | O_TRUNC, O_WRONLY | O_APPEND, O_EXCL with O_CREAT.
    const caller = new Caller({ files: new MemoryFiles({ '/': { file: 'contents' } }) });
    put(caller, 'file\0new\0');
    expect(caller.call('open', buffer, 0, 0)).toBe(3);
    expect(caller.call('open', buffer, 0x009, 0)).toBe(4);
    expect(caller.call('write', 4, buffer, 3)).toBe(3);
    expect(caller.call('read', 3, buffer + 64, 100)).toBe(11);
    expect(caller.call('open', buffer + 5, 0x601, 0o644)).toBe(5);
    expect(caller.call('open', buffer + 5, 0xa01, 0o644)).toBe(-EEXIST);
    expect(caller.call('open', buffer, 0x601, 0o644)).toBe(6);
    expect(caller.call('read', 3, buffer + 64, 100)).toBe(0);
    expect(caller.call('open', outside, 0, 0)).toBe(-EFAULT);
  },
  ...newlibsOwn({
    unlink: (caller) => expect(caller.call('unlink', buffer)).toBe(0),
    mkdir: (caller) => {
      expect(caller.call('mkdir', buffer, 0o755)).toBe(-EEXIST);
      expect(caller.call('mkdir', buffer + 5, 0o755)).toBe(0);
    },
    access: (caller) => expect(caller.call('access', buffer, 6)).toBe(0),
    stat: (caller) => expect(caller.call('stat', buffer, buffer + 64)).toBe(0),
    lstat: (caller) => expect(caller.call('lstat', buffer, buffer + 64)).toBe(0),
  }),
  preadv: () => {
    const caller = new Caller({ files: new MemoryFiles({ '/': { file: 'contents' } }) });
    put(caller, 'file\0');
    expect(caller.call('openat', -100, buffer, 2)).toBe(3);
    const list = vector(caller, buffer + 64, [buffer, 3], [buffer + 8, 10]);
    expect(caller.call('preadv', 3, list, 2, 2, 0)).toBe(6);
    expect([textAt(caller, buffer, 3), textAt(caller, buffer + 8, 3)]).toEqual(['nte', 'nts']);
    expect(caller.call('read', 3, buffer, 3)).toBe(3);
    expect(caller.call('preadv', 3, list, 2, -1, -1)).toBe(-EINVAL);
    expect(caller.call('preadv', STDIN, list, 2, 0, 0)).toBe(-ESPIPE);
  },
  pwritev: () => {
    const caller = new Caller({ files: new MemoryFiles({ '/': { file: 'contents' } }) });
    put(caller, 'file\0');
    expect(caller.call('openat', -100, buffer, 2)).toBe(3);
    const list = vector(caller, buffer + 64, [buffer, 2], [buffer + 1, 3]);
    expect(caller.call('pwritev', 3, list, 2, 1, 0)).toBe(5);
    expect(caller.call('read', 3, buffer + 8, 100)).toBe(8);
    expect(textAt(caller, buffer + 8, 8)).toBe('cfiilets');
    expect(caller.call('pwritev', STDOUT, list, 2, 0, 0)).toBe(-ESPIPE);
  },
  ...Object.fromEntries(
    (
      [
        [['getpid', 'gettid', 'set_tid_address'], 1],
        [['getppid', 'getuid', 'geteuid', 'getgid', 'getegid'], 0],
        [['sched_yield'], 0],
      ] as const
    ).flatMap(([names, answer]) =>
      names.map((name) => [name, () => expect(new Caller().call(name, buffer)).toBe(answer)]),
    ),
  ),
};

describe('The system call', () => {
  it.each(Object.entries(tests))('%s answers, acts and fails as Linux has it', (_name, test) => test());

  it('that does not exist answers ENOSYS', () => {
    const caller = new Caller();
    for (const number of [0, 1, 55, 9999, -1]) expect(caller.call(number)).toBe(-ENOSYS);
    expect(caller.process.calls.get('system call 55')).toBe(1);
  });
});

describe('The table of system calls', () => {
  it('has a test here for every call', () => {
    const compared = Object.values(series).flatMap((steps) => steps.map(([name]) => name));
    const tested = new Set([...Object.keys(tests), ...compared]);
    expect([...linuxCalls.values()].map(({ name }) => name).filter((name) => !tested.has(name))).toEqual([]);
  });
});

/** The simulators' environment calls: what each answers and prints, and how programs begin and end there. */
import { describe, expect, it } from 'vitest';
import { FastEngine } from '../../isa/engines/fast/fast.ts';
import type { Environment } from '../../vmm/process/environments/environment.ts';
import { creator } from '../../vmm/process/environments/creator.ts';
import { environments, linux } from '../../vmm/process/environments/environments.ts';
import { rars } from '../../vmm/process/environments/rars.ts';
import { ripes } from '../../vmm/process/environments/ripes.ts';
import type { UnknownCall } from '../../vmm/process/environments/unknown.ts';
import { venus } from '../../vmm/process/environments/venus.ts';
import { MemoryFiles } from '../../vmm/process/files/memory-files.ts';
import { Caller as AnyCaller, processOf, runProgram, type Wishes } from './kit.ts';

/** A caller that costs little: with 4 MiB, interpreted. */
class Caller extends AnyCaller {
  constructor(wishes: Wishes = {}) {
    super({ memory: 2 ** 22, engine: 'interpreter', ...wishes });
  }
}

const buffer = 0x11000;
const outside = 0x7fff0000;

/** Memory as text, `length` bytes from the buffer. */
function textOf({ process }: Caller, length: number): string {
  return Buffer.from(process.bytes(buffer, length) as Uint8Array).toString('latin1');
}

function put({ process }: Caller, text: string): number {
  process.put(buffer, Buffer.from(text));
  return buffer;
}

/** What the call prints for the argument; a0 must be left alone. */
function printedBy(callEnvironment: Environment, name: string, argument: number): string {
  const caller = new Caller({ callEnvironment });
  const before = callEnvironment.numberIn === 10 ? undefined : argument;
  const after = caller.call(name, argument);
  if (before !== undefined) expect(after).toBe(before);
  return caller.printed[1];
}

type Test = (environment: Environment) => void;

const prints =
  (name: string, ...cases: readonly (readonly [number, string])[]): Test =>
  (environment) => {
    for (const [value, text] of cases) expect(printedBy(environment, name, value)).toBe(text);
  };

const refuses =
  (name: string, reason: string): Test =>
  (callEnvironment) => {
    const refusal = new Caller({ callEnvironment }).refusal(name, 1, 2, 3);
    expect(refusal).toContain(`${name} (`);
    expect(refusal).toContain(reason);
  };

const printString: Test = (callEnvironment) => {
  const caller = new Caller({ callEnvironment });
  caller.call('print_string', put(caller, 'Gr\xc3\xbc\xc3\x9fe\n\0x'));
  caller.call('print_string', put(caller, '\0'));
  expect(caller.printed[1]).toBe(Buffer.from('Gr\xc3\xbc\xc3\x9fe\n').toString('latin1'));
  expect(caller.refusal('print_string', outside)).toContain('the string at 0x7fff0000 is not in memory');
};

const longString: Test = (callEnvironment) => {
  const caller = new Caller({ callEnvironment });
  const heap = caller.process.space.setBreak(0);
  caller.process.space.setBreak(heap + 20_000);
  caller.process.put(heap, new Uint8Array(10_000).fill(0x61));
  caller.call('print_string', heap);
  expect(caller.printed[1]).toBe('a'.repeat(10_000));
};

const readInt: Test = (callEnvironment) => {
  const caller = new Caller({ callEnvironment, input: '7\n -12 \r\n+5\n2147483647\n-2147483648' });
  expect([1, 2, 3, 4, 5].map(() => caller.call('read_int'))).toEqual([7, -12, 5, 2 ** 31 - 1, -(2 ** 31)]);
  expect(caller.refusal('read_int')).toContain('standard input has ended');
  for (const input of ['x\n', '\n', '1.5\n', '2147483648\n', '0x10\n'])
    expect(new Caller({ callEnvironment, input }).refusal('read_int')).toContain(
      `the line of input is ${JSON.stringify(input.trim())}`,
    );
};

const readChar: Test = (callEnvironment) => {
  const caller = new Caller({ callEnvironment, input: 'a\n' });
  expect([1, 2].map(() => caller.call('read_char'))).toEqual([0x61, 10]);
  expect(caller.refusal('read_char')).toContain('standard input has ended');
};

/** What a buffer of `size` bytes holds after reading, of 8 bytes that were `-`. */
function readStrings(callEnvironment: Environment, input: string, size: number): string {
  const caller = new Caller({ callEnvironment, input });
  put(caller, '--------');
  caller.call('read_string', buffer, size);
  return textOf(caller, 8);
}

const sbrk: Test = (callEnvironment) => {
  const caller = new Caller({ callEnvironment });
  const first = caller.call('sbrk', 5);
  const second = caller.call('sbrk', 8);
  expect([first % 4, second - first, caller.call('sbrk', 0) - second]).toEqual([0, 8, 8]);
  expect(caller.process.put(first, new Uint8Array(16))).toBe(true);
  expect(new Caller({ callEnvironment }).refusal('sbrk', 2 ** 30)).toContain('--memory');
  expect(caller.refusal('sbrk', -4)).toContain('the heap does not shrink');
};

const exits =
  (name: string, ...cases: readonly (readonly [number, number])[]): Test =>
  (callEnvironment) => {
    for (const [value, status] of cases) {
      const caller = new Caller({ callEnvironment });
      caller.call(name, value);
      expect(caller.stop).toEqual({ kind: 'exit', status });
      expect(caller.process.run(1000)).toEqual({ kind: 'exit', status });
    }
  };

const time: Test = (callEnvironment) => {
  const caller = new Caller({ callEnvironment });
  caller.process.machine.steps = 5_000_000;
  expect(caller.call('time')).toBe(5);
  expect(caller.process.machine.x[11]).toBe(0);
  caller.process.machine.steps = 5_000_000 * 2 ** 30;
  expect([caller.call('time'), caller.process.machine.x[11]]).toEqual([2 ** 30, 1]);
};

const sleep: Test = (callEnvironment) => {
  const caller = new Caller({ callEnvironment });
  caller.call('sleep', 1500);
  caller.call('sleep', -1);
  expect(caller.call('time')).toBe(1500);
};

const readAndWrite: Test = (callEnvironment) => {
  const caller = new Caller({ callEnvironment, input: 'input' });
  expect(caller.call('read', 0, buffer, 100)).toBe(5);
  expect(caller.call('write', 1, buffer, 3)).toBe(3);
  expect(caller.printed[1]).toBe('inp');
  expect(caller.call('write', 9, buffer, 3)).toBe(-1);
  expect(caller.call('read', 0, outside, 3)).toBe(-1);
};

const close: Test = (callEnvironment) => {
  const caller = new Caller({ callEnvironment });
  caller.call('close', 1);
  expect(caller.call('write', 1, buffer, 3)).toBe(-1);
};

/** Numbers by which a file is opened: for reading, written anew, written at its end. */
type Modes = readonly [read: number, write: number, append: number];

/** A file made, written, read, sought in and added to, as RARS and Ripes have it. */
const files =
  ([toRead, toWrite, toAppend]: Modes): Test =>
  (callEnvironment) => {
    const tree = new MemoryFiles({ '/': { old: 'a file' } });
    const caller = new Caller({ callEnvironment, files: tree });
    const open = (name: string, mode: number) => caller.call('open', put(caller, `${name}\0`), mode);
    const text = (length: number) => textOf(caller, length);
    expect([open('none', toRead), open('none/none', toWrite), caller.call('open', outside, toRead)]).toEqual([
      -1, -1, -1,
    ]);
    const written = open('new', toWrite);
    expect(caller.call('write', written, put(caller, 'hello'), 5)).toBe(5);
    expect(caller.call('read', written, buffer, 5)).toBe(-1);
    caller.call('close', written);
    const added = open('new', toAppend);
    expect(caller.call('write', added, put(caller, '!!'), 2)).toBe(2);
    caller.call('close', added);
    const read = open('new', toRead);
    expect(caller.call('write', read, buffer, 5)).toBe(-1);
    expect([caller.call('lseek', read, 1, 0), caller.call('read', read, buffer, 3), text(3)]).toEqual([
      1,
      3,
      'ell',
    ]);
    expect([caller.call('lseek', read, 1, 1), caller.call('read', read, buffer, 9), text(2)]).toEqual([
      5,
      2,
      '!!',
    ]);
    expect([caller.call('lseek', read, -2, 2), caller.call('lseek', read, -9, 0)]).toEqual([5, -1]);
    caller.call('close', read);
    expect(caller.call('read', read, buffer, 1)).toBe(-1);
    const anew = open('old', toWrite);
    expect(caller.call('write', anew, put(caller, 'x'), 1)).toBe(1);
    caller.call('close', anew);
    expect(caller.call('read', open('old', toRead), buffer, 9)).toBe(1);
    expect(caller.call('lseek', 0, 0, 0)).toBe(-1);
  };

const currentFolder =
  (length: number): Test =>
  (callEnvironment) => {
    const caller = new Caller({ callEnvironment });
    put(caller, '--------');
    expect([caller.call('getcwd', buffer, 1), textOf(caller, 2)]).toEqual([-1, '--']);
    expect([caller.call('getcwd', buffer, 2), textOf(caller, 3)]).toEqual([length, '/\0-']);
  };

const float = 'Ring32 has none';
const sound = 'there is none here';
const window = 'it opens a window';

const shared: Readonly<Record<string, Test>> = {
  print_int: prints('print_int', [42, '42'], [-1, '-1'], [-(2 ** 31), '-2147483648']),
  print_string: (environment) => {
    printString(environment);
    longString(environment);
  },
  print_char: prints('print_char', [0x41, 'A'], [0x141, 'A'], [10, '\n'], [0xe9, '\xe9']),
  exit: exits('exit', [3, 0]),
};

const withFiles = (modes: Modes): Readonly<Record<string, Test>> => ({
  close,
  read: readAndWrite,
  write: readAndWrite,
  ...Object.fromEntries(['open', 'lseek'].map((name) => [name, files(modes)])),
});

const tests: ReadonlyMap<Environment, Readonly<Record<string, Test>>> = new Map([
  [
    rars,
    {
      ...shared,
      ...withFiles([0, 1, 9]),
      getcwd: currentFolder(buffer),
      print_float: refuses('print_float', float),
      print_double: refuses('print_double', float),
      read_float: refuses('read_float', float),
      read_double: refuses('read_double', float),
      random_float: refuses('random_float', float),
      random_double: refuses('random_double', float),
      read_int: readInt,
      read_char: readChar,
      read_string: (environment) => {
        expect(readStrings(environment, 'ab\nrest\n', 6)).toBe('ab\n\0----');
        expect(readStrings(environment, 'abcd\n', 5)).toBe('abcd\0---');
        expect(readStrings(environment, 'abcdef\n', 4)).toBe('abc\0----');
        expect(readStrings(environment, 'ab\r\n', 6)).toBe('ab\n\0----');
        expect(readStrings(environment, '', 4)).toBe('\n\0------');
        expect(readStrings(environment, 'ab\n', 1)).toBe('\0-------');
        expect(readStrings(environment, 'ab\n', 0)).toBe('--------');
        const caller = new Caller({ callEnvironment: environment, input: 'x' });
        expect(caller.refusal('read_string', outside, 8)).toContain('0x7fff0000 is not in memory');
      },
      sbrk,
      exit2: exits('exit2', [3, 3], [256, 0], [-1, 255]),
      time,
      sleep,
      midi_out: refuses('midi_out', sound),
      midi_out_sync: refuses('midi_out_sync', sound),
      print_hex: prints('print_hex', [42, '0x0000002a'], [-1, '0xffffffff']),
      print_binary: prints('print_binary', [5, `${'0'.repeat(29)}101`], [-1, '1'.repeat(32)]),
      print_unsigned: prints('print_unsigned', [5, '5'], [-1, '4294967295']),
      random_seed: (callEnvironment) => {
        // What java.util.Random(42) gives, as the documentation of Java defines it.
        const caller = new Caller({ callEnvironment });
        caller.call('random_seed', 0, 42);
        expect([1, 2].map(() => caller.call('random_int', 0))).toEqual([-1170105035, 234785527]);
        caller.call('random_seed', 3, 42);
        expect([1, 2, 3, 4].map(() => caller.call('random_int_range', 3, 10))).toEqual([0, 3, 8, 4]);
      },
      random_int: (callEnvironment) => {
        const numbers = (index: number) => {
          const caller = new Caller({ callEnvironment });
          return [1, 2, 3, 4, 5].map(() => caller.call('random_int', index));
        };
        expect(new Set(numbers(0)).size).toBe(5);
        expect(numbers(0)).toEqual(numbers(0));
        expect(numbers(0)).not.toEqual(numbers(1));
      },
      random_int_range: (callEnvironment) => {
        const caller = new Caller({ callEnvironment });
        for (const bound of [1, 6, 8, 2 ** 30, 2 ** 31 - 1]) {
          const numbers = Array.from({ length: 50 }, () => caller.call('random_int_range', 0, bound));
          expect(numbers.every((number) => number >= 0 && number < bound)).toBe(true);
          expect(new Set(numbers).size).toBeGreaterThan(Math.min(bound, 25) / 2);
        }
        expect(caller.refusal('random_int_range', 0, 0)).toContain('the bound must be above 0');
      },
      ...Object.fromEntries(
        ['confirm', 'message']
          .map((kind) => `${kind}_dialog`)
          .concat(
            ['int', 'float', 'double', 'string'].flatMap((of) => [
              `input_dialog_${of}`,
              `message_dialog_${of}`,
            ]),
          )
          .map((name) => [name, refuses(name, window)]),
      ),
    },
  ],
  [
    ripes,
    {
      ...shared,
      ...withFiles([0, 0x601, 9]),
      getcwd: currentFolder(1),
      print_float: prints(
        'print_float',
        [0x3fc00000, '1.5'],
        [0x40490fdb, '3.14159'],
        [0xc0000000 | 0, '-2'],
        [0x49742400, '1e+06'],
        [0x47f12000, '123456'],
        [0x38d1b717, '0.0001'],
        [0x3727c5ac, '1e-05'],
        [0x7f800000, 'inf'],
        [0x7fc00000, 'nan'],
        [0, '0'],
        [0x80000000 | 0, '-0'],
      ),
      exit2: exits('exit2', [3, 3]),
      time,
      cycles: (callEnvironment) => {
        const caller = new Caller({ callEnvironment });
        caller.process.machine.steps = 2 ** 32 + 9;
        expect([caller.call('cycles'), caller.process.machine.x[11]]).toEqual([10, 1]);
      },
      print_hex: prints('print_hex', [42, '0x002a'], [-1, '0xffffffff']),
      print_binary: prints('print_binary', [5, `0b${'0'.repeat(29)}101`]),
      print_unsigned: prints('print_unsigned', [-1, '4294967295']),
      fstat: (callEnvironment) => {
        const caller = new Caller({ callEnvironment });
        expect(caller.call('fstat', 1, buffer)).toBe(0);
        expect(caller.call('fstat', 9, buffer)).toBe(-1);
      },
      brk: (callEnvironment) => {
        const caller = new Caller({ callEnvironment });
        const start = caller.call('brk', 0);
        expect(caller.call('brk', start + 100)).toBe(start + 100);
      },
    },
  ],
  [
    creator,
    {
      ...shared,
      print_float: refuses('print_float', float),
      print_double: refuses('print_double', float),
      read_float: refuses('read_float', float),
      read_double: refuses('read_double', float),
      read_int: readInt,
      read_char: readChar,
      read_string: (environment) => {
        expect(readStrings(environment, 'ab\nrest\n', 6)).toBe('ab\0-----');
        expect(readStrings(environment, 'abcdef\n', 4)).toBe('abc\0----');
      },
      sbrk,
    },
  ],
  [
    venus,
    {
      ...shared,
      exit2: exits('exit2', [3, 3]),
      print_hex: prints('print_hex', [42, '0x0000002A'], [-1, '0xFFFFFFFF']),
      sbrk,
      open: (callEnvironment) => {
        const tree = new MemoryFiles({ '/': { old: 'a file' } });
        const caller = new Caller({ callEnvironment, files: tree });
        const open = (name: string, mode: number) => caller.call('open', put(caller, `${name}\0`), mode);
        const [r, w, a, rPlus, wPlus, aPlus] = [0, 1, 2, 3, 4, 5] as const;
        for (const mode of [r, rPlus, 6, -1]) expect(open('none', mode)).toBe(-1);
        expect(caller.call('read', open('old', r), buffer, 9)).toBe(6);
        expect(caller.call('write', open('old', a), put(caller, '!'), 1, 1)).toBe(1);
        expect([caller.call('read', open('old', rPlus), buffer, 9), textOf(caller, 7)]).toEqual([
          7,
          'a file!',
        ]);
        expect(caller.call('write', open('old', w), buffer, 2, 2)).toBe(2);
        expect(caller.call('read', open('old', aPlus), buffer, 9)).toBe(4);
        expect(caller.call('read', open('old', wPlus), buffer, 9)).toBe(0);
      },
      read: readAndWriteItems,
      write: readAndWriteItems,
      close: (callEnvironment) => {
        const caller = new Caller({ callEnvironment });
        expect([caller.call('close', 1), caller.call('close', 1)]).toEqual([0, -1]);
      },
      ...Object.fromEntries(
        ['fflush', 'feof', 'ferror'].map((name) => [
          name,
          (callEnvironment: Environment) => {
            const caller = new Caller({ callEnvironment, input: 'ab' });
            expect([caller.call(name, 0), caller.call(name, 9)]).toEqual([0, -1]);
            caller.call('read', 0, buffer, 2);
            expect(caller.call(name, 0)).toBe(0);
            caller.call('read', 0, buffer, 2);
            expect(caller.call(name, 0)).toBe(name === 'feof' ? 1 : 0);
          },
        ]),
      ),
      malloc: (callEnvironment) => {
        const caller = new Caller({ callEnvironment });
        const library = (which: number, ...args: readonly number[]) => {
          const [a1 = 0, a2 = 0] = args;
          return caller.call('malloc', a1, a2, 0, 0, 0, which);
        };
        const [malloc, calloc, realloc, free, inUse] = [1, 2, 3, 4, 5] as const;
        const first = library(malloc, 10);
        const second = library(malloc, 10);
        expect([first % 8, second >= first + 10, library(inUse)]).toEqual([0, true, 2]);
        put(caller, 'hello');
        caller.process.put(first, Buffer.from('hello'));
        const larger = library(realloc, first, 100);
        expect(Buffer.from(caller.process.bytes(larger, 5) as Uint8Array).toString()).toBe('hello');
        expect(library(malloc, 8)).toBe(first);
        library(free, larger);
        expect(library(calloc, 4, 5)).toBe(larger);
        expect([...(caller.process.bytes(larger, 20) as Uint8Array)]).toEqual(Array(20).fill(0));
        expect([library(malloc, 0), library(malloc, -1), library(malloc, 2 ** 30)]).toEqual([0, 0, 0]);
        library(free, 0);
        library(free, second);
        expect(library(inUse)).toBe(2);
        expect(refusalOf(caller, free, second)).toContain('which is free already');
        expect(refusalOf(new Caller({ callEnvironment }), free, 1234)).toContain('which malloc did not give');
        expect(refusalOf(new Caller({ callEnvironment }), 6)).toContain('a6 is 6, but must be 1 (malloc)');
      },
    },
  ],
]);

function readAndWriteItems(callEnvironment: Environment): void {
  const caller = new Caller({ callEnvironment, input: 'abcdefgh' });
  expect(caller.call('read', 0, buffer, 100)).toBe(8);
  expect(caller.call('write', 1, buffer, 2, 3)).toBe(2);
  expect(caller.call('write', 1, buffer, 2, 0)).toBe(2);
  expect(caller.printed[1]).toBe('abcdefab');
  expect(caller.call('write', 9, buffer, 2, 1)).toBe(-1);
}

/** The refusal of the function of Venus's library with that number (a6). */
function refusalOf(caller: Caller, which: number, a1 = 0): string {
  return caller.refusal('malloc', a1, 0, 0, 0, 0, which);
}

for (const [environment, each] of tests) {
  describe(`In ${environment.title}, the call`, () => {
    it.each(Object.entries(each))(
      '%s does what it does there, or is refused with the reason',
      (_name, test) => {
        test(environment);
      },
    );

    it('has a test here, whatever it is', () => {
      const names = [...environment.calls.values()].map(({ name }) => name);
      expect(names.toSorted()).toEqual(Object.keys(each).toSorted());
    });
  });
}

describe('An environment', () => {
  it('is tested here, but for Linux', () => {
    expect(environments).toEqual([linux, ...[...tests.keys()].toSorted((a, b) => order(a) - order(b))]);
  });

  const small = { memory: 2 ** 22, engine: 'interpreter' } as const;

  it.each([rars, venus, creator])('that begins at main does so: $title', (callEnvironment) => {
    const text = '.globl main\nfirst: ebreak\nmain: ret\n';
    expect(runProgram(text, { ...small, callEnvironment }).stop).toEqual({ kind: 'exit', status: 0 });
  });

  it.each([rars, venus, ripes, linux])(
    'does not begin at a main that is local: $title',
    (callEnvironment) => {
      const text = 'first: ebreak\nmain: ret\n';
      expect(runProgram(text, { ...small, callEnvironment }).stop.kind).toBe('killed');
    },
  );

  it.each(environments)('begins at _start where there is one: $title', (callEnvironment) => {
    const text = '.globl main, _start\nmain: ebreak\n_start: .word 0xffffffff\n';
    expect(runProgram(text, { ...small, callEnvironment }).stop).toMatchObject({ kind: 'killed', cause: 2 });
  });

  it.each([rars, venus, ripes, creator])(
    'ends a program that returns, or runs past its end: $title',
    (callEnvironment) => {
      const options = { ...small, callEnvironment };
      for (const text of [
        'main: ret',
        'main: nop',
        'main: li t0, 4\n.data\n.word -1',
        'main: nop\n.fill 1023, 4, 0x13\n.data\n.word -1',
      ])
        expect(runProgram(`.globl main\n${text}\n`, options).stop).toEqual({ kind: 'exit', status: 0 });
      expect(runProgram('main: li ra, -32\n ret\n', options).stop.kind).toBe('killed');
      expect(runProgram('main: .word -1\n nop\n', options).stop.kind).toBe('killed');
    },
  );

  it('gives argc and argv in a0 and a1 where it does so there', () => {
    const text = '_start: lw t0, 0(a1)\n lbu a1, 0(t0)\n li a0, 11\n li a7, 11\n';
    const argv = ['name', 'first'];
    expect(runProgram(`${text} ecall\n`, { ...small, callEnvironment: venus, argv }).printed[1]).toBe('n');
    expect(
      runProgram(`${text} mv a0, a1\n ecall\n`, { ...small, callEnvironment: rars, argv }).printed[1],
    ).toBe('f');
  });
});

describe('A program in compiled code', () => {
  /** Runs a loop of 3000 turns of `body`, and then `end`. */
  function hot(body: string, end: string, callEnvironment: Environment) {
    const text = `.globl main\nmain: mv s1, ra\n li s0, 3000\n1: ${body}\n addi s0, s0, -1\n bnez s0, 1b\n${end}\n`;
    const { process, printed } = processOf(text, {
      callEnvironment,
      memory: 2 ** 22,
      engine: 'fast',
      fast: { hot: 10 },
    });
    const stop = process.run(1_000_000);
    if (!(process.engine instanceof FastEngine)) throw new Error('not the fast engine');
    expect(process.engine.statistics.compiledSteps).toBeGreaterThan(process.machine.steps / 2);
    return { stop, printed, pc: process.machine.pc };
  }

  it('makes calls without a result, which leave a0 alone', () => {
    const { stop, printed } = hot(
      'li a0, 120\n li a7, 11\n ecall\n add s2, s2, a0',
      'li a7, 93\n mv a0, s2\n ecall',
      rars,
    );
    expect(stop).toEqual({ kind: 'exit', status: (120 * 3000) & 0xff });
    expect(printed[1]).toBe('x'.repeat(3000));
  });

  it('makes calls by the number in a0', () => {
    const { stop, printed } = hot('li a1, 7\n li a0, 1\n ecall', 'jr s1', venus);
    expect(stop).toEqual({ kind: 'exit', status: 0 });
    expect(printed[1]).toBe('7'.repeat(3000));
  });

  it('is ended by a call that is refused, at that call', () => {
    const body = 'li a7, 11\n li t0, 1\n bne s0, t0, 2f\n li a7, 777\n2: ecall';
    const { stop, pc, printed } = hot(body, 'ebreak', rars);
    expect(stop).toEqual({ kind: 'refused', reason: 'a7 = 777 is no call of RARS' });
    expect([pc, printed[1].length]).toEqual([0x1001c, 2999]);
  });

  it('may end by returning', () => {
    expect(hot('nop', 'mv ra, s1\n ret', creator).stop).toEqual({ kind: 'exit', status: 0 });
  });
});

function order(environment: Environment): number {
  return environments.indexOf(environment);
}

describe('A call that an environment does not know', () => {
  /** The first one, and how the program ended. */
  function first(text: string, callEnvironment: Environment = linux) {
    const calls: UnknownCall[] = [];
    const { stop } = runProgram(text, { callEnvironment, onUnknownCall: (call) => calls.push(call) });
    return { calls, stop };
  }

  it('is told once, with what it is elsewhere and here', () => {
    const { calls } = first('_start: li a7, 10\n ecall\n li a7, 1\n ecall\n li a7, 93\n ecall\n');
    expect(calls).toEqual([
      {
        pc: 0x10004,
        step: 1,
        says:
          "a7 = 10 is none of Linux's calls that are answered here: it got -38 (ENOSYS). a7 = 10 is exit in RARS, Ripes and CREATOR; " +
          'here that is exit, a7 = 93. If the program was written for that, run it with --environment rars (or ripes, creator)',
      },
    ]);
  });

  it('is told by the number in a0 when nothing is in a7', () => {
    const { calls } = first('_start: li a0, 1\n ecall\n li a7, 93\n ecall\n');
    expect(calls[0]?.says).toContain('a0 = 1 is print_int in Venus; here that is write, a7 = 64.');
    expect(calls[0]?.says).toContain('--environment venus');
  });

  it('of nobody is told shortly', () => {
    expect(first('_start: li a7, 999\n ecall\n li a7, 93\n ecall\n').calls[0]?.says).toBe(
      "a7 = 999 is none of Linux's calls that are answered here: it got -38 (ENOSYS)",
    );
  });

  it.each([
    [ripes, 5, 'a7 = 5 is no call of Ripes. a7 = 5 is read_int in RARS and CREATOR.'],
    [creator, 64, 'a7 = 64 is no call of CREATOR. a7 = 64 is write in Linux, RARS and Ripes.'],
    [rars, 31337, 'a7 = 31337 is no call of RARS'],
    [venus, 8, 'a0 = 0 is no call of Venus. a7 = 8 is read_string in RARS and CREATOR.'],
  ])('ends the program in a simulator: $title', (callEnvironment, number, says) => {
    const { stop, calls } = first(`_start: li a0, 0\n li a7, ${number}\n ecall\n ebreak\n`, callEnvironment);
    expect(stop).toEqual({ kind: 'refused', reason: expect.stringContaining(says) });
    expect(calls).toEqual([]);
  });

  it('is known to the process afterwards, for the crash report', () => {
    const caller = new Caller();
    expect(caller.process.unknownCall).toBeUndefined();
    caller.call(10);
    caller.call(4);
    expect(caller.process.unknownCall).toMatchObject({ pc: 0x10000, step: 0 });
  });
});

/** `ringlab run`: statuses, streams, options. What is wrong with its input: bad-input.test.ts. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ending, fixture, interrupt, ringlab, scratch, shell } from './kit.ts';

const file = scratch();
const hello = 'guests/hello.s';
const endless = file('endless.s', '_start: j _start\n');

describe('The exit status of run', () => {
  it.each([0, 1, 42, 255])('is the %i that a machine wrote to the power port', (status) => {
    expect(ringlab(['run', file(`power-${status}.s`, ending(status))])).toEqual({
      status,
      stdout: '',
      stderr: '',
    });
  });

  it('is the low byte of what was written, as shells have it', () => {
    expect(ringlab(['run', file('power-big.s', ending(0x1234))]).status).toBe(0x34);
  });

  it('is what a process gave to exit', () => {
    expect(ringlab(['run', '--process', fixture('process.elf')])).toEqual({
      status: 7,
      stdout: '41dd0330\n',
      stderr: '',
    });
  });

  it('is 124 when --max-steps stopped the guest', () => {
    const { status, stdout, stderr } = ringlab(['run', '--max-steps', '1_000', endless]);
    expect({ status, stdout }).toEqual({ status: 124, stdout: '' });
    expect(stderr).toMatch(/^ringlab: .*endless\.s: stopped after 1000 steps, as --max-steps asked\n/);
  });

  it('is 125 for a trap that nobody handles, with registers, code and cause', () => {
    const { status, stdout, stderr } = ringlab(['run', file('trap.s', '_start: li a0, 7\nhere: ecall\n')]);
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' });
    expect(stderr).toContain('stopped by a trap that nobody handles (TVEC is 0):\n  ecall\n');
    expect(stderr).toContain('at pc 0x00010004 (here), ring 0, step 1\n');
    expect(stderr).toContain('a0 0x00000007');
    expect(stderr).toContain('=> 0x00010004  00000073  ecall');
  });

  it('is 125 for a machine that waits for an interrupt that can never come', () => {
    const { status, stderr } = ringlab(['run', file('forever.s', '_start: hlt\n')]);
    expect(status).toBe(125);
    expect(stderr).toMatch(/^ringlab: .*waits in hlt for an interrupt that can never come \(step 1\)/);
  });

  it('is 128 and the signal for a process that one killed, and says where and why', () => {
    const wild = file('wild.s', '_start: li t0, -4\nboom: sw zero, 0(t0)\n');
    const { status, stderr } = ringlab(['run', '--process', wild]);
    expect(status).toBe(139);
    expect(stderr).toContain("killed by SIGSEGV (past the end of the process's memory, 0x3fef000):\n");
    expect(stderr).toContain('  store page fault at address 0xfffffffc\n');
    expect(stderr).toContain('(boom), ring 3, step 2\n');
    const illegal = file('illegal.s', '_start: .word 0\n');
    expect(ringlab(['run', '--process', illegal]).status).toBe(132);
  });
});

describe('The streams of run', () => {
  it("give the machine's console to stdout and nothing to stderr", () => {
    expect(ringlab(['run', hello])).toEqual({ status: 0, stdout: 'Hello from ring 0\n', stderr: '' });
  });

  it('give standard input to the console, and to a process', () => {
    expect(ringlab(['run', 'guests/echo.s'], 'abc\n').stdout).toBe('ABC\n');
    expect(ringlab(['run', '--process', fixture('process.elf'), 'one', 'two'], 'hello\nworld')).toEqual({
      status: 7,
      stdout: 'one two\nHELLO\nWORLD41dd0330\n',
      stderr: '',
    });
  });

  it('take input from the file of --input instead', () => {
    const input = file('input.txt', 'from a file');
    const process = ['run', '--process', '--input', input, fixture('process.elf')];
    expect(ringlab(process, 'not this').stdout).toBe('FROM A FILE41dd0330\n');
    expect(ringlab(['run', '--input', input, 'guests/echo.s'], 'not this').stdout).toBe('FROM A FILE');
  });

  it("keep a process's stderr apart", () => {
    const both = file(
      'both.s',
      `_start: li a0, 1\n la a1, out\n li a2, 4\n li a7, 64\n ecall\n li a0, 2\n la a1, err\n li a7, 64\n ecall
      li a0, 0\n li a7, 93\n ecall\n .data\nout: .ascii "out\\n"\nerr: .ascii "err\\n"\n`,
    );
    expect(ringlab(['run', '--process', both])).toEqual({ status: 0, stdout: 'out\n', stderr: 'err\n' });
  });

  it('show what was printed before a crash', () => {
    const crash = file('crash.s', '_start: li t0, 16\n li t1, 65\n out t0, t1\n ebreak\n');
    const { status, stdout } = ringlab(['run', crash]);
    expect({ status, stdout }).toEqual({ status: 125, stdout: 'A' });
  });

  it('are told to be full in one line', () => {
    expect(shell(`ringlab run ${hello} > /dev/full`)).toEqual({
      status: 65,
      stdout: '',
      stderr: 'ringlab: write: no space left on the disk\n',
    });
  });

  it('end the run quietly when nobody reads any more', () => {
    const chatty = file('chatty.s', '_start: li t0, 16\n li t1, 10\nagain: out t0, t1\n j again\n');
    expect(shell(`ringlab run ${chatty} | head -n 1; echo "\${PIPESTATUS[0]}"`)).toEqual({
      status: 0,
      stdout: '\n141\n',
      stderr: '',
    });
  });
});

describe('Ctrl-C', () => {
  it('ends a guest that never would with status 130, and says where it is and what it is about', async () => {
    const printing = file('printing.s', '_start: li t0, 16\n li t1, 10\n out t0, t1\nhere: j here\n');
    const { status, stderr } = await interrupt(['run', printing], 'SIGINT');
    expect(status).toBe(130);
    expect(stderr).toMatch(/: interrupted \(Ctrl-C\)\n {2}at pc 0x0001000c \(here\), ring 0, step \d+\n/);
    expect(stderr).toContain('It is in a loop of 1 instruction:\n');
  });

  it('ends a guest that waits for input that does not come', async () => {
    const waiting = file(
      'waiting.s',
      '_start: li t0, 16\n li t1, 10\n out t0, t1\n in t0, t0\nhere: j here\n',
    );
    expect((await interrupt(['run', waiting], 'SIGINT')).signal).toBe('SIGINT');
  });
});

describe('The options of run', () => {
  it.each(['auto', 'fast', 'interpreter'])('run the same on --engine %s', (engine) => {
    expect(ringlab(['run', '--process', '--engine', engine, 'guests/primes.s', '1000']).stdout).toBe(
      '168 primes below 1000\n',
    );
  });

  it('choose a variant by name or by file', () => {
    const mine = file('mine.json', '{ "name": "mine", "unprivileged": ["getf", "smsw", "sring", "setf"] }');
    const ring3 = (isa: string) => ringlab(['run', '--isa', isa, 'guests/flags.s']).stdout.split('\n')[1];
    expect(ring3('ring32-v')).toBe('ring 3: getf traps, smsw traps, sring traps, setf traps');
    expect(ring3('ring32-x')).toContain('sring 00000003');
    expect(ring3(mine)).toBe(ring3('ring32-x'));
  });

  it('give the machine a disk in a file, and write it', () => {
    const disk = file('disk.img', new Uint8Array(8 * 512).fill(0x61, 0, 512));
    const writer = file(
      'writer.s',
      `_start: li t0, 0x20\n li t1, 3\n out t0, t1\n li t0, 0x21\n la t1, sector\n out t0, t1
       li t0, 0x22\n li t1, 2\n out t0, t1\n hlt\n${ending(0).replace('_start:', '')}
       .data\nsector: .fill 512, 1, 0x7a\n`,
    );
    expect(ringlab(['run', '--disk', disk, writer])).toEqual({ status: 0, stdout: '', stderr: '' });
    const bytes = readFileSync(disk);
    expect(bytes.length).toBe(8 * 512);
    expect(new Set(bytes.subarray(3 * 512, 4 * 512))).toEqual(new Set([0x7a]));
    expect(new Set(bytes.subarray(512, 3 * 512))).toEqual(new Set([0]));
  });

  it('give the machine as much memory as asked for', () => {
    const size = file('size.s', '_start: mfs t1, MEMSIZE\n srli t1, t1, 16\n li t0, 1\n out t0, t1\n');
    expect(ringlab(['run', '--memory', '1M', size]).status).toBe(16);
    expect(ringlab(['run', '--memory', '128k', size]).status).toBe(2);
    expect(ringlab(['run', '--memory', '1G', size.replace('size', 'none')]).status).toBe(65);
    expect(ringlab(['run', '--memory', '1G', size]).stderr).toBe('');
  });

  it('may follow the file; what follows -- are arguments', () => {
    const { stdout, stderr } = ringlab(['run', fixture('process.elf'), '--process', 'a', '--', '--b']);
    expect({ stdout, stderr }).toEqual({ stdout: 'a --b\n41dd0330\n', stderr: '' });
  });
});

describe('An option after the file', () => {
  const printedArguments = (...args: string[]) => {
    const { status, stdout, stderr } = ringlab(['run', ...args]);
    return status === 7 && stderr === '' ? stdout.split('\n')[0] : stderr;
  };
  const program = fixture('process.elf');

  it.each([
    [['--process', program, '-d'], '-d'],
    [['--process', program, '-n', '5', '--verbose', '--depth=3'], '-n 5 --verbose --depth=3'],
    [['--process', program, '-x', '--engine', 'interpreter', 'y'], '-x y'],
    [[program, '-x', '--process'], '-x'],
    [['--process', program, '-5', '-.5', '-'], '-5 -.5 -'],
    [['--process', program, '--', '--max-steps', '0'], '--max-steps 0'],
    [['--process', program, '-x', '--', '-y', '--', '--stat'], '-x -y -- --stat'],
    [['--process', program, '--', '--help', '-V'], '--help -V'],
    [[program, '--process', '--', '--process'], '--process'],
    [['--process', '--', program, '-d'], '-d'],
  ])("is the program's if it is not ours: %j", (args, expected) => {
    expect(printedArguments(...args)).toBe(expected);
  });

  it.each([
    [
      ['--process', program, '--stat'],
      "unknown option '--stat' (did you mean --stats?); if it is an argument",
    ],
    [
      ['--process', program, '-x', '--max-step=3'],
      "unknown option '--max-step=3' (did you mean --max-steps?);",
    ],
    [[program, '-d'], "unknown option '-d'; a machine takes no arguments, a process (--process) does"],
    [[program, '--', '--process'], 'a machine takes no arguments ("--process")'],
    [['-d', program], "unknown option '-d'"],
    [['--process', '-d', program], "unknown option '-d'"],
  ])('is refused where it is likely to be a mistake: %j', (args, expected) => {
    const { status, stderr } = ringlab(['run', ...args]);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(expected) });
  });

  it("is the program's in a trace, too", () => {
    expect(ringlab(['trace', '--process', '--to', '0', program, '-d']).status).not.toBe(2);
  });
});

describe('run --environment', () => {
  const calls = file('calls.s', '_start: li a0, 7\n li a7, 1\n ecall\n li a7, 10\n ecall\n');

  it('makes a process of the program, with the calls of a simulator', () => {
    expect(
      ringlab(['run', '--environment', 'rars', 'guests/rars-average.s'], 'Ada\n5\n0\n').stdout,
    ).toContain('Hello, Ada\nNumber (0 ends): Number (0 ends): 1 numbers, 5 on average\n');
    expect(ringlab(['run', '--environment', 'ripes', calls])).toEqual({ status: 0, stdout: '7', stderr: '' });
    expect(ringlab(['run', '--environment', 'spim', calls]).status).toBe(2);
  });

  it('is asked for, if the program makes a call of a simulator: when it does, and when it crashes', () => {
    const { status, stderr } = ringlab(['run', '--process', calls]);
    expect(status).toBe(132);
    const [first, crash] = stderr.split('killed by SIGILL') as [string, string];
    expect(first).toBe(
      `ringlab: ${calls}: a7 = 1 is none of Linux's calls that are answered here: it got -38 (ENOSYS). a7 = 1 is print_int in RARS, ` +
        'Ripes and CREATOR; here that is write, a7 = 64. If the program was written for that, run it with ' +
        `--environment rars (or ripes, creator)\n  at pc 0x00010008 (_start+0x8)\nringlab: ${calls}: `,
    );
    expect(crash.replace(/\s+/g, ' ')).toContain(
      'This may be why: at step 2, pc 0x00010008 (_start+0x8), a7 = 1 is none of',
    );
  });

  it('ends a program that asks for what cannot be, with status 125 and the place', () => {
    const { status, stderr } = ringlab(
      ['run', '--environment', 'rars', 'guests/rars-average.s'],
      'Ada\nfive\n',
    );
    expect({ status, stderr }).toEqual({
      status: 125,
      stderr:
        'ringlab: guests/rars-average.s: ended at a call: read_int (a7 = 5): an integer is to be read, ' +
        'but the line of input is "five"\n  at pc 0x0001006c (main+0x60), ring 3, step 37\n  source line guests/rars-average.s:58\n',
    });
  });

  it('says where a program with a main and no _start begins otherwise', () => {
    expect(ringlab(['run', '--process', 'guests/venus-factorial.s']).stderr).toContain(
      'there is no _start, so the program begins at its first instruction, not at main',
    );
  });
});

describe('run --stats', () => {
  it('tells steps, engine, status and exits on stderr, in 80 columns', () => {
    const { stdout, stderr } = ringlab(['run', '--stats', '--process', 'guests/primes.s', '500000']);
    expect(stdout).toBe('41538 primes below 500000\n');
    expect(stderr).toMatch(/^steps {5}7814054 in \d+\.\d{3} s, [\d.]+ million a second$/m);
    expect(stderr).toMatch(/^engine {4}fast, ring32-v, monitor none$/m);
    expect(stderr).toMatch(/^status {4}0$/m);
    expect(stderr).toMatch(/^compiled {2}\d+\.\d % of the steps ran in \d+ batch(es)?, \d+ regions?:$/m);
    expect(stderr).toMatch(/^exits {5}2 × brk\n {10}1 × exit\n {10}4 × write$/m);
    for (const line of stderr.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('says of a short run that nothing was compiled, and why', () => {
    const { stderr } = ringlab(['run', '--stats', hello]);
    expect(stderr).toMatch(/^compiled {2}nothing: it was over before that would have paid$/m);
    const { stderr: interpreted } = ringlab(['run', '--stats', '--engine', 'interpreter', hello]);
    expect(interpreted).not.toContain('compiled');
  });

  it('tells them as one JSON document with --json', () => {
    const { status, stdout, stderr } = ringlab(['run', '--stats', '--json', 'guests/user-kernel.s']);
    const number: unknown = expect.any(Number);
    const { steps, ...rest } = JSON.parse(stderr) as Record<string, unknown>;
    expect(stdout).not.toBe('');
    expect(rest).toEqual({
      format: 'ringlab-run',
      version: 1,
      engine: 'fast',
      monitor: 'none',
      isa: 'ring32-v',
      status,
      exits: expect.objectContaining({ ecall: number }),
      direct: steps,
      seconds: number,
      regions: number,
      batches: number,
      entries: number,
      codeBytes: number,
      compileSeconds: number,
      compiledSteps: number,
      failures: number,
      delegated: number,
      compiledShare: number,
    });
  });

  it('shows that hot code was compiled', () => {
    const { stderr } = ringlab(['run', '--stats', '--json', '--process', fixture('fib.elf')]);
    const { regions, codeBytes, compiledShare } = JSON.parse(stderr) as Record<string, number>;
    expect(regions).toBeGreaterThan(0);
    expect(codeBytes).toBeGreaterThan(0);
    expect(compiledShare).toBeGreaterThan(0.9);
  });

  it('says nothing of compiled code when the interpreter ran', () => {
    const { stderr } = ringlab(['run', '--stats', '--json', '--engine', 'interpreter', hello]);
    expect(JSON.parse(stderr)).toMatchObject({ engine: 'interpreter', steps: 97 });
    expect(JSON.parse(stderr)).not.toHaveProperty('regions');
  });

  it('comes after the message of a run that did not end by itself', () => {
    const { status, stderr } = ringlab(['run', '--json', '--max-steps', '10', endless]);
    expect(status).toBe(124);
    expect(JSON.parse(stderr.trimEnd().split('\n').at(-1) as string)).toMatchObject({
      steps: 10,
      status: 124,
    });
  });
});

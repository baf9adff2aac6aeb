/** `--dir`: folders of the host that a process may use. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ringlab, scratch } from './kit.ts';

const file = scratch();
mkdirSync(file('data'));
file('data/in', 'what is in it\n');

/** Copies the file `in` to standard output and to the file `out`; its status is the first error's number. */
const copy = file(
  'copy.s',
  `
_start:
    li   a0, -100
    la   a1, in
    li   a2, 0
    li   a7, 56             # openat
    ecall
    bltz a0, fail
    la   a1, buffer
    li   a2, 64
    li   a7, 63             # read
    ecall
    mv   s0, a0
    li   a0, 1
    la   a1, buffer
    mv   a2, s0
    li   a7, 64             # write
    ecall
    li   a0, -100
    la   a1, out
    li   a2, 0x41           # O_WRONLY | O_CREAT
    li   a3, 0644
    li   a7, 56
    ecall
    bltz a0, fail
    la   a1, buffer
    mv   a2, s0
    li   a7, 64
    ecall
    li   a0, 0
fail:
    neg  a0, a0
    li   a7, 93
    ecall
    .data
in:  .asciz "in"
out: .asciz "out"
buffer: .zero 64
`,
);

/** Prints what is typed, then its first argument and its first variable, each with the zero behind it. */
const echoing = `
_start:
    mv   s0, sp
    la   a1, buffer
    li   a0, 0
    li   a2, 64
    li   a7, 63             # read
    ecall
    mv   a2, a0
    li   a0, 1
    li   a7, 64             # write
    ecall
    lw   a1, 8(s0)
    call print
    lw   a1, 16(s0)
    call print
    li   a0, 0
    li   a7, 93
    ecall
print:
    li   a2, 0
1:  add  t0, a1, a2
    lbu  t1, 0(t0)
    addi a2, a2, 1
    bnez t1, 1b
    li   a0, 1
    li   a7, 64
    ecall
    ret
    .bss
buffer: .zero 64
`;

const run = (...options: string[]) => ringlab(['run', '--process', ...options, copy]);

describe('--dir', () => {
  it('gives the process a folder, which it can read and change', () => {
    const { stdout, status } = run('--dir', `${file('data')}:/`);
    expect([stdout, status]).toEqual(['what is in it\n', 0]);
    expect(readFileSync(file('data/out'), 'utf8')).toBe('what is in it\n');
  });

  it('with :ro lets nothing be changed', () => {
    expect(run('--dir', `${file('data')}:/:ro`)).toMatchObject({ stdout: 'what is in it\n', status: 30 });
  });

  it('is the only way to a file', () => {
    const without = run();
    expect(without).toMatchObject({ stdout: '', status: 2 });
    expect(without.stderr).toContain(
      'it tried to open "in", which is in none of its folders; --dir .:/ gives it the folder that you are in',
    );
    expect(run('--dir', `${file('data')}:/elsewhere`)).toMatchObject({ stdout: '', status: 2 });
  });

  it.each([
    [['--process', '--dir', 'nowhere'], 'nowhere: cannot give it to the process: no such file or folder', 65],
    [['--process', '--dir', copy], 'copy.s: cannot give it to the process: it is a file; --dir ', 65],
    [['--process', '--dir', '.', '--dir', 'guests:/'], 'there is a folder at / already', 2],
    [['--process', '--dir', ':/x'], 'expected HOST[:GUEST][:ro]', 2],
    [['--dir', '.'], '--dir needs --process; a machine has a disk (--disk)', 2],
  ])('%j is refused', (options, text, status) => {
    const refused = ringlab(['run', ...options, copy]);
    expect(refused.stderr).toContain(text);
    expect(refused.status).toBe(status);
  });
});

describe('record --process', () => {
  it('holds what was read: replay needs no file, and writes none', () => {
    const recording = file('copy.rec');
    const first = ringlab(['record', '--process', '--dir', `${file('data')}:/`, copy, '-o', recording]);
    expect(first).toMatchObject({ stdout: 'what is in it\n', status: 0 });
    expect(first.stderr).toMatch(/copy\.rec: \d+ steps recorded, \d+ answers from outside\n$/);
    for (const name of ['in', 'out']) rmSync(file(`data/${name}`));
    for (const engine of ['fast', 'interpreter']) {
      const again = ringlab(['replay', '--engine', engine, copy, recording]);
      expect(again).toMatchObject({ stdout: 'what is in it\n', status: 0 });
    }
    expect(readdirSync(file('data'))).toEqual([]);
  });

  it('holds standard input, arguments and variables, too', () => {
    const recording = file('echo.rec');
    const echo = file('echo.s', echoing);
    const options = ['--process', '--env', 'NAME=value', '-o', recording];
    const first = ringlab(['record', ...options, echo, 'argument'], 'typed');
    expect(first.stdout).toBe('typedargument\0NAME=value\0');
    expect(ringlab(['replay', echo, recording], 'other').stdout).toBe(first.stdout);
  });

  it('is of one program, and of a process', () => {
    const recording = file('copy.rec');
    const echo = file('echo.s', echoing);
    expect(ringlab(['replay', echo, recording])).toMatchObject({ status: 65 });
    expect(ringlab(['replay', echo, recording]).stderr).toContain('copy.rec: a recording of another program');
    const debugged = ringlab(['debug', copy, '--replay', recording]);
    expect(debugged.stderr).toContain("a process's recording; only `replay` can run it");
    expect(ringlab(['replay', '--dir', '.', copy, recording]).status).toBe(2);
  });
});

/** `--dir`: folders of the host that a process may use. */
import { mkdirSync, readFileSync } from 'node:fs';
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
    expect(run()).toMatchObject({ stdout: '', status: 2 });
    expect(run('--dir', `${file('data')}:/elsewhere`)).toMatchObject({ stdout: '', status: 2 });
  });

  it.each([
    [['--process', '--dir', 'nowhere'], 'nowhere: cannot give it to the process: no such file or folder', 65],
    [
      ['--process', '--dir', copy],
      'copy.s: cannot give it to the process: a part of the path is not a folder',
      65,
    ],
    [['--process', '--dir', '.', '--dir', 'guests:/'], 'there is a folder at / already', 2],
    [['--process', '--dir', ':/x'], 'expected HOST[:GUEST][:ro]', 2],
    [['--dir', '.'], '--dir needs --process; a machine has a disk (--disk)', 2],
  ])('%j is refused', (options, text, status) => {
    const refused = ringlab(['run', ...options, copy]);
    expect(refused.stderr).toContain(text);
    expect(refused.status).toBe(status);
  });
});

/** `ringlab debug` at its prompt: what a student without GDB has. */
import { describe, expect, it } from 'vitest';
import { ringlab, scratch } from './kit.ts';

const file = scratch();

/** Stores 1 to 3 in `counter`, then through a pointer that is wrong; powers off with what `limit` holds. */
const guest = file(
  'stray.s',
  `_start:
    li   s0, 0
    la   s1, counter
loop:
    addi s0, s0, 1
    sw   s0, 0(s1)
    li   t0, 3
    blt  s0, t0, loop
    sw   zero, 4(s1)
    li   t0, 0x10
    li   t1, 'x'
    out  t0, t1
    lw   t1, limit
    li   t0, 1
    out  t0, t1
    .data
counter:
    .word 0
limit:
    .word 9
`,
);

/** What the prompt answers to each command. */
function answers(commands: readonly string[], ...options: readonly string[]): string[] {
  const { status, stdout, stderr } = ringlab(
    ['debug', guest, ...options],
    commands.map((line) => `${line}\n`).join(''),
  );
  expect(status, stderr).toBe(0);
  const parts = stdout.split('(ringlab) ');
  expect(parts[0]).toBe('       0 0 00010000 _start            addi s0, zero, 0\n');
  return parts.slice(1).map((part) => part.slice(part.indexOf('\n') + 1));
}

const ways = [[], ['--monitor', 'trap-and-emulate'], ['--monitor', 'binary-translation']];

describe.each(ways.map((way) => [way.join(' ') || 'on the bare machine', way] as const))(
  'At the prompt, %s',
  (_, options) => {
    it('a wrong end is followed back to its cause', () => {
      const [end, cause, before, after] = answers(
        ['continue', 'writer limit', 'memory limit 1', 'step'],
        ...options,
      );
      expect(end).toMatch(/^the guest powered off, status 0\n/);
      expect(cause).toMatch(/^ {6}15 0 [\da-f]{8} loop\+0x10 +sw zero, 4\(s1\)\n$/);
      expect(before).toMatch(/^ {2}[\da-f]{8} limit +00000009\n$/);
      expect(after).toMatch(/^ {6}16 0 /);
    });

    it('steps and points go both ways', () => {
      const told = answers(
        ['break loop', 'continue', 'c', '', 'reverse', 'watch counter', 'c', 'r', 'delete', 'back 2', 'r'],
        ...options,
      );
      expect(told[0]).toMatch(/^breakpoint at 0x[\da-f]{8} loop\n$/);
      expect(told.slice(1, 5).map((text) => Number.parseInt(text.split('\n')[1] ?? '', 10))).toEqual([
        3, 7, 11, 7,
      ]);
      expect(told[5]).toMatch(/^watching 4 bytes at 0x[\da-f]{8} counter\n$/);
      expect(told[6]).toMatch(/^counter was written by the step before\n {7}9 0 /);
      expect(told[7]).toMatch(/^counter is written by the next step\n {7}8 0 /);
      expect(told[9]?.split('\n').map((line) => Number.parseInt(line, 10))).toEqual([7, 6, Number.NaN]);
      expect(told[10]).toMatch(/^this is the beginning\n {7}0 0 /);
    });
  },
);

describe('At the prompt', () => {
  it('registers, memory and code are shown in 80 columns', () => {
    const told = answers(['goto 8', 'registers', 'memory counter', 'code', 'code loop 2', 'where', 'help']);
    for (const text of told) for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(told[1]).toContain('s0 0x00000002');
    expect(told[1]).toContain('MEMSIZE 0x01000000');
    expect(told[2]?.trimEnd().split('\n')).toHaveLength(2);
    expect(told[3]).toMatch(/^=> [\da-f]{8} loop\+0x4/);
    expect(told[4]?.trimEnd().split('\n')).toHaveLength(2);
    expect(told[5]).toContain('recorded from step 0 to 8');
    for (const name of ['step', 'back', 'writer PLACE', 'quit']) expect(told[6]).toContain(`  ${name}`);
  });

  it('what cannot be is told, and nothing has happened', () => {
    expect(
      answers([
        'dance',
        'break nowhere',
        'goto',
        'step x',
        'memory 0xfffffff0',
        'watch 0xfffffff0',
        'trap',
        'exit',
      ]),
    ).toEqual([
      'there is no command "dance"; help lists them\n',
      '"nowhere" is not a place: a symbol, a number or a register, like sp+8\n',
      'goto STEP: to which?\n',
      '"x" is not a number\n',
      '0xfffffff0 is not mapped now\n',
      '0xfffffff0 is not mapped now: nothing to watch\n',
      expect.stringMatching(/^there is none before this\n {7}0 0 /),
      expect.stringMatching(/^there is none before this\n {7}0 0 /),
    ]);
  });

  it('the guest prints on stderr, once, and quit ends', () => {
    const { status, stderr, stdout } = ringlab(['debug', guest], 'c\nr\nc\nquit\nstep\n');
    expect(status).toBe(0);
    expect(stderr).toBe('x');
    expect(stdout).not.toContain('(ringlab) step');
  });

  it('the guest reads what --input holds, again after going back', () => {
    const input = file('input', 'hi\n');
    const { stderr, stdout } = ringlab(['debug', 'guests/echo.s', '--input', input], 'c\nr\nc\n');
    expect(stderr).toContain('HI');
    expect(stderr.indexOf('HI')).toBe(stderr.lastIndexOf('HI'));
    expect(stdout.match(/that can never come/g)).toHaveLength(2);
  });
});

describe('Very many steps', () => {
  it('are made, and the last thousand are shown', () => {
    const loop = file('loop.s', '_start: j _start\n');
    const { stdout, status } = ringlab(['debug', loop], 'step 3000\n');
    const lines = stdout.split('\n');
    const first = lines.indexOf('…');
    expect(lines[first + 1]).toMatch(/^ +2001 /);
    expect(lines[first + 1000]).toMatch(/^ +3000 /);
    expect(status).toBe(0);
  });
});

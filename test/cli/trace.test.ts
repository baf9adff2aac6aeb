/** `ringlab trace`: a line a step, and which steps. */
import { describe, expect, it } from 'vitest';
import { ringlab, scratch, shell } from './kit.ts';

const file = scratch();
const hello = 'guests/hello.s';
const counting = file(
  'counting.s',
  `_start: li a0, 3
loop:   addi a0, a0, -1
        bnez a0, loop
done:   li t0, 1
        li t1, 5
        out t0, t1
`,
);

/** The lines of a trace without what stands after the instruction's place. */
function steps(...args: string[]): string[] {
  const { stdout } = ringlab(['trace', ...args]);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/ +/).slice(0, 5).join(' '));
}

describe('ringlab trace', () => {
  it("prints step, ring, address, place, instruction and what changed; the guest's own output goes to stderr", () => {
    const { status, stdout, stderr } = ringlab(['trace', hello]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: 'Hello from ring 0\n' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(97);
    expect(lines[0]).toBe('       0 0 00010000 _start            auipc a0, 0x0            a0=00010000');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("ends with the guest's status", () => {
    expect(ringlab(['trace', counting]).status).toBe(5);
    expect(
      ringlab(['trace', '--process', file('exit.s', '_start: li a0, 7\n li a7, 93\n ecall\n')]).status,
    ).toBe(7);
  });

  it('shows from --from on, and up to before --to', () => {
    expect(steps('--from', '2', '--to', '4', counting)).toEqual([
      '2 0 00010008 loop+0x4 bne',
      '3 0 00010004 loop addi',
    ]);
    expect(ringlab(['trace', '--to', '4', counting]).status).toBe(0);
    expect(ringlab(['trace', '--from', '1000', counting])).toEqual({ status: 5, stdout: '', stderr: '' });
  });

  it('ends at --max-steps with status 124', () => {
    const { status, stdout, stderr } = ringlab(['trace', '--max-steps', '4', counting]);
    expect({ status, lines: stdout.split('\n').length }).toEqual({ status: 124, lines: 5 });
    expect(stderr).toContain('stopped after 4 steps, as --max-steps asked');
  });

  it('shows only the steps at a symbol, at an address, or between two', () => {
    const loop = ['1 0 00010004 loop addi', '3 0 00010004 loop addi', '5 0 00010004 loop addi'];
    expect(steps('--at', 'loop', counting)).toEqual(loop);
    expect(steps('--at', '0x10004', counting)).toEqual(loop);
    expect(steps('--at', 'loop-done', counting)).toHaveLength(6);
  });

  it('shows only the instructions named', () => {
    expect(steps('--instruction', 'out', counting)).toEqual(['9 0 00010014 done+0x8 out']);
    expect(steps('--instruction', 'out', '--instruction', 'bne', counting)).toHaveLength(4);
  });

  it('shows only what traps, with the cause in words', () => {
    const { stdout } = ringlab(['trace', '--only', 'traps', 'guests/user-kernel.s']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line).toContain('trap: ');
  });

  it('names the level of each exit under a stack of monitors', () => {
    const { stdout } = ringlab(['trace', hello, '--monitor', 'trap-and-emulate/hybrid', '--only', 'exits']);
    expect(stdout).toBe('');
    const below = ringlab([
      'trace',
      hello,
      '--monitor',
      'trap-and-emulate/trap-and-emulate',
      '--only',
      'exits',
    ]);
    expect(below.stdout.split('\n').slice(0, 3)).toEqual([
      '       5 0 00010014 next+0x8          out t0, t1',
      '           monitor: level 1: reflected: privileged instruction',
      '           monitor: level 2: emulated: out',
    ]);
  });

  it("shows a process's system calls as traps", () => {
    const { stdout } = ringlab(['trace', '--process', '--only', 'traps', 'guests/hello-process.s']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^ +\d+ 3 .* ecall +trap: ecall$/);
  });

  it('prints a JSON document a line with --json', () => {
    const lines = ringlab(['trace', '--json', '--to', '2', counting]).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { step: 0, pc: 0x10000, ring: 0, word: 0x00300513, changed: { x10: 3 }, exits: [] },
      { step: 1, pc: 0x10004, ring: 0, word: 0xfff50513 | 0, changed: { x10: 2 }, exits: [] },
    ]);
  });

  it('tells a crash as run does', () => {
    const crash = file('crash.s', '_start: nop\n ebreak\n');
    const { status, stdout, stderr } = ringlab(['trace', crash]);
    expect({ status, lines: stdout.split('\n').length - 1 }).toEqual({ status: 125, lines: 1 });
    expect(stderr).toContain('stopped by a trap that nobody handles (TVEC is 0):\n  breakpoint');
  });

  it('ends when nobody reads any more', () => {
    const endless = file('endless.s', '_start: j _start\n');
    const { stdout, stderr } = shell(
      `ringlab trace ${endless} | head -n 2 | wc -l; echo "\${PIPESTATUS[0]}"`,
    );
    expect({ stdout: stdout.trim(), stderr }).toEqual({ stdout: '2\n141', stderr: '' });
  });
});

/** `ringlab record` and `ringlab replay`: a run kept, and the same run again. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ending, ringlab, scratch } from './kit.ts';

const file = scratch();
const kept = file('echo.rec');

describe('ringlab record', () => {
  it('keeps what is typed, and replay runs it again under any engine and monitor', () => {
    const first = ringlab(['record', 'guests/echo.s', '-o', kept], 'one\ntwo\n');
    expect(first.stdout).toBe('ONE\nTWO\n');
    expect(first.status).toBe(125);
    expect(first.stderr).toMatch(/echo\.rec: \d+ steps recorded, \d inputs?\n$/);
    for (const way of [[], ['--engine', 'interpreter'], ['--monitor', 'trap-and-emulate']]) {
      const again = ringlab(['replay', 'guests/echo.s', kept, ...way], 'something else');
      expect(again.stdout).toBe('ONE\nTWO\n');
      expect(again.status).toBe(125);
    }
    const { stdout } = ringlab(['debug', 'guests/echo.s', '--replay', kept], 'c\nback\n');
    expect(stdout).toContain('that can never come');
  });

  it('keeps --input too, and how the guest ended', () => {
    const guest = file('end.s', ending(7));
    const recording = file('end.rec');
    const input = file('typed', 'abc');
    expect(ringlab(['record', guest, '-o', recording, '--input', input]).status).toBe(7);
    expect(ringlab(['replay', guest, recording]).status).toBe(7);
  });

  it('ends where it is told to, and so does its replay', () => {
    const recording = file('short.rec');
    expect(ringlab(['record', 'guests/timer.s', '-o', recording, '--max-steps', '100']).status).toBe(124);
    const again = ringlab(['replay', 'guests/timer.s', recording]);
    expect(again.stderr).toContain('the recording ends at step 100');
    expect(again.status).toBe(124);
  });

  it('of another guest, or damaged, is refused', () => {
    const other = ringlab(['replay', 'guests/hello.s', kept]);
    expect(other.stderr).toContain('echo.rec: a recording of another program');
    expect(other.status).toBe(65);
    const bytes = readFileSync(kept);
    bytes[60] = (bytes[60] as number) ^ 1;
    const damaged = ringlab(['replay', 'guests/echo.s', file('damaged.rec', bytes)]);
    expect(damaged.stderr).toContain('damaged.rec: a damaged recording: its check sum is wrong');
    expect(damaged.status).toBe(65);
    expect(ringlab(['replay', 'guests/echo.s', 'nowhere.rec']).status).toBe(65);
  });

  it.each([
    [['record', 'guests/hello.s'], "required option '-o, --output <recording>' not specified"],
    [['record', 'guests/hello.s', 'word', '-o', 'x'], 'a machine takes no arguments'],
    [['debug', 'guests/hello-process.s', '--process'], '--process: a process cannot be debugged'],
    [['replay', 'guests/echo.s', 'x', '--input', 'y'], 'the recording contains the input'],
    [['debug', 'guests/echo.s', '--replay', 'x', '--input', 'y'], '--replay uses the input of the recording'],
  ])('refuses %j', (args, text) => {
    const { stderr, status } = ringlab(args);
    expect(stderr).toContain(text);
    expect(status).toBe(2);
  });
});

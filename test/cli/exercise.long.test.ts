/** `ringlab exercise`: a question from a seed, its answer, a check of an answer, and an instructor's sheet. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kinds } from '../../examples/exercises/index.ts';
import { ringlab, scratch } from './kit.ts';

const file = scratch();

describe('ringlab exercise', () => {
  it('lists the kinds without a name, as text and as JSON', () => {
    const { status, stdout } = ringlab(['exercise']);
    expect(status).toBe(0);
    for (const { name, asks } of kinds)
      expect(stdout).toMatch(new RegExp(`^${name} .*${asks.replaceAll('?', '[?]')}$`, 'm'));
    const document = JSON.parse(ringlab(['exercise', '--json']).stdout) as { exercises: object[] };
    expect(document).toMatchObject({ format: 'ringlab-exercises', version: 1 });
    expect(document.exercises).toHaveLength(kinds.length);
  });

  it('asks the question of a seed, and tells the answer only with --answer', () => {
    const asked = ringlab(['exercise', 'frames', '--seed', '7']);
    expect([asked.status, asked.stdout]).toEqual([0, expect.stringContaining('Exercise frames, seed 7')]);
    expect(asked.stdout).not.toContain('Answer');
    const told = ringlab(['exercise', 'frames', '--seed', '7', '--answer']);
    expect(told.stdout.startsWith(asked.stdout)).toBe(true);
    expect(told.stdout).toContain('\nAnswer\n');
    expect(ringlab(['exercise', 'frames', '--seed', '8']).stdout).not.toBe(asked.stdout);
  });

  it('says whether an answer is right: status 0 or 1, and does not tell the right one', () => {
    const { given } = JSON.parse(
      ringlab(['exercise', 'timer', '--seed', '3', '--answer', '--json']).stdout,
    ) as {
      given: string;
    };
    expect(ringlab(['exercise', 'timer', '--seed', '3', '--check', given])).toMatchObject({
      status: 0,
      stdout: 'timer, seed 3: right\n',
    });
    expect(ringlab(['exercise', 'timer', '--seed', '3', '--check', '1 2 3'])).toMatchObject({
      status: 1,
      stdout: 'timer, seed 3: not right\n',
    });
  });

  it('prints the answers of a class of seeds, a line each', () => {
    const { status, stdout } = ringlab(['exercise', 'another-round', '--sheet', '1..30']);
    expect(status).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(31);
    expect(stdout).toMatch(/^another-round +30 {2}[a-e]$/m);
  });

  it('writes the guest of the question, which runs', () => {
    const path = file('guest.s');
    expect(ringlab(['exercise', 'prints', '--seed', '2', '-o', path]).status).toBe(0);
    expect(readFileSync(path, 'utf8')).toContain('_start:');
    expect(ringlab(['run', path, '--memory', '1M'])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^[01T]{3}$/) as string,
    });
  });

  it.each([
    [['nothing'], 'no exercise "nothing"'],
    [['--seed', '1'], '--seed needs the name of an exercise'],
    [['timer', '--sheet', '1..3', '--answer'], '--sheet has many seeds'],
    [['timer', '--sheet', '3..1'], 'expected FROM..TO'],
    [['timer', '--answer', '--check', '1'], 'give one of them'],
    [['frames', '-o', 'x.s'], 'frames asks about no guest'],
    [['timer', '--seed', '-1'], 'expected a whole number'],
  ])('refuses %j in one clear line', (args, message) => {
    const { status, stdout, stderr } = ringlab(['exercise', ...args]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });
});

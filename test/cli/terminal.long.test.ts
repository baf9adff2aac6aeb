/** What is shown at a terminal of 80 columns and 24 rows: lessons by the screen, progress, colours; and lessons in a pipe. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { root, ringlab, scratch } from './kit.ts';

const bin = join(root, 'cli', 'bin.js');
const file = scratch();
const hasTerminal = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;

interface Shown {
  readonly status: number | null;
  /** What was shown between two keys, as screens. */
  readonly screens: readonly string[];
  readonly keys: number;
  readonly answers: number;
}

const more = '-- a key for more, q to stop --';

/** Runs ringlab at a terminal of 24 rows; types a space at each stop, and `answer` at each question. */
function atTerminal(args: readonly string[], answer: string, key = ' ', environment = ''): Promise<Shown> {
  const command = [process.execPath, bin, ...args].map((word) => `'${word}'`).join(' ');
  // Node has no colours where CI is set, even at a terminal.
  const line = `stty rows 24 cols 80; unset CI NO_COLOR; ${environment} exec ${command}`;
  const child = spawn('script', ['-qec', line, '/dev/null'], { cwd: root, stdio: 'pipe' });
  const screens: string[] = [];
  let [shown, keys, answers] = ['', 0, 0];
  const typed = (text: string) => {
    screens.push(shown);
    shown = '';
    child.stdin.write(text);
  };
  child.stdout.on('data', (bytes: Buffer) => {
    shown += bytes.toString();
    if (shown.endsWith(more)) {
      keys += 1;
      typed(key);
    } else if (stripVTControlCharacters(shown).endsWith('\n> ')) {
      answers += 1;
      typed(`${answer}\r`);
    }
  });
  return new Promise((resolve) => {
    child.once('close', (status) => resolve({ status, screens: [...screens, shown], keys, answers }));
  });
}

describe.runIf(hasTerminal)('At a terminal of 24 rows', () => {
  it.each([['lesson', 'three-acts'], ['lesson', 'predict'], ['lesson', 'four-challenges'], ['lesson']])(
    '%s %s shows never more than a screen before a key',
    async (...args) => {
      const { status, screens, keys, answers } = await atTerminal(args.filter(Boolean), 'yes');
      expect(status, screens.join('')).toBe(0);
      for (const screen of screens) {
        const lines = stripVTControlCharacters(screen).split('\r\n');
        expect(lines.length, screen).toBeLessThanOrEqual(24);
      }
      if (args.length > 1) expect([keys > 2, answers > 0]).toEqual([true, true]);
      else expect(keys).toBe(0);
    },
  );

  it('a lesson ends by q, and by Ctrl-C', async () => {
    for (const key of ['q', '\u0003']) {
      const { status, keys } = await atTerminal(['lesson', 'three-acts'], '', key);
      expect([status, keys]).toEqual([0, 1]);
    }
  });
});

describe.runIf(hasTerminal)('At a terminal', () => {
  it('a comparison that takes more than a second shows how far it is, and leaves nothing of it', async () => {
    const args = ['compare', 'guests/dirtier.s', '--with', 'interpret', '--max-steps', '3000000'];
    const { status, screens } = await atTerminal(args, '');
    const shown = screens.join('');
    expect([status, shown]).toEqual([0, expect.stringMatching(/interpret: equal at \d+ steps …/)]);
    expect(shown.split('\r\x1b[K').at(-1)).toContain('guests/dirtier.s on ring32-v');
  });

  it('help and verdicts have colours, and none where NO_COLOR is set', async () => {
    expect((await atTerminal(['run', '--help'], '')).screens.join('')).toContain('\x1b[1mUsage:\x1b[22m');
    const args = ['compare', 'guests/hello.s', '--with', 'hybrid'];
    expect((await atTerminal(args, '')).screens.join('')).toContain('\x1b[32m  equal\x1b[39m');
    expect((await atTerminal(args, '', ' ', 'NO_COLOR=1')).screens.join('')).not.toContain('\x1b[');
    expect((await atTerminal([...args, '--color', 'never'], '')).screens.join('')).not.toContain('\x1b[');
  });
});

describe('ringlab lesson', () => {
  it('lists the lessons on a screen, from the best opener to monitors on monitors', () => {
    const { status, stdout } = ringlab(['lesson']);
    const lines = stdout.trimEnd().split('\n');
    expect([status, lines.length < 24]).toEqual([0, true]);
    expect(lines[1]).toMatch(/^ {2}three-acts +Three acts on one guest$/);
    expect(lines.filter((line) => line.startsWith('  '))).toHaveLength(20);
    expect(lines.at(-1)).toBe('ringlab lesson NAME gives a lesson; begin with three-acts.');
  });

  it('gives a lesson in a pipe without stops, and names the next', () => {
    const { status, stdout, stderr } = ringlab(['lesson', '12'], 'no\n0\n');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('[holds] the first step that differs is an instruction that did not trap');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('Next: ringlab lesson predict');
    expect(stdout.split('\n').filter((line) => line.length > 80 && !line.includes('  |'))).toEqual([]);
  });

  it('takes a file of the reader where a lesson has one', () => {
    const mine = file('mine.json', '{ "name": "mine", "unprivileged": ["getf"] }');
    const { status, stdout } = ringlab(['lesson', 'one-line', mine]);
    expect([status, stdout]).toEqual([0, expect.stringContaining('critical: getf.')]);
    const bad = ringlab(['lesson', 'one-line', file('bad.json', '{')]);
    expect([bad.status, bad.stderr]).toEqual([65, expect.stringContaining('bad.json: not JSON')]);
  });

  it.each([
    [['three-ats'], 2, 'no such lesson (did you mean three-acts?); ringlab lesson lists them'],
    [['99'], 2, '99: no such lesson; ringlab lesson lists them'],
    [['red-pill', 'x.json'], 2, 'x.json: the lesson red-pill takes no file'],
    [['one-line', 'nowhere.json'], 65, 'nowhere.json: cannot read it: no such file or folder'],
  ])('refuses %j', (args, status, message) => {
    const result = ringlab(['lesson', ...args]);
    expect([result.status, result.stderr]).toEqual([status, expect.stringContaining(message)]);
  });
});

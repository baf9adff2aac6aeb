/** Every lesson of examples/ is given, with good, bad and no answers, and all that it claims holds. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { variantRows } from '../../isa/table/variants.ts';

/** As examples/lesson.ts has them. */
interface Desk {
  say(text?: string): void;
  ask(question: string): Promise<string>;
  check(claim: string, holds: boolean): void;
}
interface Lesson {
  readonly title: string;
  readonly shows: string;
  give(desk: Desk): Promise<void>;
}

const folder = new URL('../../examples/', import.meta.url);
const files = readdirSync(folder)
  .filter((name) => /^\d\d-.*\.ts$/.test(name))
  .sort();

async function load(file: string): Promise<Lesson> {
  const module: unknown = await import(fileURLToPath(new URL(file, folder)));
  return (module as { lesson: Lesson }).lesson;
}

interface Given {
  readonly said: string;
  readonly asked: number;
  /** Claims that held, and claims that did not. */
  readonly held: readonly string[];
  readonly failed: readonly string[];
}

/** Gives the lesson to a student with these answers. */
async function give(file: string, answers: readonly string[]): Promise<Given> {
  const said: string[] = [];
  const held: string[] = [];
  const failed: string[] = [];
  let asked = 0;
  await (await load(file)).give({
    say: (text = '') => said.push(text),
    ask: async () => answers[asked++] ?? '',
    check: (claim, holds) => (holds ? held : failed).push(claim),
  });
  return { said: said.join('\n'), asked, held, failed };
}

describe.each(files)('The lesson %s', (file) => {
  it('says what it shows in a sentence', async () => {
    const { title, shows } = await load(file);
    expect(title).toMatch(/^Lesson \d+: /);
    expect(Number(/\d+/.exec(title)?.[0])).toBe(Number(file.slice(0, 2)));
    expect(shows).toMatch(/^[A-Z].*\.$/);
  });

  it.each([
    ['all, and right', [variantRows.join(' '), 'yes']],
    ['wrong', ['add, hlt', 'maybe']],
    ['none', []],
  ])('has the student predict, and holds what it claims (answers: %s)', async (_, answers) => {
    const { asked, held, failed } = await give(file, answers);
    expect(failed).toEqual([]);
    expect(held.length).toBeGreaterThan(1);
    expect(asked).toBeGreaterThan(0);
  });
});

describe('The first lesson', () => {
  it('tells how many were found, and why the others are', async () => {
    expect((await give('01-predict.ts', [variantRows.join(' ')])).said).toContain(
      `Found ${variantRows.length} of ${variantRows.length}, and 0 that are not.`,
    );
    const { said } = await give('01-predict.ts', ['setf, hlt']);
    expect(said).toContain(`Found 1 of ${variantRows.length}, and 1 that are not.`);
    expect(said).toContain('missed   sring a0: a0 = 0 with ring 0; a0 = 3 with ring 3');
  });
});

describe('The third lesson', () => {
  it('shows Theorem 1 fail by the name in its file', async () => {
    const { said } = await give('03-one-line.ts', ['3']);
    expect(said).toContain('Theorem 1 (virtualizable): NO; critical: sring.');
    expect(said).toContain('You are right about 3 of 3.');
  });
});

describe('The fourth lesson', () => {
  it('names the step at which the ring shows, and the one that the monitor missed', async () => {
    const { said } = await give('04-ring-compression.ts', ['1', 'no']);
    expect(said).toContain('As you said: 1.');
    expect(said).toContain('ring32-x, trap-and-emulate: diverges after 0 steps, at sring s0');
    expect(said).toContain('ring32-h, hybrid: equal at all');
  });
});

describe('The fifth lesson', () => {
  it('names the instruction by which each challenge shows', async () => {
    const { said, held } = await give('05-four-challenges.ts', ['sring', 'verr', 'svec', 'getf']);
    expect(said.match(/That is the one you named\./g)).toHaveLength(4);
    expect(held).toHaveLength(16);
  });
});

describe('The sixth lesson', () => {
  it('finds the monitor on ring32-x, and only where user code runs directly', async () => {
    const { said } = await give('06-red-pill.ts', ['trap-and-emulate and hybrid']);
    expect(said).toContain('You are right about all three.');
    expect(said.match(/I am inside a monitor/g)).toHaveLength(2);
  });
});

describe('The eleventh lesson', () => {
  it('goes from the crash to its cause, and from there into another future', async () => {
    const { said, held } = await give('11-step-back.ts', ['fill', '7']);
    expect(said).toContain('As you said: fill, at step');
    expect(said).toContain('From here on with 7: power off, status 140');
    expect(held).toHaveLength(6);
  });
});

describe('examples/README.md', () => {
  it('lists every lesson, and nothing else, in a line each', () => {
    const text = readFileSync(new URL('README.md', folder), 'utf8');
    expect([...text.matchAll(/^\| `([\w-]+\.ts)` +\|/gm)].map(([, name]) => name)).toEqual(files);
  });
});

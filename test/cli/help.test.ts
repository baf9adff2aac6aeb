/** The help: one description of the verbs, told at 80 columns, with examples that can be typed. */
import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandNamed, pathOf } from '../../cli/command.ts';
import { EXIT } from '../../cli/failure.ts';
import { optionsOf, pageOf } from '../../cli/help/page.ts';
import { formatPage } from '../../cli/help/text.ts';
import { topics } from '../../cli/help/topics.ts';
import { addAllVerbs, createProgram } from '../../cli/program.ts';
import { STATUS_MEANING } from '../../cli/statuses.ts';
import { variants } from '../../isa/table/variants.ts';
import { strategies } from '../../vmm/monitor/strategies.ts';
import { ringlab, root } from './kit.ts';

const program = await addAllVerbs(createProgram());

/** A command and all below it. */
function withVerbs(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withVerbs)];
}

const commands = withVerbs(program).map((command) => ({ command, name: pathOf(command).join(' ') }));
const plain = (text: string) => text;

/** The words of a command line of bash, as far as the examples need. */
function wordsOf(line: string): string[] {
  const [, words = ''] = /\bringlab ([^|)]*)/.exec(line) ?? [];
  return words.trim().split(' ');
}

describe.each(commands)('$name --help', ({ command, name }) => {
  const page = pageOf(command);
  const text = formatPage(page, plain);

  it('has no line of more than 80 columns', () => {
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('opens with the usage, and shows examples before the options', () => {
    expect(text.startsWith(`Usage: ${name}`)).toBe(true);
    expect(page.examples.length).toBeGreaterThan(0);
    expect(text.indexOf('Examples:')).toBeLessThan(text.indexOf('Options:'));
  });

  it('says what its exit statuses mean', () => {
    if (name === 'ringlab') return;
    const known = [...Object.keys(STATUS_MEANING), '0 to 255'];
    expect(page.statuses.length).toBeGreaterThan(0);
    for (const [status, meaning] of page.statuses) {
      expect(known).toContain(status);
      expect(meaning).not.toMatch(/^[A-Z]|\.$/);
    }
  });

  it('begins every line about a verb or an option with a verb, and tells defaults by commander', () => {
    for (const { description, long } of optionsOf(command)) {
      expect(description, long ?? '').toMatch(/^[A-Z]/);
      expect(description, long ?? '').not.toMatch(/\(?default/);
    }
    expect(page.summary).toMatch(/^[A-Z].*[^.]$|^A virtualization/);
  });

  it('has examples that name only options that there are', () => {
    for (const { line } of page.examples) {
      const words = wordsOf(line);
      const called = commandNamed(program, words);
      expect(called, line).not.toBe(program);
      const longs = called.options.flatMap(({ long, short }) => [long, short]);
      for (const word of words.filter((one) => /^-+[a-z]/.test(one))) expect(longs, line).toContain(word);
    }
  });

  it('marks the options that are required, in the usage too', () => {
    for (const { long, mandatory } of command.options)
      if (mandatory) {
        expect(page.usage).toContain(long);
        expect(text.replaceAll(/\s+/g, ' ')).toMatch(new RegExp(`${long} [^()]*\\(required`));
      }
  });
});

describe('The help of ringlab', () => {
  it('lists every verb under what it is for', () => {
    const text = formatPage(pageOf(program), plain);
    expect(text).toContain('\nBegin here:\n');
    for (const { name } of commands.filter(({ command }) => command.parent === program))
      expect(text).toMatch(new RegExp(`^  ${name.replace('ringlab ', '')} +[A-Z]`, 'm'));
  });

  it('is the same by help VERB and VERB --help', () => {
    const { stdout } = ringlab(['help', 'snapshot', 'take']);
    expect(stdout).toContain('Usage: ringlab snapshot take [options] <name> [file]');
    expect(ringlab(['snapshot', 'take', '--help']).stdout).toBe(stdout);
  });

  it('points a wrong command line to the help of what was typed', () => {
    expect(ringlab(['snapshot', 'take']).stderr).toContain(
      '(ringlab snapshot take --help shows its options and examples)\n',
    );
    expect(ringlab(['snapshot', 'tak']).stderr).toContain('(ringlab snapshot --help lists the verbs)\n');
    expect(ringlab(['help', 'nothing']).status).toBe(EXIT.USAGE);
  });
});

describe('A verb that shares options with others', () => {
  it.each([
    ['compare', ['--monitor', '--process']],
    ['host', ['--process', '--env', '--guest', '--max-steps']],
    ['debug', ['--process', '--max-steps', '--guest']],
    ['network', ['--process', '--disk', '--guest']],
    ['replay', ['--input']],
    ['snapshot take', ['--process', '--dir']],
  ])('lists only those that it takes: %s has not %j', (name, refused) => {
    const longs = optionsOf(commandNamed(program, name.split(' '))).map(({ long }) => long);
    expect(longs).toContain('--isa');
    for (const option of refused) expect(longs).not.toContain(option);
  });

  it('says why it does not take one of the others', () => {
    const { status, stderr } = ringlab(['debug', 'guests/hello.s', '--process']);
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining('--process: a process cannot be debugged;'),
    ]);
  });
});

describe('ringlab help TOPIC', () => {
  it.each(Object.entries(topics))('fits 80 columns: %s', (name, { text }) => {
    const lines = text().split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.length).toBeGreaterThan(5);
    expect(formatPage(pageOf(program), plain)).toContain(name);
  });

  it('says something of every variant and every strategy', () => {
    for (const { name } of variants)
      expect(topics.variants.text()).toMatch(new RegExp(`^  ${name} +[A-Z]`, 'm'));
    for (const { name } of strategies)
      expect(topics.strategies.text()).toMatch(new RegExp(`^  ${name} +[A-Z]`, 'm'));
  });

  it('lists the exit statuses, as the page on the command line does', () => {
    const page = readFileSync(join(root, 'cli/README.md'), 'utf8');
    const rows = [...page.matchAll(/^\| (\d[\d +n]*?) +\| (.+?) +\|$/gm)];
    expect(
      Object.fromEntries(rows.map(([, status, text = '']) => [status, text.replace('\\|', '|')])),
    ).toEqual(STATUS_MEANING);
    expect(ringlab(['help', 'exit-statuses']).stdout).toContain('a limit was reached');
  });
});

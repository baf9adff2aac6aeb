/** The commands of the prompt, one entry each. */
import { setImmediate } from 'node:timers/promises';
import { formatRegisters, peekWord } from '../../isa/machine/report.ts';
import { disassemble, hex } from '../../isa/table/disassemble.ts';
import { systemRegisters } from '../../isa/table/sysregs.ts';
import { partsOf, peek } from '../../vmm/debug/addresses.ts';
import type { Halt } from '../../vmm/debug/session.ts';
import { seekExit, seekTrap, seekWrite } from '../../vmm/replay/search.ts';
import { parseCount, parsePlace, PromptError, WORD } from './places.ts';
import type { Prompt } from './prompt.ts';

export interface PromptCommand {
  /** All names; the help shows the first. */
  readonly names: readonly string[];
  readonly takes: string;
  readonly says: string;
  readonly run: (prompt: Prompt, words: readonly string[]) => Promise<string> | string;
}

/** Words or instructions shown when no number is given, and words per line. */
const shown = 8;
const inLine = 4;

async function step(prompt: Prompt, words: readonly string[]): Promise<string> {
  return await repeat(prompt, words, 'on', () => prompt.guest.session.step());
}

async function back(prompt: Prompt, words: readonly string[]): Promise<string> {
  return await repeat(prompt, words, 'back', () => prompt.guest.session.stepBack());
}

/** Lines shown of many steps: the last ones. Milliseconds of stepping before Ctrl-C is noticed. */
const longest = 1000;
const patience = 8;

/** Takes that many steps and shows each, until something stops the guest. */
async function repeat(
  prompt: Prompt,
  words: readonly string[],
  direction: 'on' | 'back',
  act: () => Promise<Halt>,
): Promise<string> {
  const lines: string[] = [];
  let isCut = false;
  let heard = performance.now();
  for (let left = parseCount(words, 0, 1); left > 0; left--) {
    const halt = await act();
    lines.push(prompt.tell(halt, direction));
    if (lines.length > longest) {
      lines.shift();
      isCut = true;
    }
    if (halt.kind !== 'stepped') break;
    if (performance.now() - heard < patience) continue;
    await setImmediate();
    heard = performance.now();
  }
  return `${isCut ? '…\n' : ''}${lines.join('')}`;
}

async function goTo(prompt: Prompt, words: readonly string[]): Promise<string> {
  if (words.length === 0) throw new PromptError('goto STEP: to which?');
  await prompt.guest.session.travel(prompt.guest.session.timeline.seek(parseCount(words, 0, 0)));
  return prompt.place();
}

function setBreak(prompt: Prompt, [text]: readonly string[]): string {
  const address = parsePlace(prompt.guest, text);
  prompt.guest.session.setBreakpoint(address);
  return `breakpoint at ${hex(address)} ${prompt.guest.symbols.describe(address)}`.trimEnd().concat('\n');
}

function setWatch(prompt: Prompt, words: readonly string[]): string {
  const address = parsePlace(prompt.guest, words[0]);
  const length = parseCount(words, 1, WORD);
  if (length === 0 || !prompt.guest.session.watch(address, length))
    throw new PromptError(`${hex(address)} is not mapped now: nothing to watch`);
  return `watching ${length} bytes at ${hex(address)} ${prompt.guest.symbols.describe(address)}`
    .trimEnd()
    .concat('\n');
}

async function writer(prompt: Prompt, words: readonly string[]): Promise<string> {
  const address = parsePlace(prompt.guest, words[0]);
  const [part] = partsOf(prompt.guest.machine, address, WORD);
  if (part === undefined) throw new PromptError(`${hex(address)} is not mapped now`);
  return await prompt.seek(seekWrite(prompt.guest.session.timeline, part));
}

function registers({ guest: { machine } }: Prompt): string {
  const system = systemRegisters.map(
    ({ name, number }) => `${name.padStart(9)} ${hex(machine.readSystem(number))}`,
  );
  const lines: string[] = [];
  for (let n = 0; n < system.length; n += 3) lines.push(system.slice(n, n + 3).join('  '));
  const head = `      pc ${hex(machine.pc)}    STATUS ${hex(machine.status)}`;
  return `${head}\n${formatRegisters(machine.x)}\n${lines.join('\n')}\n`;
}

function memory(prompt: Prompt, words: readonly string[]): string {
  const address = parsePlace(prompt.guest, words[0]);
  const wanted = parseCount(words, 1, shown);
  const bytes = peek(prompt.guest.machine, address, wanted * WORD);
  if (bytes.length < WORD) throw new PromptError(`${hex(address)} is not mapped now`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lines: string[] = [];
  for (let at = 0; at + WORD <= bytes.length; at += inLine * WORD) {
    const row: string[] = [];
    for (let n = at; n + WORD <= Math.min(bytes.length, at + inLine * WORD); n += WORD)
      row.push(hex(view.getUint32(n, true)).slice(2));
    lines.push(
      `  ${hex(address + at).slice(2)} ${prompt.guest.symbols.describe(address + at).padEnd(22)} ${row.join(' ')}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function code(prompt: Prompt, words: readonly string[]): string {
  const { machine, symbols } = prompt.guest;
  const from = words[0] === undefined ? machine.pc : parsePlace(prompt.guest, words[0]);
  const named = (address: number) => symbols.exact(address) ?? hex(address);
  const lines: string[] = [];
  for (let n = 0; n < parseCount(words, 1, shown); n++) {
    const at = (from + n * WORD) >>> 0;
    const bits = peekWord(machine, at);
    if (bits === undefined) break;
    const mark = at === machine.pc ? '=>' : '  ';
    lines.push(
      `${mark} ${hex(at).slice(2)} ${symbols.describe(at).padEnd(22)} ${disassemble(bits, at, named)}`,
    );
  }
  return lines.length === 0 ? `no code can be fetched at ${hex(from)}\n` : `${lines.join('\n')}\n`;
}

function where(prompt: Prompt): string {
  const { timeline } = prompt.guest.session;
  return `${prompt.place()}recorded from step ${timeline.start} to ${timeline.edge}\n`;
}

function help(): string {
  const rows = commands.map(({ names, takes, says }) => {
    const [name = '', ...short] = names;
    return `  ${`${name} ${takes}`.trim().padEnd(20)} ${short.join(' ').padEnd(3)} ${says}\n`;
  });
  return `${rows.join('')}  ${'quit'.padEnd(20)} q   end\nA place is a symbol, a number or a register, like sp+8.\nAn empty line does the last command again.\n`;
}

export const commands: readonly PromptCommand[] = [
  { names: ['step', 's'], takes: '[N]', says: 'go on one step, or N', run: step },
  { names: ['back', 'b'], takes: '[N]', says: 'go back one step, or N', run: back },
  {
    names: ['continue', 'c'],
    takes: '',
    says: 'run until something happens',
    run: async (prompt) => prompt.tell(await prompt.guest.session.run(), 'on'),
  },
  {
    names: ['reverse', 'r'],
    takes: '',
    says: 'run back until something happens',
    run: async (prompt) => prompt.tell(await prompt.guest.session.runBack(), 'back'),
  },
  { names: ['goto', 'g'], takes: 'STEP', says: 'go to a step, forward or back', run: goTo },
  {
    names: ['trap', 't'],
    takes: '',
    says: 'go back to the last trap',
    run: (prompt) => prompt.seek(seekTrap(prompt.guest.session.timeline)),
  },
  {
    names: ['exit', 'e'],
    takes: '',
    says: 'go back to the last exit to the monitor',
    run: (prompt) => prompt.seek(seekExit(prompt.guest.session.timeline)),
  },
  {
    names: ['writer', 'wr'],
    takes: 'PLACE',
    says: 'go back to the last write of the word there',
    run: writer,
  },
  { names: ['break', 'br'], takes: 'PLACE', says: 'stop before the instruction there', run: setBreak },
  { names: ['watch', 'w'], takes: 'PLACE [BYTES]', says: 'stop when these bytes are written', run: setWatch },
  {
    names: ['delete', 'd'],
    takes: '',
    says: 'remove all breakpoints and watchpoints',
    run: ({ guest }) => {
      guest.session.clearPoints();
      return '';
    },
  },
  { names: ['registers', 'x'], takes: '', says: 'show all registers', run: registers },
  { names: ['memory', 'm'], takes: 'PLACE [WORDS]', says: 'show memory', run: memory },
  { names: ['code', 'l'], takes: '[PLACE] [N]', says: 'show the instructions there', run: code },
  { names: ['where', 'i'], takes: '', says: 'show the step, and how far the recording goes', run: where },
  { names: ['help', 'h'], takes: '', says: 'show this list', run: help },
];

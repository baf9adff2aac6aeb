/** What people type at the prompt: numbers, and places in the guest. */
import { registerNumbers } from '../../isa/table/registers.ts';
import type { DebuggedGuest } from '../debugging.ts';

/** An error in a command: it is printed, and the command has had no effect. */
export class PromptError extends Error {}

/** Bytes of a word. */
export const WORD = 4;

/** A whole number, decimal or 0x…; undefined if the text is not a number. */
function parseNumber(text: string): number | undefined {
  const plain = text.replaceAll('_', '');
  return /^(\d+|0x[\da-f]+)$/i.test(plain) ? Number(plain) : undefined;
}

/** The number in `words[at]`, or `otherwise` if there is none. Throws PromptError. */
export function parseCount(words: readonly string[], at: number, otherwise: number): number {
  const text = words[at];
  const value = text === undefined ? otherwise : parseNumber(text);
  if (value === undefined) throw new PromptError(`"${text}" is not a number`);
  return value;
}

/** The address of a place: `main`, `0x1000`, `sp`, each with `+8` or `-8` behind. Throws PromptError. */
export function parsePlace(guest: DebuggedGuest, text = ''): number {
  const match = /^([^+-]+)(?:([+-])(.+))?$/.exec(text);
  const base = parseBase(guest, match?.[1] ?? '');
  const offset = match?.[3] === undefined ? 0 : parseNumber(match[3]);
  if (base === undefined || offset === undefined)
    throw new PromptError(`"${text}" is not a place: a symbol, a number or a register, like sp+8`);
  return (base + (match?.[2] === '-' ? -offset : offset)) >>> 0;
}

function parseBase({ machine, symbols }: DebuggedGuest, text: string): number | undefined {
  const name = text.replace(/^\$/, '');
  if (name === 'pc') return machine.pc;
  const register = registerNumbers.get(name);
  return symbols.address(text) ?? (register === undefined ? parseNumber(text) : machine.x[register]);
}

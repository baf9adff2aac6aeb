/** Text to a linked image: the guests, each a few pages of source. */
import { readFileSync } from 'node:fs';
import { assemble } from '../../assembler/index.ts';
import { guestFolder } from '../catalogue.ts';
import type { Case, Part } from './part.ts';

const guests = ['primes.s', 'user-kernel.s'];

function assembleCase(name: string): Case {
  const folder = guestFolder();
  const files = new Map<string, Uint8Array>();
  const readFile = (path: string): Uint8Array => {
    const known = files.get(path) ?? readFileSync(`${folder}${path}`);
    files.set(path, known);
    return known;
  };
  const text = new TextDecoder().decode(readFile(name));
  const call = () => assemble([{ name, text }], { readFile }).elf.length;
  return { name, unit: 'lines', count: text.split('\n').length, call };
}

export const assemblePart: Part = { name: 'assemble', cases: () => guests.map(assembleCase) };

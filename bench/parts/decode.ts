/** Words to decoded instructions: the code of the kernel with the most of it. */
import { readFileSync } from 'node:fs';
import { readImage } from '../../isa/machine/image.ts';
import { disassemble } from '../../isa/table/disassemble.ts';
import { decode } from '../../isa/table/table.ts';
import { kernelFile } from '../catalogue.ts';
import type { Case, Part } from './part.ts';

/** The words of the kernel's code. */
function codeWords(): Uint32Array {
  const image = readImage(readFileSync(kernelFile('mixed', 'process')));
  const text = image.sections.find(({ name }) => name === '.text');
  const bytes = text?.bytes ?? new Uint8Array();
  return new Uint32Array(bytes.slice(0, bytes.length & ~3).buffer);
}

function decodeCases(): readonly Case[] {
  const words = codeWords();
  const count = words.length;
  const unit = 'instructions';
  const decodeAll = () => words.reduce((sum, word) => sum + (decode(word)?.imm ?? 1), 0);
  const printAll = () => words.reduce((sum, word, n) => sum + disassemble(word, 0x10000 + 4 * n).length, 0);
  return [
    { name: 'decode', unit, count, call: decodeAll },
    { name: 'disassemble', unit, count, call: printAll },
  ];
}

export const decodePart: Part = { name: 'decode', cases: decodeCases };

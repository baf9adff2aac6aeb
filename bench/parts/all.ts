/** All parts, in the order in which a program meets them. */
import { assemblePart } from './assemble.ts';
import { compilePart } from './compile.ts';
import { decodePart } from './decode.ts';
import type { Part } from './part.ts';
import { interpretPart, runPart } from './run.ts';
import { translatePart } from './translate.ts';

export const parts: readonly Part[] = [
  assemblePart,
  decodePart,
  interpretPart,
  compilePart,
  runPart,
  translatePart,
];

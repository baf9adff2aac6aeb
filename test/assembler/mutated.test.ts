import { readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import fc from '../property/fast-check.ts';
import { describe, expect, test } from 'vitest';
import { AssemblyError, assemble } from '../../assembler/index.ts';

const folder = new URL('../../guests/', import.meta.url).pathname;
const guests = readdirSync(folder)
  .filter((name) => name.endsWith('.s'))
  .map((name) => ({ name: `${folder}${name}`, text: readFileSync(folder + name, 'utf8') }));

function readFile(path: string, from: string): Uint8Array {
  return readFileSync(resolve(dirname(from), path));
}

const marks = String.raw`, : ( ) " ' \ # ; % $ . + - * / = < > @ & | ^ ~ ! [ ] { } /* */ 0 9 x %hi( \@ “ é 😀`;
const lines =
  '.macro m|.endm|.rept 3|.endr|.if 1|.endif|.else|.altmacro|.eqv a0 t0|.include "hello.s"|.data|.fill 9, 8, -1';
const scrap = fc.constantFrom(
  ...marks.split(' '),
  ...'\0 \t \n \r \f \v \u00a0 \udce9'.split(' '),
  ' ',
  ...lines.split('|').map((line) => `\n${line}\n`),
);

/** A change of a text at two places, both as a fraction of its length. */
type Change = (text: string, at: number, from: number) => string;

const changes: readonly Change[] = [
  (text, at, from) => text.slice(0, at) + text.slice(Math.max(at, Math.min(from, at + 200))),
  (text, at, from) => text.slice(0, at) + text.slice(from, from + 40) + text.slice(at),
  (text, at) => text.slice(0, at) + (text[at + 1] ?? '') + (text[at] ?? '') + text.slice(at + 2),
  (text, at) => text.slice(0, at) + text.slice(at + 1),
];

const change = fc.oneof(
  fc.constantFrom(...changes),
  scrap.map(
    (piece): Change =>
      (text, at) =>
        text.slice(0, at) + piece + text.slice(at),
  ),
  scrap.map(
    (piece): Change =>
      (text, at) =>
        text.slice(0, at) + piece + text.slice(at + 1),
  ),
);
const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const mutation = fc.array(fc.tuple(change, fraction, fraction), { minLength: 1, maxLength: 4 });

describe('guests with changed letters', () => {
  test('end with an image, or with errors that have a line and a place in it', () => {
    let wrong = 0;
    fc.assert(
      fc.property(fc.constantFrom(...guests), mutation, ({ name, text }, list) => {
        const changed = list.reduce(
          (now, [act, at, from]) => act(now, Math.floor(at * now.length), Math.floor(from * now.length)),
          text,
        );
        try {
          assemble([{ name, text: changed }], { readFile });
        } catch (error) {
          expect(error).toBeInstanceOf(AssemblyError);
          wrong++;
          for (const { line, column, source, message } of (error as AssemblyError).diagnostics) {
            expect(line, message).toBeGreaterThan(0);
            expect(column, message).toBeGreaterThan(0);
            expect(column, message).toBeLessThanOrEqual(source.length + 1);
          }
        }
      }),
      { numRuns: 200, seed: 18, endOnFailure: true },
    );
    expect(wrong).toBeGreaterThan(50);
  });

  test('as many errors as there may be lines are not looked for', () => {
    const wrong = (line: string): AssemblyError => {
      try {
        assemble([{ name: 't.s', text: line.repeat(4000) }]);
      } catch (error) {
        return error as AssemblyError;
      }
      throw new Error('this assembles');
    };
    expect(wrong('adi a0, a0, 1; this is prose\n').diagnostics.length).toBeLessThan(1010);
    expect(wrong('lw a0, a1\n').diagnostics.length).toBeLessThan(1010);
  });
});

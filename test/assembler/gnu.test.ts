import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { disassemble } from '../../isa/table/disassemble.ts';
import { pseudos } from '../../isa/table/pseudo.ts';
import { registerNames } from '../../isa/table/registers.ts';
import type { Row } from '../../isa/table/row.ts';
import { systemRows } from '../../isa/table/system.ts';
import { allRows, encode } from '../../isa/table/table.ts';
import { userRows } from '../../isa/table/user.ts';
import fc from '../property/fast-check.ts';
import { anyFields } from './fields.ts';
import { build, gnuPrefix, gnuSections, hasGnu, inScratch, run, sectionBytes, words } from './kit.ts';

const BASE = 0x10000;
const BATCH = 1000;

/** A user row may be one of RISC-V's bit-manipulation extensions; ours has none today. */
const withBits = 'rv32im_zifencei_zba_zbb_zbc_zbs';

/** Words of these rows with any operands. */
function anyWords(rows: readonly Row[]): fc.Arbitrary<number[]> {
  const word = fc.constantFrom(...rows).chain((row) => anyFields(row).map((fields) => encode(row, fields)));
  return fc.array(word, { minLength: BATCH, maxLength: BATCH });
}

/** What GNU cannot write: a fence of an empty set. */
function isForOurselves(text: string): boolean {
  return /^fence.* 0\b/.test(text);
}

/** A word as `.insn` in GNU's syntax: R-type, or I-type for the moves from and to system registers. */
function asInsn(word: number): string {
  const field = (at: number, width: number): number => (word >>> at) & (2 ** width - 1);
  const registers = [field(7, 5), field(15, 5), field(20, 5)].map((n) => `x${n}`);
  if (field(12, 3) === 0) return `.insn r CUSTOM_0, 0, ${field(25, 7)}, ${registers.join(', ')}`;
  return `.insn i CUSTOM_0, ${field(12, 3)}, ${registers[0]}, ${registers[1]}, ${(word | 0) >> 20}`;
}

function hexWords(bytes: Uint8Array): string[] {
  return (
    Buffer.from(bytes)
      .toString('hex')
      .match(/.{1,8}/g) ?? []
  );
}

/** Fails with the first place where the bytes differ. */
function sameAsGnu(source: string, names: readonly string[] = ['.text'], march?: string): void {
  const { elf } = build(source);
  const theirs = gnuSections(source, names, march);
  names.forEach((name, n) => {
    const ours = hexWords(sectionBytes(elf, name));
    const wanted = hexWords(theirs[n] ?? new Uint8Array(0));
    const at = ours.findIndex((word, index) => word !== wanted[index]);
    const place = { section: name, offset: at * 4 };
    expect({ ...place, bytes: ours.slice(at, at + 4) }).toEqual({
      ...place,
      bytes: wanted.slice(at, at + 4),
    });
    expect(ours).toHaveLength(wanted.length);
  });
}

describe.skipIf(!hasGnu)('beside GNU as (skipped where riscv64-unknown-elf-as is not installed)', () => {
  test('every user instruction gives the same word, whatever its operands', () => {
    fc.assert(
      fc.property(anyWords(userRows), (expected) => {
        const lines = expected
          .map((word, n) => disassemble(word, BASE + 4 * n))
          .filter((line) => !isForOurselves(line));
        const reached = lines.map((line) => line.replace(/^(b\w+ .*, |jal .*, )0x\w+$/, '$1.+16'));
        sameAsGnu(`${reached.join('\n')}\n`, ['.text'], withBits);
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });

  test('every system instruction is the word of its .insn form', () => {
    fc.assert(
      fc.property(anyWords(systemRows), (expected) => {
        const forms = expected.map(asInsn).join('\n');
        expect(words(forms)).toEqual(words(expected.map((word) => disassemble(word, 0)).join('\n')));
        sameAsGnu(`${forms}\n`);
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });

  test('every user word is shown alike by objdump and by our disassembler', () => {
    fc.assert(
      fc.property(anyWords(userRows), (expected) => {
        const ours = expected.map((word, n) => normal(disassemble(word, BASE + 4 * n)));
        const theirs = objdump(expected).map(normal);
        // A word of an extension that objdump is not told of is data to it.
        const isKnown = (_: string, n: number) => !theirs[n]?.startsWith('.4byte');
        expect(ours.filter(isKnown)).toEqual(theirs.filter(isKnown));
        expect(theirs.filter(isKnown).length).toBeGreaterThan(0.9 * BATCH);
      }),
      { numRuns: 2, endOnFailure: true },
    );
  });

  test('li loads every number with the same instructions', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.integer(),
            fc.maxSafeInteger().map((n) => n >>> 0),
            fc.integer({ min: -5000, max: 5000 }),
          ),
          { minLength: BATCH, maxLength: BATCH },
        ),
        (numbers) => {
          sameAsGnu(numbers.map((number) => `li a0, ${number}\n`).join(''));
        },
      ),
      { numRuns: 3, endOnFailure: true },
    );
  });

  test('every pseudo-instruction gives the same words', () => {
    const register = fc.constantFrom(...registerNames.filter((name) => name !== 'zero'));
    // GNU goes through t1 where a call links elsewhere; `lga` is younger than some of its versions; `middle` is no thread's.
    const others = /^lga$|tls|tprel|^call rd/;
    const alike = pseudos.filter(
      ({ name, operands }) =>
        ![name, ...operands, `${name} ${operands[0]}`].some((word) => others.test(word)),
    );
    const use = fc.tuple(fc.constantFrom(...alike), fc.array(register, { minLength: 3, maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(use, { minLength: 400, maxLength: 400 }), (uses) => {
        const lines = uses.map(([{ name, operands }, registers]) => {
          const written = operands.map((operand, n) =>
            /^r[dst]$/.test(operand) ? registers[n] : operand === 'imm' ? '-12' : 'middle',
          );
          return `${name} ${written.join(', ')}`;
        });
        sameAsGnu(`${lines.slice(0, 200).join('\n')}\nmiddle:\n${lines.slice(200).join('\n')}\n`);
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });

  test('expressions have the same values', () => {
    const leaf = fc.integer({ min: 0, max: 1000 }).map(String);
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc
          .tuple(
            tie('expression'),
            fc.constantFrom('+', '-', '*', '|', '&', '^', '==', '<', '>=', '&&', '||'),
            tie('expression'),
          )
          .map((parts) => parts.join(' ')),
        fc.tuple(fc.constantFrom('-', '~'), leaf).map((parts) => parts.join('')),
        tie('expression').map((inner) => `(${inner})`),
      ),
    }));
    fc.assert(
      fc.property(fc.array(expression, { minLength: 200, maxLength: 200 }), (expressions) => {
        sameAsGnu(`.data\n${expressions.map((text) => `.8byte ${text}\n`).join('')}`, ['.data']);
      }),
      { numRuns: 5, endOnFailure: true },
    );
  });

  test.each(['queens.gcc.s', 'queens.clang.s'])(
    'a compiler’s program links to the same image: %s',
    (file) => {
      const written = readFileSync(new URL(`fixtures/${file}`, import.meta.url), 'utf8');
      const source = written
        .replace(/^\s*\.addrsig.*$/gm, '')
        .replace(/"aMS",@progbits,\d/g, '"a",@progbits');
      sameAsGnu(source, ['.text', '.rodata', '.data', '.sdata']);
    },
  );

  test('every row of the table is in one of the two halves', () => {
    expect([...userRows, ...systemRows]).toEqual(allRows);
  });
});

/** Words as objdump shows them, without aliases. */
function objdump(expected: readonly number[]): string[] {
  return inScratch((path) => {
    writeFileSync(path('t.bin'), Buffer.from(Uint32Array.from(expected).buffer));
    const options = ['-D', '-b', 'binary', '-m', 'riscv:rv32', '-M', 'no-aliases', `--adjust-vma=${BASE}`];
    const text = run(`${gnuPrefix}objdump`, ...options, path('t.bin'));
    return [...text.matchAll(/^ +[0-9a-f]+:\t[0-9a-f]{8} +\t(.*)$/gm)].map((line) => line[1] ?? '');
  });
}

/** Blanks, comments, and the ways to write a number or an empty set aside. */
function normal(line: string): string {
  return line
    .replace(/ +#.*/, '')
    .replaceAll('unknown', '0')
    .replace(/[\s,]+/g, ' ')
    .replace(/0x[0-9a-f]+/g, (hex) => String(Number(hex)))
    .trim();
}

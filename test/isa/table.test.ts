/** The instruction table as data: every bit accounted for, nothing overlaps, all of it round-trips. */
import { describe, expect, it } from 'vitest';
import { disassemble } from '../../isa/table/disassemble.ts';
import { extract, fieldRange, parsePicture } from '../../isa/table/picture.ts';
import { pseudos } from '../../isa/table/pseudo.ts';
import { allRows, decode, encode, rowNamed, shownFields } from '../../isa/table/table.ts';
import { parseVariant, trapsIn, VariantError, variantRows, variants } from '../../isa/table/variants.ts';
import fc from '../property/fast-check.ts';

describe('The instruction table', () => {
  it('has no two rows that fit the same word: their pictures differ in a bit that both fix', () => {
    for (const [n, { name, picture }] of allRows.entries()) {
      for (const other of allRows.slice(n + 1)) {
        const both = picture.mask & other.picture.mask;
        expect((picture.match ^ other.picture.match) & both, `${name} and ${other.name}`).not.toBe(0);
      }
    }
  });

  it('accounts for every bit of every row exactly once', () => {
    for (const { name, picture } of allRows) {
      let covered = picture.mask;
      for (const { at, width } of picture.pieces) {
        const bits = (2 ** width - 1) << at;
        expect(covered & bits, name).toBe(0);
        covered |= bits;
      }
      expect(covered >>> 0, name).toBe(0xffffffff);
    }
  });

  it('names every instruction once, and gives pseudo-instructions no other but words', () => {
    expect(new Set(allRows.map(({ name }) => name)).size).toBe(allRows.length);
    for (const { gives } of pseudos) {
      for (const text of gives) {
        const name = text.replace(/^\.Lpcrel\\@: /, '').split(' ')[0] as string;
        if (name !== '.word') expect(rowNamed(name), text).toBeDefined();
      }
    }
  });

  it('says one sentence of every row, and of every sensitive one what it is kin to', () => {
    for (const { name, says, sensitive, kin } of allRows) {
      expect(says, name).toMatch(/^[A-Z].*\.$|^rd /);
      if (sensitive.length > 0) expect(kin, name).not.toBe('');
    }
  });

  it('decodes what it encodes, field by field', () => {
    for (const row of allRows) {
      const fields = row.picture.pieces.map(({ field }) => field);
      const values = Object.fromEntries(
        [...new Set(fields)].map((field) => {
          const { min, max, multiple } = fieldRange(row.picture, field) as {
            min: number;
            max: number;
            multiple: number;
          };
          const count = Math.floor((max - min) / multiple);
          return [field, fc.integer({ min: 0, max: count }).map((n) => min + n * multiple)];
        }),
      );
      fc.assert(
        fc.property(fc.record(values), (chosen) => {
          const { shamt, sr, ...plain } = chosen as Record<string, number>;
          const imm = shamt ?? sr;
          const word = encode(row, imm === undefined ? plain : { ...plain, imm });
          const at = decode(word);
          expect(at?.row.name).toBe(row.name);
          for (const [field, value] of Object.entries(chosen)) {
            expect(extract(row.picture, field as keyof typeof chosen & 'rd', word)).toBe(value);
          }
        }),
        { numRuns: 50 },
      );
    }
  });

  it('refuses to encode what does not fit', () => {
    const addi = rowNamed('addi');
    const beq = rowNamed('beq');
    if (addi === undefined || beq === undefined) throw new Error('the table lost its first rows');
    expect(() => encode(addi, { imm: 2048 })).toThrow(RangeError);
    expect(() => encode(addi, { rd: 32 })).toThrow(RangeError);
    expect(() => encode(beq, { imm: 3 })).toThrow(RangeError);
    expect(() => encode(addi, { rs2: 1 })).toThrow('no field rs2');
  });

  it('decodes every word to at most one row, which a scan of all rows finds too', () => {
    fc.assert(
      fc.property(fc.integer(), (word) => {
        const fitting = allRows.filter(({ picture }) => (word & picture.mask) >>> 0 === picture.match);
        expect(fitting.length).toBeLessThan(2);
        expect(decode(word)?.row).toBe(fitting[0]);
      }),
      { numRuns: 20_000 },
    );
  });

  it('disassembles any word to text that names its row, or to .word', () => {
    fc.assert(
      fc.property(fc.integer(), (word) => {
        const text = disassemble(word, 0x1000);
        const at = decode(word);
        if (at === undefined || encode(at.row, shownFields(at)) !== at.word)
          expect(text).toMatch(/^\.word 0x[\da-f]{8}$/);
        else expect(text.split(' ')[0]).toBe(at.row.name);
      }),
      { numRuns: 5000 },
    );
  });

  it('refuses a picture that does not fill a word', () => {
    expect(() => parsePicture('imm[11:0] rs1 000 rd 001001')).toThrow('fills 31 bits');
    expect(() => parsePicture('imm[11:0] rs1 000 rx 0010011')).toThrow('what is "rx"');
  });
});

describe('A variant', () => {
  it('may leave sensitive instructions unprivileged, and no others', () => {
    expect(variantRows.length).toBeGreaterThanOrEqual(11);
    for (const name of variantRows) expect(rowNamed(name)?.sensitive.length, name).toBeGreaterThan(0);
  });

  it('decides what traps outside ring 0, and nothing in ring 0', () => {
    const traps = (name: string, ring: number) =>
      variants.filter((variant) => {
        const row = rowNamed(name);
        return row !== undefined && trapsIn(row, ring, variant);
      }).length;
    expect([0, 1, 2, 3].map((ring) => traps('cli', ring))).toEqual([0, 3, 3, 3]);
    expect([0, 1, 2, 3].map((ring) => traps('setf', ring))).toEqual([0, 2, 2, 2]);
    expect([0, 1, 2, 3].map((ring) => traps('retf', ring))).toEqual([0, 1, 1, 1]);
    expect([0, 1, 2, 3].map((ring) => traps('add', ring))).toEqual([0, 0, 0, 0]);
  });

  it('is read from JSON, and every mistake in it is told', () => {
    expect(parseVariant('{"name":"mine","unprivileged":["setf"],"cpuid":7}')).toEqual({
      name: 'mine',
      unprivileged: new Set(['setf']),
      cpuid: 7,
    });
    const mistakes: [string, string][] = [
      ['{', 'not JSON'],
      ['[]', 'expected an object'],
      ['{"unprivileged":[]}', '"name" must be'],
      ['{"name":"m"}', '"unprivileged" must be a list'],
      ['{"name":"m","unprivileged":["cli"]}', '"cli", which no variant may change'],
      ['{"name":"m","unprivileged":[],"cpuid":-1}', '"cpuid" must be'],
      ['{"name":"m","unprivileged":[],"critical":[]}', 'unknown field "critical"'],
      ['{"name":"m","unprivileged":["setf","getf","setf"]}', '"setf" twice'],
      ['{"name":"m","unprivileged":[],"name":"n"}', 'the field "name" is there twice'],
      ['{"name":"m","n\\u0061me":"\\"x\\": ","unprivileged":[]}', 'the field "name" is there twice'],
      ['{"name":"ring32-x","unprivileged":[]}', 'the name of a built-in variant'],
      ['{"name":"Ring32-V","unprivileged":[]}', 'the name of a built-in variant'],
      ['{"name":"a\\u001b[2J","unprivileged":[]}', '"name" must be'],
      ['{"name":"a\\nb","unprivileged":[]}', '"name" must be'],
      ['{"name":" ","unprivileged":[]}', '"name" must be'],
      ['{"name":"","unprivileged":[]}', '"name" must be'],
      [`{"name":"${'m'.repeat(41)}","unprivileged":[]}`, 'the most is 40'],
    ];
    expect(parseVariant('{"name":"set f-2 é","unprivileged":[]}').name).toBe('set f-2 é');
    for (const [text, message] of mistakes) {
      expect(() => parseVariant(text), text).toThrow(VariantError);
      expect(() => parseVariant(text), text).toThrow(message);
    }
  });
});

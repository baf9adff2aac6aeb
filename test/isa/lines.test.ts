/** Source lines read from ELF files: our own assembler's, and tables as other tools write them. */
import { readFileSync } from 'node:fs';
import fc from '../property/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../assembler/index.ts';
import { readImage, type Section } from '../../isa/machine/image.ts';
import { linesOf } from '../../isa/machine/lines.ts';
import { ProgramMap } from '../../isa/machine/program-map.ts';

const text = `_start: nop
        nop

        li a0, 0x12345678
        j far
        .section .far, "ax"
far:    nop
`;

function section(name: string, bytes: readonly number[]): Section {
  return {
    name,
    address: 0,
    size: bytes.length,
    bytes: Uint8Array.from(bytes),
    allocated: false,
    writable: false,
    executable: false,
  };
}

function word(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
}

function ascii(value: string): number[] {
  return [...new TextEncoder().encode(value), 0];
}

/** The rows 0x1000: line 3, 0x1008: line 5, 0x100c: end, by special, standard and extended opcodes. */
const program = [
  [0, 5, 2, ...word(0x1000)], // set address
  [3, 2, 1], // line 3, a row
  [13 + 5 + 2 + 14 * 8], // 8 bytes on, line 5, a row
  [9, 4, 0], // 4 bytes on
  [0, 1, 1], // end
].flat();

/** A table of DWARF 5, as GCC writes it: names in a section of their own. */
function version5(): Section[] {
  const names = [...ascii('/home'), ...ascii('main.c')];
  const header = [
    [1, 1, 1, 0xfb, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1],
    [1, 1, 0x1f, 1, ...word(0)],
    [2, 1, 0x1f, 2, 0x0b, 2, ...word(6), 0, ...word(6), 0],
  ].flat();
  const body = [5, 0, 4, 0, ...word(header.length), ...header, ...program];
  return [section('.debug_line', [...word(body.length), ...body]), section('.debug_line_str', names)];
}

describe('A source line', () => {
  it('is known of every instruction that our assembler made, in every section of code', () => {
    const map = new ProgramMap(readImage(assemble([{ name: 'dir/t.s', text }]).elf));
    const far = map.symbols.address('far') as number;
    const lines = [0x10000, 0x10004, 0x10008, 0x1000c, 0x10010, far].map((at) => map.line(at)?.line);
    expect(lines).toEqual([1, 2, 4, 4, 5, 7]);
    expect(map.line(0x10000)?.file).toBe('dir/t.s');
    expect(map.line(far + 4)).toBeUndefined();
    expect(map.line(0)).toBeUndefined();
  });

  it("is read from version 5's tables too, which keep names elsewhere", () => {
    const image = { sections: version5() };
    const lines = linesOf(image);
    const at = (address: number) => lines.find((line) => line.address <= address && address < line.end)?.line;
    expect([0xfff, 0x1000, 0x1007, 0x1008, 0x100b, 0x100c].map(at)).toEqual([
      undefined,
      3,
      3,
      5,
      5,
      undefined,
    ]);
    expect(lines[0]).toEqual({ file: 'main.c', folder: '/home', line: 3, address: 0x1000, end: 0x1008 });
  });

  it('is unknown where the file says nothing', () => {
    expect(linesOf({ sections: [] })).toEqual([]);
    const compiled = readImage(
      new Uint8Array(readFileSync(new URL('../cli/fixtures/process.elf', import.meta.url))),
    );
    expect(() => linesOf(compiled)).not.toThrow();
  });

  it('is never an exception, however damaged the table', () => {
    const [table, names] = version5() as [Section, Section];
    const change = fc.tuple(fc.nat(table.bytes.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat(100), (changes, cut) => {
        const bytes = table.bytes.slice(0, Math.max(table.bytes.length - (cut > 50 ? cut - 50 : 0), 0));
        for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
        linesOf({ sections: [{ ...table, bytes }, names] });
      }),
      { numRuns: 2000, seed: 18 },
    );
  });
});

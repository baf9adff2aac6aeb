/** Images as text: random programs come back byte for byte. (Guests and compiled programs: test/cli/asm.test.ts.) */
import { describe, expect, it } from 'vitest';
import { assemble } from '../../assembler/index.ts';
import { disassembleImage } from '../../isa/machine/disassemble-image.ts';
import { type Image, readImage } from '../../isa/machine/image.ts';
import { allRows, encode } from '../../isa/table/table.ts';
import { anyFields } from '../assembler/fields.ts';
import fc from '../property/fast-check.ts';

function imageOf(text: string, base = 0x10000): Image {
  return readImage(assemble([{ name: 't.s', text }], { base }).elf);
}

/** Bytes in memory: by section, address first. */
function contents({ sections }: Image): readonly (readonly [number, string])[] {
  return sections
    .filter(({ allocated, size }) => allocated && size > 0)
    .map(({ address, size, bytes }) => [
      address,
      bytes.length > 0 ? Buffer.from(bytes).toString('hex') : `${size}`,
    ]);
}

function expectSame(image: Image): void {
  const text = disassembleImage(image);
  expect(contents(imageOf(text)), text).toEqual(contents(image));
}

const anyInstruction = fc
  .constantFrom(...allRows)
  .chain((row) => anyFields(row).map((fields) => encode(row, fields)));
const anyWord = fc.oneof(anyInstruction, fc.nat(0xffffffff));

describe('Disassembling an image', () => {
  it('gives text that assembles back to the same bytes, whatever words are in it', () => {
    const image = fc.record({
      code: fc.array(anyWord, { minLength: 1, maxLength: 60 }),
      labels: fc.uniqueArray(fc.nat(59)),
      data: fc.uint8Array({ maxLength: 40 }),
      zeros: fc.nat(20),
    });
    fc.assert(
      fc.property(image, ({ code, labels, data, zeros }) => {
        const lines = code.map((word, n) => `${labels.includes(n) ? `l${n}: ` : ''}.word ${word}`);
        const bytes = [...data].map((byte) => `.byte ${byte}`);
        expectSame(imageOf(['_start:', ...lines, '.data', ...bytes, '.bss', `.zero ${zeros}`].join('\n')));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps labels inside data, in .bss and at the end of a section', () => {
    const image = imageOf(
      '_start: ret\nend:\n .data\na: .byte 1\nb: .byte 2, 3\nc:\n .bss\nd: .zero 3\ne: .zero 5\nf:\n',
    );
    expectSame(image);
    const names = (of: Image) => of.symbols.map(({ name, address }) => `${name} ${address}`).toSorted();
    expect(names(imageOf(disassembleImage(image)))).toEqual(names(image));
  });

  it('writes a jump out of its section as a word, and says in a comment where it goes', () => {
    const text = disassembleImage(imageOf('_start: j far\n .section .far,"ax",@progbits\nfar: ret\n'));
    expect(text).toMatch(/\.word 0x[0-9a-f]{8} +# 00010000 [0-9a-f]{8} to 0x[0-9a-f]{8}/);
  });

  it('shows an image without sections by its segments', () => {
    const { elf } = assemble([{ name: 't.s', text: '_start: li a0, 5\n .data\n .ascii "hi"\n' }]);
    const view = new DataView(elf.buffer, elf.byteOffset);
    view.setUint32(32, 0, true);
    view.setUint16(48, 0, true);
    const text = disassembleImage(readImage(elf));
    expect(text).toContain('addi a0, zero, 5');
    expect(text).toMatch(/\.byte 0x68,0x69 +# 00011000 hi/);
  });
});

/** Reading ELF files: what an image has, and that nothing damaged gets past. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../assembler/index.ts';
import { disassembleImage } from '../../isa/machine/disassemble-image.ts';
import { Interpreter } from '../../isa/engines/interpreter/interpreter.ts';
import { ImageError, loadImage, readImage } from '../../isa/machine/image.ts';
import { Machine } from '../../isa/machine/machine.ts';
import { formatCrash } from '../../isa/machine/crash.ts';
import { ProgramMap } from '../../isa/machine/program-map.ts';
import fc from '../property/fast-check.ts';

const compiled = new Uint8Array(readFileSync(new URL('../cli/fixtures/process.elf', import.meta.url)));

function imageOf(text: string) {
  return readImage(assemble([{ name: 't.s', text }]).elf);
}

/** A copy of the file with bytes replaced from `at` on. */
function patched(at: number, ...bytes: number[]): Uint8Array {
  const copy = compiled.slice();
  copy.set(bytes, at);
  return copy;
}

/** The message of the ImageError that reading throws, or undefined; any other error is thrown on. */
function refusal(file: Uint8Array): string | undefined {
  try {
    readImage(file);
    return undefined;
  } catch (error) {
    if (error instanceof ImageError) return error.message;
    throw error;
  }
}

describe('An image', () => {
  it('has an entry, segments, sections and symbols', () => {
    const image = imageOf(
      '.globl _start\n_start: nop\n .data\nvalue: .word 7\n .type value, @object\n .size value, 4\n .bss\n .zero 16\n',
    );
    expect(image.entry).toBe(0x10000);
    expect(
      image.segments.map(({ address, writable, executable }) => ({ address, writable, executable })),
    ).toEqual([
      { address: 0x10000, writable: false, executable: true },
      { address: 0x11000, writable: true, executable: false },
    ]);
    const data = image.segments[1];
    expect([data?.bytes.length, data?.size]).toEqual([4, 20]);
    expect(image.symbols).toContainEqual({
      name: 'value',
      address: 0x11000,
      size: 4,
      kind: 'object',
      global: false,
    });
    expect(image.symbols).toContainEqual(expect.objectContaining({ name: '_start', global: true }));
  });

  it('is placed at its addresses, with zeros where the file has nothing', () => {
    const image = imageOf('_start: nop\n .data\n .word -1\n .bss\n .zero 16\n');
    const memory = new Uint8Array(0x12000).fill(0xee);
    loadImage(image, memory);
    expect([...memory.subarray(0x10000, 0x10004)]).toEqual([0x13, 0, 0, 0]);
    expect([...memory.subarray(0x11000, 0x11006)]).toEqual([255, 255, 255, 255, 0, 0]);
    expect([memory[0x11013], memory[0x11014]]).toEqual([0, 0xee]);
  });

  it('that reaches past the end of memory changes nothing of it', () => {
    const memory = new Uint8Array(0x11000).fill(0xee);
    const image = imageOf('_start: nop\n .data\n .word -1\n');
    expect(() => loadImage(image, memory)).toThrow(ImageError);
    expect(new Set(memory)).toEqual(new Set([0xee]));
  });

  it('of a compiler has its functions by name, and program headers in memory', () => {
    const { symbols, programHeaders, entry } = readImage(compiled);
    expect(symbols.find(({ name }) => name === '_start')?.address).toBe(entry);
    expect(symbols.some(({ name, kind }) => name === 'start' && kind === 'function')).toBe(true);
    expect(programHeaders).toMatchObject({ address: 0x10034, size: 32 });
  });
});

describe('What an ELF header claims', () => {
  it('of compressed instructions, a floating-point ABI, RV32E or TSO refuses nothing', () => {
    const { entry, symbols } = readImage(compiled);
    for (let flags = 1; flags < 32; flags++)
      expect(readImage(patched(36, flags))).toMatchObject({ entry, symbols });
  });
});

describe('A file that is no image', () => {
  it.each([
    [new Uint8Array(), 'not an ELF file'],
    [patched(0, 0), 'not an ELF file'],
    [patched(4, 2), 'a 64-bit ELF file; Ring32 needs ELF32 (-march=rv32im)'],
    [patched(5, 2), 'a big-endian ELF file; Ring32 is little-endian'],
    [patched(18, 62, 0), 'an ELF file for another machine (e_machine 62); Ring32 needs RISC-V, 243'],
    [patched(16, 1), 'an object file, not linked yet: link it with -static'],
    [patched(16, 3), 'not a static executable: link it with -static and -no-pie'],
    [
      patched(24, 2),
      'the entry 0x10002 is no multiple of 4, so its code is compressed: compile with -march=rv32im',
    ],
    [patched(24, 1), 'the entry 0x10001 is not a multiple of 4'],
    [patched(44, 0, 0), 'an ELF file with nothing to load (is it an object file?)'],
    [patched(42, 1), 'a damaged ELF file: program headers of 1 bytes'],
  ])('is refused with the reason: %#', (file, reason) => {
    expect(refusal(file)).toBe(reason);
  });

  it('is refused when it is cut short anywhere', () => {
    for (let length = 0; length < compiled.length; length++) {
      const reason = refusal(compiled.subarray(0, length));
      if (reason === undefined) expect.fail(`cut after ${length} of ${compiled.length} bytes it is accepted`);
      expect(reason).not.toContain('\n');
    }
  });

  it('is refused, or is an image that can be loaded, shown and run, whatever bytes are changed', () => {
    const change = fc.tuple(fc.nat(compiled.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const file = compiled.slice();
        for (const [at, byte] of changes) file[at] = byte;
        try {
          const image = readImage(file);
          disassembleImage(image);
          const machine = new Machine({ memory: 2 ** 17 });
          loadImage(image, machine.memory.bytes);
          machine.pc = image.entry;
          const stop = new Interpreter(machine).run(500);
          if (stop.kind === 'unhandled') {
            const program = new ProgramMap(image);
            formatCrash({ machine, cause: stop.cause, value: stop.value, program, isProcess: false });
          }
        } catch (error) {
          expect(error).toBeInstanceOf(ImageError);
        }
      }),
      { numRuns: 1500 },
    );
  });
});

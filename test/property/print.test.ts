/** Guests as assembly. */
import { describe, expect, it } from 'vitest';
import { assemble } from '../../assembler/index.ts';
import { readImage } from '../../isa/machine/image.ts';
import { seed } from './seed.ts';
import { randomProgram } from './generate.ts';
import { formatProgram } from './print.ts';
import { memorySize, placesOf } from './program.ts';
import { smaller } from './shrink.ts';

function memoryOf(text: string): Int32Array {
  const image = readImage(assemble([{ name: 'guest.s', text }]).elf);
  const memory = new Uint8Array(memorySize);
  for (const { address, bytes } of image.segments) memory.set(bytes, address);
  return new Int32Array(memory.buffer);
}

describe(`A random guest as assembly (seed ${seed})`, () => {
  it('assembles to itself, word for word', () => {
    for (let n = 0; n < 60; n++) {
      const program = randomProgram(seed, n);
      const memory = memoryOf(formatProgram(program, ['head']));
      for (const [at, words] of placesOf(program)) {
        expect([...memory.subarray(at / 4, at / 4 + words.length)], `case ${n}`).toEqual(
          words.map((word) => word | 0),
        );
      }
    }
  });

  it('gets smaller until nothing is left but one instruction, whatever it was', () => {
    for (let n = 0; n < 20; n++) {
      let program = randomProgram(seed, n);
      for (let next = smaller(program).next(); !next.done; next = smaller(program).next())
        program = next.value;
      expect(program.code.length + program.handler.length).toBeLessThanOrEqual(2);
      expect([program.slices, program.system, program.input]).toEqual([[1], [], []]);
    }
  });
});

/**
 * Recognizes instructions of RISC-V extensions that Ring32 does not have ("RISC-V Unprivileged ISA", table of base
 * opcodes). In a 32-bit instruction the two lowest bits are 1; in a compressed one they are not both 1.
 */

/** Major opcodes whose instructions all belong to one extension. */
const opcodes: ReadonlyMap<number, string> = new Map([
  [0x07, 'a floating-point load (extension F or D)'],
  [0x27, 'a floating-point store (extension F or D)'],
  [0x2f, 'an atomic instruction (extension A)'],
  [0x43, 'a floating-point instruction (extension F or D)'],
  [0x47, 'a floating-point instruction (extension F or D)'],
  [0x4b, 'a floating-point instruction (extension F or D)'],
  [0x4f, 'a floating-point instruction (extension F or D)'],
  [0x53, 'a floating-point instruction (extension F or D)'],
  [0x57, 'a vector instruction (extension V)'],
]);

const SYSTEM = 0x73;
const compressed = 'a compressed instruction, of 16 bits (extension C)';

/** What an illegal word is in RISC-V, if it belongs to an extension; undefined if it is illegal there too. */
export function foreignInstruction(word: number): string | undefined {
  if ((word & 0xffff) === 0 || word >>> 0 === 0xffffffff) return undefined;
  if ((word & 3) !== 3) return compressed;
  const opcode = word & 0x7f;
  if (opcode === SYSTEM)
    return (word & 0x7000) === 0
      ? 'an instruction of the privileged architecture of RISC-V'
      : 'an access to a control and status register (extension Zicsr)';
  return opcodes.get(opcode);
}

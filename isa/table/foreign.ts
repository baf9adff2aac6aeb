/**
 * Instructions of RISC-V extensions that Ring32 does not have, told by their words ("RISC-V Unprivileged ISA",
 * table of base opcodes; every instruction of 32 bits has its two lowest bits set, every other one is compressed).
 */

/** Major opcodes that belong to an extension altogether. */
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

/** What an illegal word is in RISC-V, if it belongs to an extension; words that RISC-V leaves illegal are nothing. */
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

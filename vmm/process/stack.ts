/**
 * The stack a process starts with, as Linux lays it out: argc, argv, environment and
 * auxiliary vector at the stack pointer, the strings above them.
 */
import type { Image } from '../../isa/machine/image.ts';

/** Keys of the auxiliary vector (Linux, include/uapi/linux/auxvec.h). */
const AT = {
  NULL: 0,
  PHDR: 3,
  PHENT: 4,
  PHNUM: 5,
  PAGESZ: 6,
  ENTRY: 9,
  UID: 11,
  EUID: 12,
  GID: 13,
  EGID: 14,
  CLKTCK: 17,
  SECURE: 23,
  RANDOM: 25,
};

/** The sixteen bytes behind AT_RANDOM: the same on every run, for a run is a function of its inputs. */
const random = Uint8Array.from({ length: 16 }, (_, n) => (n * 0x9d + 0x35) & 0xff);

/**
 * Writes the stack at the top of `memory` and returns the stack pointer (16-byte
 * aligned). Throws RangeError when arguments and environment take more than `room` bytes.
 */
export function writeStack(
  memory: Uint8Array,
  image: Image,
  argv: readonly string[],
  environment: readonly string[],
  room: number,
): number {
  const encoder = new TextEncoder();
  const strings = [...argv, ...environment].map((text) => encoder.encode(text));
  const words = strings.length + 40;
  const needed = strings.reduce((sum, { length }) => sum + length + 1, words * 4);
  if (needed > room) throw new RangeError(`arguments of ${needed} bytes do not fit on the stack`);
  let top = memory.length;
  const push = (bytes: Uint8Array) => {
    top -= bytes.length;
    memory.set(bytes, top);
    return top;
  };
  const randomAt = push(random);
  const places = strings.map((bytes) => push(Uint8Array.of(...bytes, 0)));
  const { address, count, size } = image.programHeaders;
  const auxiliary = [
    AT.PHDR,
    address,
    AT.PHENT,
    size,
    AT.PHNUM,
    count,
    AT.PAGESZ,
    4096,
    AT.ENTRY,
    image.entry,
  ]
    .concat([AT.UID, 0, AT.EUID, 0, AT.GID, 0, AT.EGID, 0, AT.CLKTCK, 100, AT.SECURE, 0])
    .concat([AT.RANDOM, randomAt, AT.NULL, 0]);
  const block = [
    argv.length,
    ...places.slice(0, argv.length),
    0,
    ...places.slice(argv.length),
    0,
    ...auxiliary,
  ];
  const sp = (top - block.length * 4) & ~15;
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  for (const [n, word] of block.entries()) view.setUint32(sp + 4 * n, word, true);
  return sp;
}

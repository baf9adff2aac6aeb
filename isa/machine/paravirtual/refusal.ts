/** Why a call is refused: the negative numbers that a refused call leaves in a0. A refused call changes nothing else. */

/** Each reason: its number, and its sentence in the manual. */
export const REFUSED = {
  UNKNOWN_CALL: [-1, 'The table has no call with the number in a7.'],
  MISALIGNED: [-2, 'An address is not a multiple of what it must be a multiple of.'],
  TOO_MANY: [-3, 'A length or a count is larger than the most.'],
  BAD_BUFFER: [
    -4,
    'Ring 0 cannot read all bytes of the buffer or list: some are unmapped, outside R or memory, or past the end of the address space.',
  ],
  NOT_YOURS: [
    -5,
    'A frame or a physical address is outside the memory of the guest, or on a page that it has given back; or a page to take was not given back.',
  ],
  IN_USE: [
    -6,
    'A page is used for something else: it is mapped, a page table, or a ring. Or the ring has a request under way.',
  ],
  BAD_VALUE: [-7, 'An argument has none of the values that it can have.'],
  NO_DEVICE: [-8, 'The machine has no disk.'],
  BAD_RING: [-9, 'The page is not the ring, or the ring has more requests than places.'],
} as const satisfies Readonly<Record<string, readonly [number: number, says: string]>>;

export type RefusalName = keyof typeof REFUSED;

/** Thrown by the checks of a call, before it has changed anything. */
export class CallRefusal extends Error {
  override readonly name = 'CallRefusal';
  /** What the call leaves in a0. */
  readonly number: number;

  constructor(reason: RefusalName) {
    super(REFUSED[reason][1]);
    this.number = REFUSED[reason][0];
  }
}

/** Throws the CallRefusal if `good` is false. */
export function must(good: boolean, otherwise: RefusalName): asserts good {
  if (!good) throw new CallRefusal(otherwise);
}

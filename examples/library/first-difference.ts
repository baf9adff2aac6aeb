/** Compares a guest on the bare machine with the same guest under a monitor, to the first step that differs. */
import { assemble, compareGuest, type Comparison, PORT, readImage, variantNamed } from 'ringlab';

/** Asks in ring 0 in which ring it is, and powers off with the answer. */
const text = `
_start: sring a0
        li    t0, ${PORT.POWER}
        out   t0, a0
`;

/**
 * Returns the comparison. Under trap-and-emulate the guest's ring 0 is ring 1 of the real machine. On ring32-v, `sring`
 * traps there, and the monitor answers for it; on ring32-x it does not, and the guest sees the wrong ring.
 */
export function firstDifference(variantName: 'ring32-v' | 'ring32-x'): Comparison {
  const { elf } = assemble([{ name: 'which-ring.s', text }]);
  return compareGuest({
    image: readImage(elf),
    variant: variantNamed(variantName),
    monitor: 'trap-and-emulate',
    memory: 2 ** 20,
  });
}

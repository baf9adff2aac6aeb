/**
 * Relocation composed: the guest's R = (base, bound) within its memory of `size` bytes at
 * `at` becomes the real (at + base, min(bound, size - base)) (Popek and Goldberg 1974,
 * section 5: the allocator's part of every LPSW).
 */
import type { Machine } from '../../isa/machine/machine.ts';

/** The real R for a guest with paging off. A guest whose R lets nothing pass gets bound 0. */
export function composeRelocation(
  cpu: Machine,
  at: number,
): { readonly base: number; readonly bound: number } {
  const bound = Math.max(0, cpu.plainBound);
  return bound === 0 ? { base: at, bound: 0 } : { base: at + cpu.base, bound };
}

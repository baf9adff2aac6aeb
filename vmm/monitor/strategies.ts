/**
 * Ways of running virtual supervisor code. Everything else of the monitor is shared.
 *
 *   trap-and-emulate   directly, in ring 1: right when every sensitive instruction traps (Theorem 1)
 *   hybrid             interpreted; only virtual rings 1 to 3 run directly (Theorem 3)
 *   interpret          everything interpreted: a complete software machine
 *   binary-translation translated, and the translation runs directly (vmm/translator)
 */
import { MOST_CACHE } from '../translator/layout.ts';
import type { VirtualMachine } from './virtual-machine.ts';

/** A way of running virtual supervisor code. */
export interface Strategy {
  readonly name: string;
  /** Bytes of translation cache that a guest needs; default none. */
  readonly cache?: number;
  /** Runs the guest, settled and able to execute, at most until its horizon. */
  readonly advance: (guest: VirtualMachine) => void;
}

/** Every strategy: trap-and-emulate, hybrid, interpret, binary-translation. */
export const strategies: readonly Strategy[] = [
  { name: 'trap-and-emulate', advance: (guest) => guest.runDirectly() },
  {
    name: 'hybrid',
    advance: (guest) => (guest.cpu.ring === 0 ? guest.runInterpreted() : guest.runDirectly()),
  },
  { name: 'interpret', advance: (guest) => guest.runInterpreted() },
  {
    name: 'binary-translation',
    cache: MOST_CACHE,
    advance: (guest) => (guest.isTranslated ? guest.runTranslated() : guest.runDirectly()),
  },
];

/** The strategy of that name. Throws RangeError, which lists the names, for an unknown one. */
export function strategyNamed(name: string): Strategy {
  const strategy = strategies.find((candidate) => candidate.name === name);
  if (strategy === undefined) {
    const names = strategies.map((known) => known.name);
    throw new RangeError(`no monitor strategy "${name}"; choose from ${names.join(', ')}`);
  }
  return strategy;
}

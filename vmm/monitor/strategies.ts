/**
 * The strategies: ways of running virtual supervisor code. They share everything else of the monitor.
 *
 *   trap-and-emulate   runs it directly, in ring 1; correct if every sensitive instruction traps (Theorem 1)
 *   hybrid             interprets virtual ring 0; only virtual rings 1 to 3 run directly (Theorem 3)
 *   interpret          interprets all code: a complete software machine
 *   binary-translation translates it, and runs the translation directly (vmm/translator)
 *   hardware           runs it in guest mode, with shadow page tables (hardware.ts)
 *   hardware-nested    runs it in guest mode, with a nested map
 */
import type { Feature } from '../../isa/table/features.ts';
import { MOST_CACHE } from '../translator/layout.ts';
import type { VirtualMachine } from './virtual-machine.ts';

/** A way of running virtual supervisor code. */
export interface Strategy {
  /** As in MonitorOptions and on the command line. */
  readonly name: string;
  /** Features that the real machine must have; default none. The monitor makes its machine with them. */
  readonly features?: readonly Feature[];
  /** Bytes of translation cache that a guest needs; default none. */
  readonly cache?: number;
  /** How the guest's present code is run. The guest must be settled (Machine.settle) and able to execute. */
  readonly way: (guest: VirtualMachine) => Way;
}

/** The ways to run a guest's code (virtual-machine.ts). */
export type Way = 'direct' | 'interpreted' | 'translated' | 'guest mode';

/** Every strategy: trap-and-emulate, hybrid, interpret, binary-translation, hardware, hardware-nested. */
export const strategies: readonly Strategy[] = [
  { name: 'trap-and-emulate', way: () => 'direct' },
  { name: 'hybrid', way: ({ cpu }) => (cpu.ring === 0 ? 'interpreted' : 'direct') },
  { name: 'interpret', way: () => 'interpreted' },
  {
    name: 'binary-translation',
    cache: MOST_CACHE,
    way: ({ isTranslated }) => (isTranslated ? 'translated' : 'direct'),
  },
  { name: 'hardware', features: ['guest'], way: () => 'guest mode' },
  { name: 'hardware-nested', features: ['guest', 'nested'], way: () => 'guest mode' },
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

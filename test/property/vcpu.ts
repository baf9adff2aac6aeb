/** The virtual CPU of a monitor that is a guest (guests/minivisor/minivisor.h), read from the real machine's memory. */
import type { Image } from '../../isa/machine/image.ts';
import { SR, systemRegisters } from '../../isa/table/sysregs.ts';

export interface Vcpu {
  readonly x: Int32Array;
  /** Unsigned. */
  readonly pc: number;
  readonly status: number;
  /** By number; but not the `computed` ones. */
  readonly system: Int32Array;
  readonly waiting: boolean;
  readonly steps: number;
  /** Of the trap without a handler at which it has stopped, unsigned. */
  readonly cause: number;
  readonly value: number;
}

/** System registers that a monitor computes when they are read: the virtual CPU has no place for them. */
export const computed: ReadonlySet<number> = new Set([
  SR.TIME,
  SR.TIMEH,
  SR.TIMER,
  SR.IPEND,
  SR.MEMSIZE,
  SR.CPUID,
]);

/** Offsets of its members, in words. */
const AT = { X: 0, PC: 32, STATUS: 33, SYSTEM: 34, WAITING: 53, STEPS: 54, CAUSE: 56, VALUE: 57 } as const;

/** The virtual CPU at byte address `at`. x and the system registers are views: they change as the memory does. */
export function readVcpu(memory: Int32Array, at: number): Vcpu {
  const from = at >>> 2;
  const word = (n: number) => (memory[from + n] as number) >>> 0;
  return {
    x: memory.subarray(from + AT.X, from + AT.X + 32),
    pc: word(AT.PC),
    status: word(AT.STATUS),
    system: memory.subarray(from + AT.SYSTEM, from + AT.SYSTEM + systemRegisters.length),
    waiting: word(AT.WAITING) !== 0,
    steps: word(AT.STEPS) + word(AT.STEPS + 1) * 2 ** 32,
    cause: word(AT.CAUSE),
    value: word(AT.VALUE),
  };
}

/** Where an image has its virtual CPU; undefined if it has no symbol `vcpu`. */
export function vcpuIn(image: Image): number | undefined {
  return image.symbols.find(({ name }) => name === 'vcpu')?.address;
}

/**
 * The control block: one page of plain memory in which the host says how its guest is to run, and in which the machine
 * says why guest mode ended. As in AMD's virtual machine control block ("AMD64 Architecture Programmer's Manual", volume 2,
 * chapter 15), both the guest's and the host's state are saved in it.
 *
 *     offset   contents
 *     0x000    intercepts: which instructions and traps exit
 *     0x014    control: address translation, time, events, virtual interrupts, ports
 *     0x080    exit: written by the machine when guest mode ends
 *     0x100    the guest's state: loaded by `vmrun`, written when guest mode ends
 *     0x200    the host's state: written by `vmrun`, loaded when guest mode ends
 */
import type { Feature } from '../table/features.ts';
import type { Memory } from './memory.ts';

/** Offsets of words in the block, in bytes. */
export const BLOCK = {
  /** Bit n: the system instruction with funct7 n exits; n from 0, and from 32 in the second word. */
  INSTRUCTIONS: 0x000,
  INSTRUCTIONS_HIGH: 0x004,
  /** Bit n: `mfs` of register n exits, `mts` of register n exits. */
  READS: 0x008,
  WRITES: 0x00c,
  /** Bit n: the trap with cause n exits. */
  TRAPS: 0x010,
  /** Bits of CONTROL. */
  CONTROL: 0x014,
  /** Physical address of the root page table: the nested one with CONTROL.NESTED, otherwise the shadow. */
  ROOT: 0x018,
  /** Two words: the guest's TIME minus the machine's. */
  TIME_OFFSET: 0x01c,
  /** 1: `vmrun` injects a trap with this cause and value; `vmrun` sets it to 0. */
  EVENT: 0x024,
  EVENT_CAUSE: 0x028,
  EVENT_VALUE: 0x02c,
  /** Pending virtual interrupt lines, line n in bit n; and what the guest's TIMER reads. Used with CONTROL.VIRTUAL. */
  LINES: 0x030,
  TIMER: 0x034,
  /** Two words each: bit n: `out` to port n, `in` from port n exits. Used with CONTROL.PORTS; every port from 64 on exits. */
  OUTPUTS: 0x038,
  INPUTS: 0x040,
  /** Bit n, from 1: line n of the machine is the guest's own. Used with CONTROL.VIRTUAL. */
  DIRECT: 0x048,
  /** Why guest mode ended (REASON), and what belongs to it. */
  REASON: 0x080,
  QUALIFICATION: 0x084,
  VALUE: 0x088,
  /** Guest-physical address of an access that the nested map does not allow. */
  ADDRESS: 0x08c,
  /** The two states: each is pc, STATUS, 1 if `hlt` waits, then 13 words that are not used, then the system registers. */
  GUEST: 0x100,
  HOST: 0x200,
} as const;

/** Offsets in a state. */
export const SAVED = { PC: 0, STATUS: 4, WAITS: 8, SYSTEM: 0x40 } as const;

/** Bits of BLOCK.CONTROL. */
export const CONTROL = {
  /** Exit before the first instruction at which IF is 1. */
  WINDOW: 1,
  /** BLOCK.ROOT is a nested map; the guest's own page tables are walked too. Feature `nested`. */
  NESTED: 2,
  /** The guest has a TIMER and interrupt lines of its own. Feature `virtual-timer`. */
  VIRTUAL: 4,
  /** `in` and `out` exit as the port bitmaps say. Feature `ports`. */
  PORTS: 8,
} as const;

/** Values of BLOCK.REASON. */
export const REASON = {
  /** An intercepted instruction. QUALIFICATION: its word. */
  INSTRUCTION: 1,
  /** An intercepted trap, or one while TVEC is 0. QUALIFICATION: its cause; VALUE: its EVAL. */
  TRAP: 2,
  /** The nested map does not allow an access. ADDRESS: where; QUALIFICATION: 0 a fetch, 1 a load, 2 a store. */
  NESTED: 3,
  /** An interrupt line of the machine is pending. QUALIFICATION: the pending lines. */
  INTERRUPT: 4,
  /** IF is 1, and CONTROL.WINDOW was set. */
  WINDOW: 5,
  /** `hlt` waits, and nothing of the guest's own can end the wait: it has no timer that runs. */
  IDLE: 6,
} as const;

/** Words of the block that `vmrun` reads once: they stay in force until guest mode ends, whatever is written to the block. */
export const controlWords = BLOCK.DIRECT / 4 + 1;

/** The bits of CONTROL that a feature is needed for. */
const needed: Readonly<Partial<Record<Feature, number>>> = {
  nested: CONTROL.NESTED,
  'virtual-timer': CONTROL.VIRTUAL,
  ports: CONTROL.PORTS,
};

/** The words that `vmrun` reads at `block`, on a machine with these features. */
export function readControls(memory: Memory, block: number, has: ReadonlySet<Feature>): readonly number[] {
  const bits = [...has].reduce<number>((all, feature) => all | (needed[feature] ?? 0), CONTROL.WINDOW);
  const words = [...memory.words.subarray(block / 4, block / 4 + controlWords)];
  return words.map((value, n) => (n === BLOCK.CONTROL / 4 ? value & bits : value));
}

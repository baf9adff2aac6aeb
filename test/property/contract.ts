/**
 * The interface that a monitor must implement for `ringlab grade`, ours or a student's. A
 * module exports a MonitorFactory as its default.
 *
 * The monitor is ring-0 software of a real machine. It gets control when the machine traps. It
 * continues the guest by `machine.run()`, which is its `iret`, and gets control again at the
 * next trap. It sees what ring-0 software sees, and no more.
 */
import type { Stop } from '../../isa/machine/stop.ts';

export type { Stop };

/** The contents of the real machine's trap registers, and how far the guest came. Numbers are unsigned. */
export interface Trap {
  /** ECAUSE and EVAL. */
  readonly cause: number;
  readonly value: number;
  /** Instructions that the guest completed since `run`. */
  readonly steps: number;
}

/** The real machine as its ring-0 software sees it. Words are signed; addresses are physical. */
export interface RealMachine {
  /** The general registers; x[0] is always 0. They belong to the guest whenever the monitor does not run. */
  readonly x: Int32Array;
  readSystem(number: number): number;
  writeSystem(number: number, value: number): void;
  /** Reads `width` bytes, 1, 2 or 4, zero-extended. */
  read(address: number, width: number): number;
  /** Writes the low `width` bytes of `value`. */
  write(address: number, width: number, value: number): void;
  /** The real devices, by their ports. */
  input(port: number): number;
  output(port: number, value: number): void;
  /** Waits, as `hlt` does, until a line of a device is pending. */
  wait(): void;
  /**
   * `iret`, and then whatever the guest does until the machine traps: pc, STATUS and R are taken from EPC,
   * ESTATUS, ERBASE and ERBOUND. After it, the trap is in EPC, ESTATUS, ECAUSE and so on.
   */
  run(): Trap;
}

/** What the monitor may use for its guest, and nothing else. */
export interface Allocation {
  /** Physical address and size in bytes of the guest's memory. */
  readonly at: number;
  readonly size: number;
  /** The part of the real disk that is the guest's disk. */
  readonly firstSector: number;
  readonly sectors: number;
  /** Memory for the monitor itself, as for shadow page tables: whole pages. */
  readonly own: { readonly at: number; readonly size: number };
  /** Names of the sensitive instructions that do not trap outside ring 0; see isa/table/variants.ts. */
  readonly unprivileged: ReadonlySet<string>;
  /** What CPUID reads on the real machine, and must read in the guest. */
  readonly cpuid: number;
  /** The guest's first pc. Its memory is loaded; all else is as after reset. */
  readonly entry: number;
}

/** The virtual machine, as it stands between two of the guest's steps. Words unsigned or signed, as you like. */
export interface GuestState {
  readonly pc: number;
  /** The virtual STATUS: the ring is the one the guest believes in. */
  readonly status: number;
  /** TIME: the guest's own steps since reset. */
  readonly steps: number;
  /** Whether it waits in `hlt`. */
  readonly waiting: boolean;
  /** A system register, as `mfs` would read it in the guest's ring 0. */
  readSystem(number: number): number;
}

export interface Monitor {
  readonly guest: GuestState;
  /**
   * The guest's turn: it goes on until its own step `until`, exactly, or until it stops. Returns how it ended.
   * Called again and again. Afterwards the guest's general registers are in the real ones.
   */
  run(until: number): Stop;
}

export type MonitorFactory = (machine: RealMachine, allocation: Allocation) => Monitor;

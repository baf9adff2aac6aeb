/**
 * The virtual CPU: the processor that the guest believes it has. It does not execute anything
 * itself; it stores the state, and system instructions act on it. In the instruction table, the
 * meaning of each system instruction is a function over a Processor, and this class is one:
 * `mts` calls writeSystem, `lra` calls probe, `out` calls output. You write the methods that
 * call notYet; README.md says what they do.
 */
import {
  type Allocation,
  type GuestState,
  type Probe,
  type Processor,
  type RealMachine,
  SR,
  STATUS,
  type Stop,
  systemRegisters,
} from 'ringlab/testing';

/** Throws an error for a method that is not written yet. */
export function notYet(stage: number, what: string): never {
  throw new Error(`stage ${stage} is not written yet: ${what}`);
}

export class VirtualCpu implements Processor, GuestState {
  readonly machine: RealMachine;
  readonly allocation: Allocation;
  /** The guest's general registers: those of the real machine. */
  readonly x: Int32Array;
  pc: number;
  /** The guest's TIME. */
  steps = 0;
  /** Whether the guest waits in `hlt`. */
  waiting = false;
  /** Why the guest has stopped; undefined while it has not. */
  stop: Stop | undefined;
  /** System registers by number, except those that are computed when they are read. */
  readonly system = new Int32Array(systemRegisters.length);
  #status = 0;

  constructor(machine: RealMachine, allocation: Allocation) {
    this.machine = machine;
    this.allocation = allocation;
    this.x = machine.x;
    this.pc = allocation.entry;
    this.system[SR.RBOUND] = allocation.size;
    this.system[SR.MEMSIZE] = allocation.size;
    this.system[SR.CPUID] = allocation.cpuid;
  }

  /** The virtual STATUS, with the ring that the guest believes it is in. */
  get status(): number {
    return this.#status;
  }

  set status(value: number) {
    this.#status = value & STATUS.ALL;
  }

  get ring(): number {
    return this.#status & STATUS.RING;
  }

  /** Stage 2; TIMER and IPEND: stage 7. The grader also calls this, to read the guest's state. */
  readSystem(number: number): number {
    if (number === SR.TIME) return this.steps | 0;
    if (number === SR.TIMEH) return Math.floor(this.steps / 2 ** 32) | 0;
    return this.system[number] as number;
  }

  writeSystem(_number: number, _value: number): void {
    notYet(2, 'writeSystem');
  }

  /**
   * Takes a trap at `pc`; returns the address at which the guest continues. Stage 1: with TVEC = 0 the guest
   * stops. Stage 3: otherwise set the trap registers and continue at TVEC.
   */
  trap(_cause: number, _value: number, _pc: number): number {
    return notYet(1, 'trap');
  }

  /** Called by `lra`, `lar`, `verr` and `verw`. Stage 5; with paging on: stage 6. */
  probe(_va: number): Probe {
    return notYet(5, 'probe');
  }

  /** Called by `hlt`. Stage 7. */
  wait(): void {
    notYet(7, 'wait');
  }

  /** Called by `in`; `output` by `out`. Stage 8. */
  input(_port: number): number {
    return notYet(8, 'input');
  }

  output(_port: number, _value: number): void {
    notYet(8, 'output');
  }
}

/**
 * The virtual CPU: what the guest believes its processor to be. It executes nothing; it
 * remembers, and says what becomes of it. The instruction table says every system
 * instruction's meaning of a Processor, and this is one: `mts` calls writeSystem, `lra`
 * calls probe, `out` calls output. Where it says notYet, you write; README.md says what.
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

/** For what is not written yet. */
export function notYet(stage: number, what: string): never {
  throw new Error(`stage ${stage} is not written yet: ${what}`);
}

export class VirtualCpu implements Processor, GuestState {
  readonly machine: RealMachine;
  readonly allocation: Allocation;
  /** The guest's general registers are in the real ones. */
  readonly x: Int32Array;
  pc: number;
  /** The guest's TIME. */
  steps = 0;
  /** Whether the guest waits in `hlt`. */
  waiting = false;
  /** Why the guest has stopped, once it has. */
  stop: Stop | undefined;
  /** System registers by number, but for those that are computed when read. */
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

  /** The virtual STATUS, with the ring that the guest believes in. */
  get status(): number {
    return this.#status;
  }

  set status(value: number) {
    this.#status = value & STATUS.ALL;
  }

  get ring(): number {
    return this.#status & STATUS.RING;
  }

  /** Stage 2 and, for TIMER and IPEND, stage 7. Those who judge read here, too. */
  readSystem(number: number): number {
    if (number === SR.TIME) return this.steps | 0;
    if (number === SR.TIMEH) return Math.floor(this.steps / 2 ** 32) | 0;
    return this.system[number] as number;
  }

  writeSystem(_number: number, _value: number): void {
    notYet(2, 'writeSystem');
  }

  /**
   * Takes a trap at `pc`; returns the address to go on at. Stage 1: with TVEC = 0 the guest stops. Stage 3:
   * otherwise the trap registers are set, and TVEC is where it goes on.
   */
  trap(_cause: number, _value: number, _pc: number): number {
    return notYet(1, 'trap');
  }

  /** What `lra`, `lar`, `verr` and `verw` ask. Stage 5, and stage 6 with paging on. */
  probe(_va: number): Probe {
    return notYet(5, 'probe');
  }

  /** `hlt`. Stage 7. */
  wait(): void {
    notYet(7, 'wait');
  }

  /** `in` and `out`. Stage 8. */
  input(_port: number): number {
    return notYet(8, 'input');
  }

  output(_port: number, _value: number): void {
    notYet(8, 'output');
  }
}

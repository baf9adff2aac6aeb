/**
 * Candidates: monitors that are ring-0 software of Ring32 (guests/minivisor/, or a student's), each booted on a real
 * machine with the guest in its memory.
 *
 *     0  the monitor        at 256K  the guest's 128K        at 384K  poison, to 448K
 *
 * Such a monitor cannot be asked for a turn, so it is observed: the real machine is stopped each time that
 * it enters the guest, and while the guest runs, the guest's registers are the real ones. What the guest believes about its
 * status, its system registers and its time is read from the monitor's memory, at the symbol `vcpu`.
 */
import { Interpreter } from '../../isa/engines/interpreter/interpreter.ts';
import { MemoryDisk, SECTOR } from '../../isa/machine/devices/disk.ts';
import { type Image, loadImage } from '../../isa/machine/image.ts';
import { Machine } from '../../isa/machine/machine.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { STATUS } from '../../isa/table/sysregs.ts';
import { LINE } from '../../isa/table/traps.ts';
import type { Variant } from '../../isa/table/variants.ts';
import { withGuest } from '../../vmm/guest/with-guest.ts';
import { newConsole } from './console.ts';
import type { GuestState } from './contract.ts';
import type { Ground } from './ground.ts';
import { diskSectors, imageOf, memorySize, newDisk, type Program } from './program.ts';
import { type Candidate, type Counts, Stuck, type Subject } from './subject.ts';
import { computed, readVcpu, type Vcpu, vcpuIn } from './vcpu.ts';
import { Watch } from './watch.ts';

const guest = { at: 2 ** 18, size: memorySize };
const realSize = guest.at + guest.size + 16 * PAGE;

const ground: Ground = {
  guest,
  own: { at: 0, size: guest.at },
  poisoned: [{ at: guest.at + guest.size, size: realSize - guest.at - guest.size }],
  guestDisk: { at: 0, size: diskSectors * SECTOR },
  poisonedDisk: [],
};

/** Real steps after which a monitor that has not entered its guest never will. */
const patience = 200_000;

/** Exits for each step of the guest, and so many beside, after which it is stuck. */
const exitsPerStep = 8;
const fewExits = 500;

/** A monitor by its image, which must have the symbols `vcpu` and `allocation`. Throws ImageError. */
export function ringMonitor(image: Image, name = 'minivisor'): Candidate {
  const vcpuAt = vcpuIn(image);
  if (vcpuAt === undefined) throw new Error('it has no symbol vcpu');
  return {
    name,
    make: (program, variant, { guarded }) => new RingSubject(image, vcpuAt, program, variant, guarded),
  };
}

/** A machine that stops, with a break, when its software enters a ring other than 0. */
class Observed extends Machine {
  override get status(): number {
    return super.status;
  }

  override set status(value: number) {
    const before = super.status & STATUS.RING;
    super.status = value;
    if (before === 0 && (value & STATUS.RING) !== 0) this.break();
  }
}

class RingSubject implements Subject {
  readonly unseen = computed;
  readonly printed: readonly number[];
  readonly disk: Uint8Array;
  readonly memory: Uint8Array;
  readonly #real: Machine;
  readonly #interpreter: Interpreter;
  readonly #watch: Watch;
  readonly #vcpuAt: number;
  readonly #guarded: boolean;
  readonly #entries: [pc: number, steps: number][] = [];
  readonly #causes = new Map<number, number>();
  #direct = 0;
  #exits = 0;
  /** The real step at which the guest was entered last; undefined while the monitor runs. */
  #enteredAt: number | undefined;
  /** The guest's step then. */
  #stepsThen = 0;
  #stop: Stop | undefined;

  constructor(image: Image, vcpuAt: number, program: Program, variant: Variant, guarded: boolean) {
    const { console, printed } = newConsole(program.input);
    const disk = new MemoryDisk(newDisk());
    const real = new Observed({ memory: realSize, variant, console, disk });
    const whole = withGuest(image, imageOf(program), guest);
    loadImage(whole, real.memory.bytes);
    real.pc = whole.entry;
    this.printed = printed;
    this.disk = disk.bytes;
    this.memory = real.memory.bytes.subarray(guest.at, guest.at + guest.size);
    this.#real = real;
    this.#interpreter = new Interpreter(real);
    this.#vcpuAt = vcpuAt;
    this.#guarded = guarded;
    this.#watch = new Watch(real, disk.bytes, ground, guarded);
    this.#watch.poison();
    real.onTrap = (cause) => this.#trapped(cause >>> 0);
  }

  get #vcpu(): Vcpu {
    return readVcpu(this.#real.memory.words, this.#vcpuAt);
  }

  /** While the guest runs, and when all has stopped. */
  get guest(): GuestState & { readonly x: Int32Array } {
    const vcpu = this.#vcpu;
    const { system, waiting } = vcpu;
    const readSystem = (number: number) => system[number] as number;
    const real = this.#real;
    if (this.#enteredAt === undefined) return { ...vcpu, waiting, readSystem };
    const ring = real.status & STATUS.RING;
    const isSupervisor = (vcpu.status & STATUS.RING) === 0 && ring === 1;
    return {
      x: real.x,
      pc: real.pc,
      status: (vcpu.status & STATUS.IF) | (real.status & STATUS.UF) | (isSupervisor ? 0 : ring),
      steps: this.#stepsThen + real.steps - this.#enteredAt,
      waiting,
      readSystem,
    };
  }

  get x() {
    return this.guest.x;
  }

  get counts(): Counts {
    const now = this.#enteredAt === undefined ? 0 : this.#real.steps - this.#enteredAt;
    return {
      direct: this.#direct + now,
      exits: this.#exits,
      causes: this.#causes,
      entries: this.#entries.filter(([, steps]) => steps > 0),
    };
  }

  run(until: number): Stop {
    const most = this.#exits + exitsPerStep * Math.max(1, until - this.#stepsThen) + fewExits;
    while (this.#stop === undefined) {
      if (this.#exits > most)
        throw new Stuck(`the guest does not get on: it is at step ${this.guest.steps} still`);
      if (this.#enteredAt === undefined) this.#toEntry();
      else if (this.guest.steps >= until && !this.#isInterrupted) return { kind: 'limit' };
      else this.#runGuest(Math.max(1, until - this.guest.steps));
    }
    return this.#stop;
  }

  /** Whether the guest's turn is over: something is due in the guest, and the monitor has yet to hear of it. */
  get #isInterrupted(): boolean {
    return (this.#real.pending() & (1 << LINE.TIMER)) !== 0;
  }

  /** Lets the guest make at most so many steps. */
  #runGuest(steps: number): void {
    const stop = this.#interpreter.run(this.#real.steps + steps);
    if (stop.kind !== 'limit' && stop.kind !== 'break') this.#stopped(stop);
  }

  /** The real machine has taken a trap: if the guest ran, it does not any more. */
  #trapped(cause: number): void {
    if (this.#enteredAt === undefined) return;
    const direct = this.#real.steps - this.#enteredAt;
    this.#direct += direct;
    this.#exits += 1;
    this.#causes.set(cause, (this.#causes.get(cause) ?? 0) + 1);
    (this.#entries.at(-1) as [number, number])[1] = direct;
    this.#enteredAt = undefined;
    // The interpreter would otherwise go on with the monitor, up to the end of the guest's turn.
    this.#real.break();
  }

  /** Runs the monitor until it has entered the guest, or stopped. */
  #toEntry(): void {
    const real = this.#real;
    const last = real.steps + patience;
    while (real.steps < last) {
      const stop = this.#interpreter.run(last);
      const isOver = stop.kind !== 'limit' && stop.kind !== 'break';
      if (isOver) this.#stopped(stop);
      else if (real.ring !== 0 && this.#isGuest()) this.#entered();
      if (isOver || this.#enteredAt !== undefined) return;
    }
    throw new Stuck(`the monitor has made ${patience} steps and not entered the guest`);
  }

  /** Whether it is the guest that has been entered, and not, before the first time, what a monitor measures itself by. */
  #isGuest(): boolean {
    return this.#entries.length > 0 || this.#real.pc === this.#vcpu.pc;
  }

  #entered(): void {
    if (this.#guarded) this.#watch.check();
    this.#enteredAt = this.#real.steps;
    this.#stepsThen = this.#vcpu.steps;
    this.#entries.push([this.#real.pc, 0]);
  }

  /** Without a handler of the guest, the monitor says at which trap it has stopped. */
  #stopped(stop: Stop): void {
    this.#enteredAt = undefined;
    const { cause, value } = this.#vcpu;
    this.#stop = stop.kind === 'unhandled' ? { kind: 'unhandled', cause, value } : stop;
  }

  trespass() {
    return this.#watch.trespass(this.#enteredAt !== undefined);
  }

  close(): void {}
}

/**
 * A hosted guest: a machine, bare or under a monitor, whose every contact with the outside
 * goes through its keep (keep/keep.ts), so that it can be carried off or brought back.
 *
 * Input reaches it only between two runs, at a step that is noted; what it prints is
 * collected while it runs and handed over when the run ends. A guest that was brought back
 * from its keep gets the same input at the same steps, and what it prints again is left out.
 */
import type { Engine, EngineName } from '../../isa/engines/engine.ts';
import type { FastOptions } from '../../isa/engines/fast/fast.ts';
import { Console } from '../../isa/machine/devices/console.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import type { Storage } from '../../isa/machine/storage.ts';
import { type Variant, variantFrom } from '../../isa/table/variants.ts';
import { createGuest, type Guest } from '../monitor/create-guest.ts';
import { decodeState, encodeState } from '../snapshot/state.ts';
import { isStorageError } from './keep/trouble.ts';
import { Units } from '../migration/image/units.ts';
import type { GuestDisk } from './keep/guest-disk.ts';
import type { ConsoleLog } from './keep/console-log.ts';
import type { GuestInput, Keep } from './keep/keep.ts';
import { type Has, runFetching } from '../migration/post-copy.ts';
import type { GuestSpec } from '../wire/messages.ts';

/** The status of a guest that was stopped: 128 and SIGTERM. */
const stopped = 143;

/** Most inputs that wait. */
const mostHeld = 4096;

/** How a host's machines run guests. */
export interface Machinery {
  /** The kind of the real machine. */
  readonly variant: Variant;
  /** A strategy, or none. */
  readonly monitor: string;
  readonly engine: EngineName;
  /** The fast engine's own. */
  readonly fast?: FastOptions;
  /** Binary translation translates user code too: right where user-sensitive instructions do not trap. */
  readonly translateUser?: boolean;
  /** Where a machine with so much memory lives; default new storage that suits the engine. */
  readonly storage?: (bytes: number) => Storage;
}

export class HostedGuest {
  readonly spec: GuestSpec;
  /** The guest's own machine: the bare one, or the virtual CPU. */
  readonly machine: Machine;
  readonly disk: GuestDisk | undefined;
  /** What runs the machine, or the monitor's real one. */
  readonly engine: Engine;
  readonly #guest: Guest;
  readonly #console: Console;
  #keep: Keep | undefined;
  #out: number[] = [];
  #frames: Uint8Array[] = [];
  /** Bytes that will be printed again, and frames sent again, which are not to be told again. */
  #again = 0;
  #sentAgain = 0;
  /** Input of before, still to come. */
  #inputs: GuestInput[] = [];
  /** How much there was to repeat when it began: bytes, frames and inputs together. */
  #toRepeat = 0;
  /** New input, which waits until everything of before was repeated, or until it could be noted. */
  #held: Omit<GuestInput, 'step'>[] = [];
  /** Where what it prints is stored; undefined = nowhere. */
  log: ConsoleLog | undefined;
  /** Told of what it prints, once that is stored. */
  onPrint: ((bytes: Uint8Array) => void) | undefined;
  /** Whether what it has produced may leave now; otherwise it waits here. */
  mayLeave: (() => boolean) | undefined;
  /** Takes the frames that it sends. */
  onFrame: ((frame: Uint8Array) => void) | undefined;

  constructor(spec: GuestSpec, machinery: Machinery, disk?: GuestDisk) {
    this.spec = spec;
    this.disk = disk;
    this.#console = new Console((byte) => this.#out.push(byte));
    const network =
      spec.network === null
        ? undefined
        : { address: spec.network, send: (frame: Uint8Array) => this.#frames.push(frame) };
    const { memory } = spec;
    const { variant: realVariant, storage, ...how } = machinery;
    const devices = { console: this.#console, disk, network };
    const paravirtual = spec.devices.includes('paravirtual');
    const processor = {
      variant: variantFrom(spec.variant),
      realVariant,
      memory,
      storage: storage?.(memory),
      paravirtual,
    };
    this.#guest = createGuest({ ...how, ...processor, ...devices });
    this.machine = this.#guest.machine;
    this.engine = this.#guest.engine;
  }

  /** Its memory in units, with its disk if that is to move too. */
  units(withDisk: boolean): Units {
    return new Units(this.machine.memory, withDisk ? this.disk : undefined);
  }

  // ---- Running ----

  /** Runs until step `until`, or until it stops; input from the keep comes at its steps. */
  run(until: number): Stop {
    return this.#run(until, this.#guest.run);
  }

  /** As `run` while pages are missing; stops before a step that needs one, and returns its number. */
  runFetching(until: number, has: Has): Stop | number {
    return this.#run(until, (step) => runFetching(this.machine, step, has));
  }

  #run<T>(until: number, run: (until: number) => T): T {
    for (;;) {
      this.#giveHeld();
      const next = this.#inputs[0];
      const stop = run(Math.min(until, next?.step ?? until));
      this.flush();
      if (next === undefined || this.machine.steps !== next.step) return stop;
      this.#inputs.shift();
      this.#take(next);
    }
  }

  /** Whether it still repeats what it did before its host died. */
  get repeats(): boolean {
    return this.#leftToRepeat > 0;
  }

  /**
   * How much of its repetition is done, in whole percent; null = it repeats nothing. Counted by what
   * the outside world has seen of it, for nobody noted how many steps it had made.
   */
  get repeated(): number | null {
    return this.repeats ? Math.floor((100 * (this.#toRepeat - this.#leftToRepeat)) / this.#toRepeat) : null;
  }

  get #leftToRepeat(): number {
    return this.#inputs.length + this.#again + this.#sentAgain;
  }

  /** Gives it console input; no bytes = the end of it. It is noted first. */
  feed(bytes: Uint8Array): void {
    this.#give({ kind: 'console', bytes });
  }

  /** Ends it, as if its power were cut. */
  stop(): void {
    this.#give({ kind: 'stop', bytes: Uint8Array.of(stopped) });
  }

  /** A frame arrives for it. It is lost when very many wait already, as on any network. */
  deliver(bytes: Uint8Array): void {
    if (this.#held.length < mostHeld) this.#give({ kind: 'frame', bytes });
  }

  #give(input: Omit<GuestInput, 'step'>): void {
    this.#held.push(input);
    try {
      this.#giveHeld();
    } catch (error) {
      // It is tried again before the guest runs on.
      if (!isStorageError(error)) throw error;
    }
  }

  /** Gives it the input that waits. Throws the system's error for what cannot be noted, which waits on. */
  #giveHeld(): void {
    for (let next = this.#held[0]; next !== undefined && !this.repeats; next = this.#held[0]) {
      this.#keep?.noteInput({ ...next, step: this.machine.steps });
      this.#held.shift();
      this.#take(next);
    }
  }

  #take({ kind, bytes }: Omit<GuestInput, 'step'>): void {
    if (kind === 'stop') this.machine.powerOff(bytes[0] ?? stopped);
    else if (kind === 'frame') this.machine.deliver(bytes);
    else if (bytes.length === 0) this.#console.close();
    else this.#console.feed(bytes);
  }

  /** Whether something that it has produced waits here. */
  get hasWaiting(): boolean {
    return this.#out.length + this.#frames.length > 0;
  }

  /** Hands over what was written, printed and sent. What cannot be stored waits here. Throws the system's error, and LogFull. */
  flush(): void {
    if (this.mayLeave?.() === false) return;
    this.disk?.settle();
    this.#print();
    this.#send();
  }

  #print(): void {
    if (this.#out.length === 0) return;
    const known = Math.min(this.#again, this.#out.length);
    this.#again -= known;
    const fresh = Uint8Array.from(this.#out.slice(known));
    this.#out = [];
    const before = this.log?.end ?? 0;
    try {
      if (fresh.length > 0) this.log?.append(fresh);
    } finally {
      const stored = this.log ? this.log.end - before : fresh.length;
      this.#out = [...fresh.subarray(stored)];
      if (stored > 0) this.onPrint?.(fresh.subarray(0, stored));
    }
  }

  #send(): void {
    if (this.#frames.length === 0) return;
    const known = Math.min(this.#sentAgain, this.#frames.length);
    this.#keep?.noteSent(this.#frames.length - known);
    this.#sentAgain -= known;
    for (const frame of this.#frames.splice(0).slice(known)) this.onFrame?.(frame);
  }

  // ---- State ----

  /** Its state as bytes: all but memory and disk. */
  save(): Uint8Array {
    return encodeState(this.#guest.save());
  }

  /** Takes a state back; memory and disk are put back already. Throws FieldError. */
  restore(state: Uint8Array): void {
    this.#guest.restore(decodeState(state));
  }

  /** Has everything from here on noted in `keep`, whose base is the present state. What it has not handed over yet counts as from here on. */
  keepIn(keep: Keep): void {
    this.#keep = keep;
    if (this.disk) keep.watch(this.disk);
  }

  /** Saves the present state as the base of `keep`, which is new. */
  saveTo(keep: Keep): void {
    const units = this.units(false);
    for (let unit = 0; unit < units.count; unit++) keep.writeNew(unit, units.read(unit));
    keep.state = this.save();
  }

  /**
   * Goes back to the base of `keep`, to run again from there; since then it has printed so many bytes. Memory is put back
   * already. Throws FieldError for a state that is damaged.
   */
  recover(keep: Keep, printed: number): void {
    if (this.disk) keep.rollBack(this.disk);
    this.repeat(keep, printed);
    this.keepIn(keep);
  }

  /** As `recover`, only to see again what was: the disk stays as it is, and nothing is noted. */
  repeat(keep: Keep, printed: number): void {
    this.restore(keep.state ?? new Uint8Array());
    this.#again = printed;
    this.#sentAgain = keep.sent;
    this.#inputs = keep.inputs();
    this.#toRepeat = this.#leftToRepeat;
  }
}

/**
 * The timeline: one run of a subject, recorded as it goes, in which one can be at any step.
 *
 * Going back is going to a checkpoint at or before and running again from there, with the
 * recorded inputs at their steps (checkpoints.ts, inputs.ts). At a step, the guest has had all
 * inputs recorded for it. The edge is the furthest step reached; beyond it the run is new.
 *
 * Whatever takes time is a Travel, a generator that yields now and then, at a step, so that
 * whoever drives it can look at the clock, or leave off. To look for something in the past:
 * search.ts. To go step by step: stepping.ts.
 */
import { finish, type Work } from '../../isa/work.ts';
import type { MachineState } from '../../isa/machine/state.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { Checkpoints, type Checkpoint, type Limits } from './checkpoints.ts';
import type { DevicesState } from './devices.ts';
import { type Input, InputLog, type RecordedInput } from './inputs.ts';
import { MemoryBlocks } from './blocks.ts';
import { Notes } from './notes.ts';
import { type Armed, Points } from './points.ts';
import type { Subject } from './subject.ts';

/**
 * Work on a timeline. It yields undefined now and then; `finish` drives it to its end, and a caller who drives it can
 * stop early.
 */
export type Travel<T> = Work<undefined, T>;

export { finish };

/** What goes back and forth with a timeline, to know at each step what it knew there. */
export interface Follower {
  /** What to be told when the timeline goes back to here. */
  save(): number;
  /** The timeline is about to go to where that was saved; undefined: to before it was followed. */
  restore(saved: number | undefined): void;
  /** What was recorded after now is forgotten. */
  fork(): void;
}

/** What a checkpoint holds beside memory and disk. */
interface Moment {
  readonly machine: MachineState;
  readonly devices: DevicesState;
  /** Inputs that the guest had had. */
  readonly inputs: number;
  readonly followers: ReadonlyMap<Follower, number>;
}

/** How a timeline takes checkpoints. Everything has a default. */
export interface TimelineOptions {
  /** How much checkpoints may take; default 256 MiB and 256 checkpoints. */
  readonly limits?: Limits | undefined;
  /** Milliseconds of running between two checkpoints; default 12. */
  readonly interval?: number | undefined;
  /**
   * The fewest and the most steps that run at once. Between these limits, as many as take one or two milliseconds.
   * Default 1024 and 1048576.
   */
  readonly burst?: { readonly least: number; readonly most: number } | undefined;
  /** Returns milliseconds since some moment; default `performance.now`. */
  readonly clock?: (() => number) | undefined;
}

const defaultLimits: Limits = { bytes: 256 * 2 ** 20, count: 256 };
const defaultInterval = 12;

const defaultBurst = { least: 2 ** 10, most: 2 ** 20 };

/** Steps before the aim of a long way at which a checkpoint is taken: who went there will go back a few. */
const approach = 1000;

/** A recorded run of a subject: it can be gone through in both directions. */
export class Timeline {
  /** The guest that is run. */
  readonly subject: Subject;
  /** The recorded inputs. */
  readonly inputs = new InputLog();
  /** Breakpoints and watchpoints. */
  readonly points: Points;
  /** The last trap and exit, for the search in the past. */
  readonly notes: Notes;
  readonly #checkpoints: Checkpoints<Moment>;
  readonly #interval: number;
  readonly #clock: () => number;
  readonly #followers: Follower[] = [];
  #edge = 0;
  readonly #bursts: { readonly least: number; readonly most: number };
  #burst: number;
  /** Milliseconds run since the last checkpoint. */
  #unkept = 0;

  /** Begins where the subject is. */
  constructor(subject: Subject, options: TimelineOptions = {}) {
    const { limits = defaultLimits, interval = defaultInterval, clock = () => performance.now() } = options;
    const { burst = defaultBurst } = options;
    this.subject = subject;
    this.#bursts = burst;
    this.#burst = burst.least;
    this.points = new Points(subject);
    this.#interval = interval;
    this.#clock = clock;
    const { disk } = subject.devices;
    const memory = new MemoryBlocks(subject.machine.memory);
    this.#checkpoints = new Checkpoints(disk ? [memory, disk] : [memory], limits);
    this.#edge = this.step;
    this.notes = new Notes(subject);
    this.#keep();
  }

  /** The step where the guest is. */
  get step(): number {
    return this.subject.machine.steps;
  }

  /** The first step that can be gone to. */
  get start(): number {
    return this.checkpointSteps[0] as number;
  }

  /** The furthest step reached. */
  get edge(): number {
    return this.#edge;
  }

  /** Whether there is nothing recorded after this: inputs can come. */
  get isAtEdge(): boolean {
    return this.step === this.#edge && this.inputs.nextStep === Number.POSITIVE_INFINITY;
  }

  /** The steps of the checkpoints, ascending. */
  get checkpointSteps(): readonly number[] {
    return this.#checkpoints.steps;
  }

  /** Bytes of memory and disk contents that the checkpoints hold. */
  get checkpointBytes(): number {
    return this.#checkpoints.bytes;
  }

  /** The step of the last checkpoint before `step`. */
  checkpointBefore(step: number): number {
    return this.#checkpoints.at(step - 1).step;
  }

  /** Takes something along from now on. */
  follow(follower: Follower): void {
    this.#followers.push(follower);
  }

  /** The guest gets an input now. What was recorded after now is forgotten. */
  record(input: Input): void {
    if (!this.isAtEdge) {
      this.#checkpoints.discardNext();
      this.#edge = this.step;
      this.subject.devices.forkOutput();
      for (const follower of this.#followers) follower.fork();
    }
    this.inputs.record(this.step, input);
    this.#apply(input);
  }

  /** Has the run be one that was recorded until step `end`. At the run's beginning. */
  replay(inputs: readonly RecordedInput[], end: number): void {
    this.inputs.load(inputs);
    this.#edge = Math.max(end, this.step);
    this.#applyRecorded();
  }

  /** Runs until step `until`, or until what is armed is met, or the guest stops or waits for input. */
  *forward(until: number, armed: Armed = 'none'): Travel<Stop> {
    const { machine } = this.subject;
    for (;;) {
      const next = Math.min(this.inputs.nextStep, this.#checkpoints.next?.step ?? until, until);
      const stop = this.#run(Math.min(next, machine.steps + this.#burst), armed);
      const waits = stop.kind === 'input' && this.inputs.nextStep === machine.steps;
      this.#arrive();
      if (stop.kind === 'limit' ? machine.steps >= until : !waits) return stop;
      yield;
    }
  }

  /** Goes to step `step`, or as far as the guest goes; nothing stops it on the way. */
  *seek(step: number): Travel<void> {
    if (step === this.step) return;
    const checkpoint = this.#checkpoints.at(step);
    if (step < this.step || checkpoint.step > this.step) this.#restore(checkpoint);
    if (step - this.step > 2 * approach) {
      const stop = yield* this.forward(step - approach);
      if (stop.kind !== 'limit') return;
      this.#keep();
    }
    if (step > this.step) yield* this.forward(step);
  }

  // ---- Running ----

  #run(until: number, armed: Armed): Stop {
    this.points.armed = armed;
    this.points.written = undefined;
    this.points.trapped = undefined;
    const started = this.#clock();
    const stop = this.subject.run(until);
    const took = this.#clock() - started;
    this.points.armed = 'none';
    this.#unkept += took;
    if (took < 1) this.#burst = Math.min(this.#burst * 2, this.#bursts.most);
    else if (took > 3) this.#burst = Math.max(this.#burst / 2, this.#bursts.least);
    return stop;
  }

  /** After a burst: a checkpoint that was met or is due, and the inputs of this step. */
  #arrive(): void {
    const { step } = this;
    this.#edge = Math.max(this.#edge, step);
    if (this.#checkpoints.next?.step === step) this.#pass(this.#checkpoints.next);
    else if (this.#unkept >= this.#interval) this.#keep();
    this.#applyRecorded();
  }

  #applyRecorded(): void {
    for (;;) {
      const input = this.inputs.take(this.step);
      if (input === undefined) return;
      this.#apply(input);
    }
  }

  /** A run that comes to a checkpoint again must be as it was. */
  #pass({ step, state }: Checkpoint<Moment>): void {
    const { machine } = this.subject;
    const { pc, status, registers } = state.machine;
    if (
      machine.pc !== pc ||
      machine.status !== status ||
      registers.some((value, n) => machine.x[n] !== value)
    )
      throw new Error(`at step ${step}, the run is not as it was when it was recorded`);
    this.#checkpoints.pass();
    this.#unkept = 0;
  }

  // ---- Checkpoints ----

  /** Takes a checkpoint here, unless inputs of this step were had already: those come after it. */
  #keep(): void {
    const { machine, devices } = this.subject;
    if (this.inputs.all[this.inputs.position - 1]?.step === this.step) return;
    const followers = new Map(this.#followers.map((follower) => [follower, follower.save()]));
    const moment = {
      machine: machine.save(),
      devices: devices.save(),
      inputs: this.inputs.position,
      followers,
    };
    this.#checkpoints.take(this.step, moment);
    this.#unkept = 0;
  }

  #restore(checkpoint: Checkpoint<Moment>): void {
    const { machine, devices, inputs, followers } = checkpoint.state;
    for (const follower of this.#followers) follower.restore(followers.get(follower));
    this.#checkpoints.restore(checkpoint);
    this.subject.restore(machine);
    this.subject.devices.restore(devices);
    this.inputs.position = inputs;
    this.#unkept = 0;
    this.#applyRecorded();
  }

  // ---- Inputs ----

  #apply(input: Input): void {
    const { machine, devices } = this.subject;
    switch (input.kind) {
      case 'console':
        devices.console.feed(input.bytes);
        break;
      case 'console-end':
        devices.console.close();
        break;
      case 'frame':
        machine.deliver(input.bytes, input.at);
        break;
      case 'memory':
        machine.memory.fill(input.at, input.bytes);
        break;
      case 'register':
        this.#writeRegister(input);
        // What a monitor derived from the old state is dropped.
        this.subject.restore(machine.save());
        break;
      default:
        input satisfies never;
    }
  }

  #writeRegister({ file, number, value }: Extract<Input, { kind: 'register' }>): void {
    const { machine } = this.subject;
    if (file === 'pc') machine.pc = (value & ~3) >>> 0;
    else if (file === 'status') machine.status = value;
    else if (file === 'system') machine.writeSystem(number, value);
    else if (number !== 0) machine.x[number] = value;
  }
}

/**
 * What happened in a run, by step: the guest's traps, its exits to the monitor, and its output, each once, however often
 * the timeline goes back and runs again. Counters as the ledger's count such a step again; a chronicle does not.
 *
 * Traps, output and most exits follow from the guest's state: run again, they come again, in the same order. So it is
 * enough to know at each checkpoint how many there were. Exits that follow from what the monitor remembers (`ownExits` in
 * notes.ts) may come at other steps then. Of those, only what the first run through a step had is in the chronicle.
 */
import { ownExits } from './notes.ts';
import type { Follower, Timeline } from './timeline.ts';

/** Something that happened. `step` is the step before which it had not happened; numbers are unsigned. */
export type ChronicleEvent = { readonly step: number } & (
  | { readonly kind: 'trap'; readonly cause: number; readonly value: number; readonly pc: number }
  /** An exit to the monitor, by its name in the ledger. */
  | { readonly kind: 'exit'; readonly name: string; readonly pc: number }
  /** A byte printed. */
  | { readonly kind: 'output'; readonly byte: number }
);

/** Events that are stored of either kind before the older half is given up. */
const defaultMost = 2 ** 20;

/** What happened in a timeline's run, by step, each event once. */
export class Chronicle implements Follower {
  readonly #timeline: Timeline;
  readonly #most: number;
  /** Events that come again when a step is run again. */
  #repeated: ChronicleEvent[] = [];
  /** How many of them were given up. */
  #forgotten = 0;
  /** How many of them, the forgotten ones too, were before now. */
  #had = 0;
  /** Exits that may not come again. */
  #once: ChronicleEvent[] = [];
  /** The furthest step from which the timeline went back, and the exits of `#once` then. */
  #reached = -1;
  #onceThen = 0;
  #start: number;

  /** Begins where the timeline is, which is to be at its edge. Stores up to `most` events of either kind. */
  constructor(timeline: Timeline, most = defaultMost) {
    this.#timeline = timeline;
    this.#most = most;
    this.#start = timeline.step;
    const { machine, ledger, devices } = timeline.subject;
    const { onTrap } = machine;
    machine.onTrap = (cause, value, pc) => {
      this.#add({ step: machine.steps, kind: 'trap', cause: cause >>> 0, value: value >>> 0, pc: pc >>> 0 });
      onTrap?.(cause, value, pc);
    };
    devices.onOutput = (byte) => this.#add({ step: machine.steps, kind: 'output', byte });
    if (ledger !== undefined) {
      const { onExit } = ledger;
      ledger.onExit = (name, pc) => {
        const event: ChronicleEvent = { step: machine.steps, kind: 'exit', name, pc: pc >>> 0 };
        if (ownExits.has(name)) this.#addOnce(event);
        else this.#add(event);
        onExit?.(name, pc);
      };
    }
    timeline.follow(this);
  }

  /** The first step whose events are all here: 0, or later when older ones were given up. */
  get start(): number {
    return this.#start;
  }

  /** The events of steps `from` to `to` - 1, by step. */
  between(from: number, to: number): ChronicleEvent[] {
    const within = (events: readonly ChronicleEvent[]) =>
      events.slice(firstAt(events, from), firstAt(events, to));
    return [...within(this.#repeated), ...within(this.#once)].sort((a, b) => a.step - b.step);
  }

  /** The last event before step `step`. */
  before(step: number): ChronicleEvent | undefined {
    const candidates = [this.#repeated, this.#once].map((events) => events[firstAt(events, step) - 1]);
    return candidates.reduce((a, b) => (b !== undefined && (a === undefined || b.step > a.step) ? b : a));
  }

  /** The first event of step `step` or later, as far as the run has been. */
  from(step: number): ChronicleEvent | undefined {
    const candidates = [this.#repeated, this.#once].map((events) => events[firstAt(events, step)]);
    return candidates.reduce((a, b) => (b !== undefined && (a === undefined || b.step < a.step) ? b : a));
  }

  // ---- As the timeline goes ----

  /** For the timeline: how many events of the run come before now. */
  save(): number {
    return this.#had;
  }

  /** For the timeline: goes back to where `save` returned `had`; undefined = to before the chronicle began. */
  restore(had: number | undefined): void {
    const { step } = this.#timeline;
    if (step > this.#reached) {
      this.#reached = step;
      this.#onceThen = this.#once.length;
    }
    this.#had = had ?? 0;
  }

  /** For the timeline: forgets the events after now, because the run will go on in another way. */
  fork(): void {
    const { step } = this.#timeline;
    this.#repeated.length = Math.max(0, this.#had - this.#forgotten);
    this.#once.length = firstAt(this.#once, step);
    this.#reached = Math.min(this.#reached, step - 1);
    this.#onceThen = this.#once.length;
  }

  #add(event: ChronicleEvent): void {
    const known = this.#had - this.#forgotten < this.#repeated.length;
    this.#had += 1;
    if (known) return;
    this.#repeated.push(event);
    if (this.#repeated.length <= this.#most) return;
    this.#forgotten += this.#repeated.length - Math.floor(this.#most / 2);
    this.#repeated = this.#newer(this.#repeated);
  }

  #addOnce(event: ChronicleEvent): void {
    if (event.step < this.#reached) return;
    const hadBefore = this.#once[this.#onceThen - 1]?.step === this.#reached;
    if (event.step === this.#reached && hadBefore) return;
    this.#once.push(event);
    if (this.#once.length <= this.#most) return;
    const before = this.#once.length;
    this.#once = this.#newer(this.#once);
    this.#onceThen = Math.max(0, this.#onceThen - (before - this.#once.length));
  }

  /** The newer half of a list that is full. */
  #newer(events: readonly ChronicleEvent[]): ChronicleEvent[] {
    const newer = events.slice(-Math.floor(this.#most / 2));
    this.#start = Math.max(this.#start, ((newer[0] ?? events.at(-1)) as ChronicleEvent).step + 1);
    return newer;
  }
}

/** The index of the first event of step `step` or later. */
function firstAt(events: readonly ChronicleEvent[], step: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle] as ChronicleEvent).step < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

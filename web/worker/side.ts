/** One of the two machines: a guest with its timeline, what it printed, and what happened in its run. */
import { utf8 } from '../../isa/machine/bytes.ts';
import { MemoryDisk } from '../../isa/machine/devices/disk.ts';
import type { Image } from '../../isa/machine/image.ts';
import { watchLockup } from '../../isa/machine/lockup.ts';
import { ProgramMap } from '../../isa/machine/program-map.ts';
import { describeTrap, peekWord, physicalAddress, sourceLine } from '../../isa/machine/report.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { disassemble } from '../../isa/table/disassemble.ts';
import { systemRegisters } from '../../isa/table/sysregs.ts';
import { rowOf } from '../../isa/table/table.ts';
import type { Variant } from '../../isa/table/variants.ts';
import { supervisorRing } from '../../vmm/guest/compression.ts';
import { Chronicle, type ChronicleEvent } from '../../vmm/replay/chronicle.ts';
import { RecordedDevices } from '../../vmm/replay/devices.ts';
import type { Input, RecordedInput } from '../../vmm/replay/inputs.ts';
import type { Armed } from '../../vmm/replay/points.ts';
import { stepBack, stepForward } from '../../vmm/replay/stepping.ts';
import { createSubject, type Subject } from '../../vmm/replay/subject.ts';
import { Timeline, type Travel } from '../../vmm/replay/timeline.ts';
import type { EventItem, SideFrame } from './frame.ts';
import { Printed } from './printed.ts';

/** What a side is made of. */
export interface SideOptions {
  readonly image: Image;
  readonly variant: Variant;
  readonly memory: number;
  /** A strategy's name, or `none`: the bare machine. */
  readonly monitor: string;
  readonly translateUser: boolean;
  readonly disk: Uint8Array | undefined;
  readonly inputs: readonly RecordedInput[];
  /** Milliseconds since some beginning, which decide when checkpoints are taken; default the computer's clock. */
  readonly clock?: (() => number) | undefined;
}

/** Bytes of checkpoints, events and steps at once that a page can spare. */
const limits = { bytes: 24 * 2 ** 20, count: 256 };
const burst = { least: 64, most: 2 ** 20 };
const mostEvents = 2 ** 16;

/** Events shown before and after a step. */
const shownEvents = 12;

/** The guest's registers, to see what a step changed. */
type Registers = readonly [general: Int32Array, system: readonly number[]];

export class Side {
  readonly subject: Subject;
  readonly timeline: Timeline;
  readonly chronicle: Chronicle;
  readonly printed = new Printed();
  readonly #monitor: string;
  readonly #program: ProgramMap;
  readonly #lockup: ReturnType<typeof watchLockup>;
  /** Where the guest ended for good, and why. */
  #end: { readonly step: number; readonly reason: string } | undefined;
  #wantsInput = false;
  /** The registers before the last step; undefined at the beginning. */
  #before: Registers | undefined;

  /** Throws what `createSubject` throws. */
  constructor({ disk, inputs, clock, ...options }: SideOptions) {
    const devices = new RecordedDevices({
      print: (byte) => this.printed.add(byte),
      disk: disk && new MemoryDisk(disk.slice()),
    });
    this.subject = createSubject({ ...options, engine: 'interpreter', devices });
    this.#monitor = options.monitor;
    this.#lockup = watchLockup(this.subject.machine);
    this.timeline = new Timeline(this.subject, { limits, burst, clock });
    this.chronicle = new Chronicle(this.timeline, mostEvents);
    this.timeline.replay(inputs, inputs.at(-1)?.step ?? 0);
    this.#program = new ProgramMap(options.image);
  }

  get step(): number {
    return this.timeline.step;
  }

  /** The step at which the guest ended, or Infinity. */
  get end(): number {
    return this.#end?.step ?? Number.POSITIVE_INFINITY;
  }

  /** Goes to a step, or as far as the guest goes, and notes what the last step changed. */
  *goTo(step: number, armed: Armed = 'none'): Travel<Stop | undefined> {
    const aim = Math.min(step, this.end);
    if (aim !== this.step + 1) yield* this.timeline.seek(Math.max(aim - 1, 0));
    if (this.step >= aim) {
      this.#before = undefined;
      yield* this.timeline.seek(aim);
      return this.#noteStop({ kind: 'limit' });
    }
    this.#before = this.#registers();
    return this.#noteStop(yield* this.timeline.forward(aim, armed));
  }

  /** One step forwards or back, as people count them: a wait is one. */
  *goBy(direction: 1 | -1): Travel<void> {
    if (direction < 0) {
      yield* stepBack(this.timeline);
      return yield* this.#arrive();
    }
    if (this.step >= this.end) return;
    this.#before = this.#registers();
    this.#noteStop(yield* stepForward(this.timeline));
  }

  /** Runs on to a step, or until what is armed is met. */
  *run(until: number, armed: Armed): Travel<Stop> {
    if (this.step >= Math.min(until, this.end)) return { kind: 'limit' };
    this.#before = undefined;
    const stop = yield* this.timeline.forward(Math.min(until, this.end), armed);
    this.#noteStop(stop);
    return stop;
  }

  /** After going somewhere: what the last step changed is as it was when one went there by a step. */
  *#arrive(): Travel<void> {
    const { step } = this;
    if (step > 0) yield* this.goTo(step);
    else this.#before = undefined;
  }

  /** The guest gets an input here, and what was known of its future is no more. */
  record(input: Input): void {
    this.printed.length = this.subject.devices.save().printed;
    this.#end = undefined;
    this.timeline.record(input);
  }

  #noteStop(stop: Stop): Stop {
    this.#wantsInput = stop.kind === 'input';
    const reason = this.#reason(stop);
    if (reason !== undefined) this.#end = { step: this.step, reason };
    return stop;
  }

  #reason(stop: Stop): string | undefined {
    if (stop.kind === 'power') return `powered off, status ${stop.status}`;
    if (stop.kind === 'forever') return 'waits for an interrupt that cannot come';
    if (stop.kind === 'unhandled')
      return `${describeTrap(stop.cause, stop.value)}, and there is no trap handler (TVEC is 0)`;
    const lockup = stop.kind === 'break' ? this.#lockup() : undefined;
    return (
      lockup && `its trap handler traps itself, again and again: ${describeTrap(lockup.cause, lockup.value)}`
    );
  }

  /** The physical address of a symbol or of a hexadecimal virtual address; undefined if it has none now. */
  locate(place: string): number | undefined {
    const number = /^(0x)?[0-9a-f]{1,8}$/i.test(place) ? Number.parseInt(place, 16) : undefined;
    const address = this.#program.symbols.address(place) ?? number;
    return address === undefined ? undefined : physicalAddress(this.subject.machine, address);
  }

  #registers(): Registers {
    const { machine } = this.subject;
    return [machine.x.slice(), systemRegisters.map(({ number }) => machine.readSystem(number))];
  }

  /** The ring in which the guest's next instruction is executed; undefined if the monitor interprets it. */
  #realRing(): number | undefined {
    const { ring } = this.subject.machine;
    if (this.#monitor === 'none') return ring;
    const isInterpreted = this.#monitor === 'interpret' || (this.#monitor === 'hybrid' && ring === 0);
    return isInterpreted ? undefined : ring === 0 ? supervisorRing : ring;
  }

  /** What the page shows. */
  frame(): SideFrame {
    const { machine, ledger } = this.subject;
    const pc = machine.pc >>> 0;
    const word = peekWord(machine, pc);
    const row = word === undefined ? undefined : rowOf(word);
    const line = sourceLine(machine, this.#program, pc);
    const [x, system] = this.#registers();
    const { symbols } = this.#program;
    return {
      step: this.step,
      pc,
      at: symbols.describe(pc),
      asm:
        word === undefined ? '' : disassemble(word, pc, (to) => symbols.exact(to) ?? `0x${to.toString(16)}`),
      row: row?.name,
      critical:
        row !== undefined && row.privilege === 'variant' && machine.variant.unprivileged.has(row.name),
      line,
      ring: machine.ring,
      realRing: this.#realRing(),
      status: machine.status,
      paging: machine.paging,
      waiting: machine.waiting,
      x: Array.from(x, (value) => value >>> 0),
      system: system.map((value) => value >>> 0),
      changed: {
        x: differing(x, this.#before?.[0]),
        system: differing(system, this.#before?.[1]).filter((number) => systemRegisters[number]?.holds),
      },
      printed: this.printed.upTo(this.subject.devices.save().printed),
      ended: this.step >= this.end ? this.#end?.reason : undefined,
      wantsInput: this.#wantsInput,
      exits: ledger && [...ledger.exits.values()].reduce((sum, count) => sum + count, 0),
      events: this.events(),
    };
  }

  /** The last events before this step, and the next ones from it on. */
  events(around = shownEvents): EventItem[] {
    const { chronicle, step, timeline } = this;
    const found: ChronicleEvent[] = [];
    for (let at = step; found.length < around; ) {
      const event = chronicle.before(at);
      if (event === undefined) break;
      found.unshift(...chronicle.between(event.step, at).filter(isShown));
      at = event.step;
    }
    const later: ChronicleEvent[] = [];
    for (let at = step; later.length < around && at <= timeline.edge; ) {
      const event = chronicle.from(at);
      if (event === undefined) break;
      later.push(...chronicle.between(event.step, event.step + 1).filter(isShown));
      at = event.step + 1;
    }
    return [...found.slice(-around), ...later.slice(0, around)].map(itemOf);
  }
}

/** A turn's end is the host's business, and output is on the console. */
export function isShown(event: ChronicleEvent): boolean {
  return event.kind === 'trap' || (event.kind === 'exit' && !event.name.startsWith('timer: the turn'));
}

function itemOf(event: ChronicleEvent): EventItem {
  const { step, kind } = event;
  if (kind === 'trap') return { step, kind, text: `trap: ${describeTrap(event.cause, event.value)}` };
  return { step, kind, text: kind === 'exit' ? event.name : String.fromCharCode(event.byte) };
}

function differing(now: ArrayLike<number>, before: ArrayLike<number> | undefined): number[] {
  if (before === undefined) return [];
  return Array.from({ length: now.length }, (_, n) => n).filter((n) => now[n] !== before[n]);
}

/** Console input as bytes. */
export function typed(text: string): Input {
  return { kind: 'console', bytes: utf8(text) };
}

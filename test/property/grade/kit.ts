/**
 * The submission's side of the border. All of this runs in the realm that the submission has for itself, and no function
 * or object of another realm is ever in it: it is called with texts and numbers, and it answers with numbers and with
 * what it wrote to `sheet` (transcript.ts).
 *
 * What a submission spoils here, it spoils for itself: the judge makes every call again, on a machine of its own.
 */
import type { Image } from '../../../isa/machine/image.ts';
import type { Stop } from '../../../isa/machine/stop.ts';
import { plainStorage } from '../../../isa/machine/storage.ts';
import { systemRegisters } from '../../../isa/table/sysregs.ts';
import type { Monitor, MonitorFactory, RealMachine } from '../contract.ts';
import { Gate } from '../gate.ts';
import { allocationFor, realSize } from '../ground.ts';
import { Hardware } from '../hardware.ts';
import { mostChanges, mostCharacters, mostWords, OP, type Order, stopKinds } from './transcript.ts';

export { CAUSE, decode, LINE, PORT, PTE, SR, STATUS, systemRegisters } from '../for-monitors.ts';

/** Characters that a monitor may print for one guest. */
const mostPrinted = 2 ** 16;

/** Where turns are written; the host reads it. */
export const sheet = new ArrayBuffer(4 * mostWords);
const words = new Int32Array(sheet);

/** The turn's changes are more than there may be. */
class Over extends Error {}

/** The pen: writes one turn at a time. */
class Pen {
  #at = 0;
  #changes = 0;
  /** Where the last WRITE is, while it may be continued. */
  #last = -1;

  begin(): void {
    this.#at = 0;
    this.#changes = 0;
    this.#last = -1;
  }

  get length(): number {
    return this.#at;
  }

  change(...change: number[]): void {
    this.#changes += 1;
    if (this.#changes > mostChanges) throw new Over('it makes no end of changes in one turn');
    this.#last = -1;
    this.put(change);
  }

  /** A WRITE; joined to the last one if it goes on where that ended. */
  write(address: number, width: number, value: number): void {
    const at = this.#last;
    const isNext =
      at >= 0 &&
      words[at + 2] === width &&
      words[at + 3] === value &&
      (words[at + 1] as number) + width * (words[at + 4] as number) === address;
    if (isNext) words[at + 4] = (words[at + 4] as number) + 1;
    else {
      const next = this.#at;
      this.change(OP.WRITE, address, width, value, 1);
      this.#last = next;
    }
  }

  put(list: readonly number[]): void {
    for (const word of list) words[this.#at++] = word;
  }
}

const pen = new Pen();

/** The copy of the real machine of one guest; what is changed on it is written down. */
class Scribe implements RealMachine {
  readonly x: Int32Array;
  readonly #hardware: Hardware<Gate>;
  /** The general registers as the judge knows them. */
  readonly #known = new Int32Array(32);
  /** Something ended the guest: nothing more happens on the machine. */
  #isOver = false;

  constructor(hardware: Hardware<Gate>) {
    this.#hardware = hardware;
    this.x = hardware.x;
  }

  /** Has the machine do something. What the machine refuses ends the guest, whatever the monitor makes of it. */
  #act<R>(act: () => R): R {
    if (this.#isOver) throw new Error('the real machine does not answer any more');
    try {
      return act();
    } catch (error) {
      this.#isOver = true;
      throw error;
    }
  }

  readSystem(number: number): number {
    return this.#hardware.readSystem(number | 0) ?? 0;
  }

  writeSystem(number: number, value: number): void {
    this.#act(() => {
      pen.change(OP.SYSTEM, number | 0, value | 0);
      this.#hardware.writeSystem(number | 0, value | 0);
    });
  }

  read(address: number, width: number): number {
    return this.#act(() => this.#hardware.read(address, width));
  }

  write(address: number, width: number, value: number): void {
    this.#act(() => {
      const hardware = this.#hardware;
      hardware.check(address, width);
      const mask = width === 4 ? -1 : 2 ** (8 * width) - 1;
      const before = hardware.read(address, width) | 0;
      if (before === (value & mask)) return;
      pen.write(address, width, value & mask);
      hardware.write(address, width, value | 0);
    });
  }

  input(port: number): number {
    return this.#act(() => {
      pen.change(OP.INPUT, port | 0);
      return this.#hardware.input(port | 0);
    });
  }

  output(port: number, value: number): void {
    this.#act(() => {
      pen.change(OP.OUTPUT, port | 0, value | 0);
      this.#hardware.output(port | 0, value | 0);
    });
  }

  wait(): void {
    this.#act(() => {
      pen.change(OP.WAIT);
      this.#hardware.wait();
    });
  }

  run() {
    return this.#act(() => {
      this.settle();
      pen.change(OP.RUN);
      const trap = this.#hardware.run();
      this.#known.set(this.x);
      return trap;
    });
  }

  /** Writes down the registers that the monitor changed. */
  settle(): void {
    const { x } = this;
    for (let n = 0; n < 32; n++) {
      if (x[n] === this.#known[n]) continue;
      this.#known[n] = x[n] as number;
      pen.change(OP.REGISTER, n, x[n] as number);
    }
  }
}

interface Guest {
  readonly hardware: Hardware<Gate>;
  readonly scribe: Scribe;
  readonly monitor: Monitor;
  readonly steps: readonly number[];
  turns: number;
}

let factory: unknown;
let guest: Guest | undefined;
let printed = 0;
const storage = plainStorage(realSize);

/** Takes what the submission exports. Whether that is a monitor's factory. */
export function adopt(exported: unknown): boolean {
  factory = exported;
  return typeof exported === 'function';
}

/** Bytes from hexadecimal. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, n) =>
    Number.parseInt(text.slice(2 * n, 2 * n + 2), 16),
  );
}

function imageFrom({ entry, segments }: Order): Image {
  return {
    entry,
    segments: segments.map(([address, size, text]) => ({
      address,
      size,
      bytes: bytesOf(text),
      writable: true,
      executable: true,
    })),
    sections: [],
    symbols: [],
    programHeaders: { address: 0, count: 0, size: 0 },
  };
}

/** What V8 throws when the system gives no more memory. */
const allocationFailed = /^RangeError: (Array buffer allocation failed|Invalid typed array length)/;
/** What `begin` and `turn` return then: it would be chance what fails next. */
const noMemory = -1;

/** Makes the monitor of a guest, an Order as JSON. Returns how many words of `sheet` say what it did, or `noMemory`. */
export function begin(text: string): number {
  pen.begin();
  printed = 0;
  guest = undefined;
  const order = JSON.parse(text) as Order;
  const { input, steps, cpuid } = order;
  const image = imageFrom(order);
  const variant = { name: '', unprivileged: new Set(order.unprivileged), cpuid };
  new Uint8Array(storage.buffer).fill(0);
  const hardware = new Hardware({ image, input, variant, storage, gate: (machine) => new Gate(machine) });
  hardware.gate.begin(0);
  const scribe = new Scribe(hardware);
  return told(() => {
    const monitor = (factory as MonitorFactory)(scribe, allocationFor(image, variant));
    guest = { hardware, scribe, monitor, steps, turns: 0 };
    pen.put([OP.MADE]);
  });
}

/** The guest's next turn. Returns how many words of `sheet` say what happened, or `noMemory`; 0: there is none. */
export function turn(): number {
  const current = guest;
  const until = current?.steps[current.turns];
  if (current === undefined || until === undefined) return 0;
  pen.begin();
  current.turns += 1;
  const { hardware, scribe, monitor } = current;
  return told(() => {
    hardware.gate.begin(until - monitor.guest.steps);
    const stop = monitor.run(until);
    scribe.settle();
    answer(stop, monitor);
    if (stop.kind !== 'limit') guest = undefined;
  });
}

/** Does something of the submission's; what it throws ends the guest, and is told. */
function told(act: () => void): number {
  try {
    act();
  } catch (error) {
    guest = undefined;
    const text = said(error);
    if (allocationFailed.test(text)) return noMemory;
    if (error instanceof Over) pen.put([OP.OVER, printed]);
    else {
      const units = text
        .slice(0, mostCharacters)
        .split('')
        .map((char) => char.charCodeAt(0));
      pen.put([OP.THREW, printed, units.length, ...units]);
    }
  }
  return pen.length;
}

function answer(stop: Stop, { guest: state }: Monitor): void {
  const kind = stopKinds.indexOf(stop?.kind as (typeof stopKinds)[number]);
  if (kind < 0) throw new Error('run returned no Stop');
  const { pc, status, steps, waiting } = state;
  if (![pc, status, steps].every((value) => typeof value === 'number') || typeof waiting !== 'boolean')
    throw new Error("the monitor's guest has no pc, status, steps or waiting");
  if (!(Number.isInteger(steps) && steps >= 0 && steps < 2 ** 31))
    throw new Error(`the monitor's guest has made ${steps} steps; that is no whole number from 0 on`);
  const a = stop.kind === 'power' ? stop.status : stop.kind === 'unhandled' ? stop.cause : 0;
  const b = stop.kind === 'unhandled' ? stop.value : 0;
  const system = systemRegisters.map((_, n) => Number(state.readSystem(n)) | 0);
  pen.put([OP.ANSWER, kind, a | 0, b | 0, pc | 0, status | 0, steps, waiting ? 1 : 0, printed, ...system]);
}

/** What was thrown, in words. */
export function said(error: unknown): string {
  try {
    if (!(error instanceof Error)) return `threw ${String(error)}`;
    return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
  } catch {
    return 'threw something that cannot be told';
  }
}

/** A clock that stands still: what a monitor does depends on its guest alone. */
function stopClock(): void {
  const Real = Date;
  function Still(...parts: unknown[]): unknown {
    if (new.target === undefined) return new Real(0).toString();
    return Reflect.construct(Real, parts.length === 0 ? [0] : parts, new.target);
  }
  Object.defineProperties(Still, Object.getOwnPropertyDescriptors(Real));
  Object.defineProperty(Real.prototype, 'constructor', { value: Still });
  Object.assign(Still, { now: () => 0 });
  Object.assign(globalThis, { Date: Still });
}

/**
 * Gives the submission a console whose output counts for nothing, and takes away what waits without end, and what shows
 * the time or when memory is freed.
 */
export function furnish(): void {
  stopClock();
  const print = (...parts: unknown[]) => {
    printed += parts.map(String).join(' ').length + 1;
    if (printed > mostPrinted) throw new Error('it printed more than a monitor has to say');
  };
  const names = ['log', 'error', 'warn', 'info', 'debug', 'trace', 'table', 'dir'];
  Object.assign(globalThis, { console: Object.fromEntries(names.map((name) => [name, print])) });
  const away = ['Atomics', 'SharedArrayBuffer', 'WebAssembly', 'Intl', 'WeakRef', 'FinalizationRegistry'];
  for (const name of away) Reflect.deleteProperty(globalThis, name);
}

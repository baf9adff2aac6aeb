/**
 * Two machines on which an instruction is executed in the same state: the bare machine, and the machine of a host in guest mode,
 * whose guest is as the bare machine is. The host has a memory of its own and its own state of every device.
 */
import { executeWord } from '../engines/interpreter/interpreter.ts';
import { BLOCK, CONTROL, REASON, SAVED } from '../machine/control-block.ts';
import { Console } from '../machine/devices/console.ts';
import { PORT } from '../machine/devices/ports.ts';
import { Machine } from '../machine/machine.ts';
import type { MachineState } from '../machine/state.ts';
import { PAGE } from '../machine/storage.ts';
import { PTE } from '../machine/translate.ts';
import { registerName } from '../table/registers.ts';
import type { Intercept } from '../table/row.ts';
import { SR, systemRegisters } from '../table/sysregs.ts';
import { type Variant, withFeatures } from '../table/variants.ts';
import { type GuestState, HIDDEN, looked } from './guest-states.ts';
import { RS1, RS2, type Sample } from './operands.ts';
import { contents, WINDOW } from './world.ts';

/** A kind of guest mode. */
export interface GuestKind {
  /** Whether there is a nested map; otherwise shadow tables. */
  readonly nested: boolean;
  /** Whether the guest has a timer and interrupt lines of its own. */
  readonly virtual: boolean;
}

/** Physical addresses on the host's machine: its own pages, and the guest's memory. */
const [block, root, table, place] = [0x1000, 0x2000, 0x3000, 0x20000];
/** Words of the control block that are used. */
const blockWords = 192;
const all = PTE.V | PTE.RIGHTS | PTE.U | PTE.A | PTE.D;

export class GuestPair {
  readonly #kind: GuestKind;
  readonly #bare: Witnessed;
  readonly #host: Witnessed;
  /** The machines before anything is done with them. */
  readonly #reset: MachineState;
  readonly #hostState: MachineState;
  /** The bare machine in the state that was prepared. */
  #start: MachineState;
  #startElsewhere: Elsewhere = [];
  /** What the host has that no guest may change: its devices, its timer, and the control block as it was at the entry. */
  readonly #hostElsewhere: Elsewhere;
  readonly #block = new Int32Array(blockWords);
  /** The cause of the trap that the bare machine took. */
  #trap: number | undefined;
  /** Executions in guest mode so far. */
  executions = 0;

  constructor(variant: Variant, kind: GuestKind) {
    this.#kind = kind;
    this.#bare = new Witnessed(WINDOW, variant, false);
    this.#bare.onTrap = (cause) => {
      this.#trap = cause;
    };
    this.#reset = this.#bare.save();
    this.#start = this.#reset;
    const features = withFeatures(variant, ['guest', 'nested', 'virtual-timer', 'ports']);
    this.#host = new Witnessed(place + WINDOW, features, true);
    this.#hostState = this.#makeHost();
    this.#hostElsewhere = elsewhere(this.#host, true);
  }

  /** What is the host's own, and no guest's. */
  #makeHost(): MachineState {
    const host = this.#host;
    host.memory.write(root, 4, table | PTE.V);
    for (let page = 0; page < WINDOW; page += PAGE) {
      const entry = !this.#kind.nested && page === HIDDEN ? 0 : (place + page) | all;
      host.memory.write(table + (page >>> 10), 4, entry);
    }
    host.writeSystem(SR.TVEC, 0x100);
    host.writeSystem(SR.SCRATCH0, 0x1111);
    host.output(PORT.DISK_SECTOR, 3);
    host.output(PORT.NET_RING, 2);
    host.steps = 77;
    host.writeSystem(SR.TIMER, 5000);
    return host.save();
  }

  /** Brings the bare machine into a state. Returns false if this kind of guest mode does not execute code there. */
  prepare(state: GuestState): boolean {
    if (!this.#kind.nested && !state.isPaged) return false;
    const bare = this.#bare;
    bare.restore(this.#reset);
    while (bare.console.waits()) bare.console.take();
    bare.memory.fill(0, contents);
    state.apply(bare);
    this.#start = bare.save();
    this.#startElsewhere = elsewhere(bare, !this.#kind.virtual);
    this.#host.memory.fill(place, bare.memory.bytes);
    return true;
  }

  /**
   * Executes a sample on both. If `exits` is undefined, nothing exits, and what is different afterwards is the result, in words;
   * undefined if nothing is. If it is an intercept, its bit is set, and the result says what is wrong if guest mode has not ended
   * before the instruction. An instruction that traps on the bare machine must trap in guest mode then.
   */
  difference(sample: Sample, exits: Intercept | undefined): string | undefined {
    const [bare, host] = [this.#bare, this.#host];
    this.executions += 1;
    bare.restore(this.#start);
    this.#enter(exits);
    for (const machine of [bare, host]) {
      machine.x[RS1] = sample.rs1?.value ?? 0;
      machine.x[RS2] = sample.rs2?.value ?? 0;
    }
    this.#trap = undefined;
    executeWord(bare, sample.at.word);
    const ended = this.#run(sample.at.word);
    if (exits === undefined || this.#trap !== undefined)
      return ended === undefined ? this.#compare() : `guest mode ended, reason ${ended}`;
    if (ended !== REASON.INSTRUCTION) return 'it did not exit';
    return host.memory.read(block + BLOCK.QUALIFICATION, 4) >>> 0 === sample.at.word >>> 0
      ? undefined
      : 'another word exited';
  }

  /** Executes the word in guest mode. Returns the reason if guest mode has ended. */
  #run(word: number): number | undefined {
    const host = this.#host;
    executeWord(host, word);
    return host.guest === undefined ? host.memory.read(block + BLOCK.REASON, 4) : undefined;
  }

  /** Enters guest mode on the host's machine, with a guest that is as the bare machine is. */
  #enter(exits: Intercept | undefined): void {
    const [bare, host] = [this.#bare, this.#host];
    const { memory } = host;
    const put = (offset: number, value: number) => memory.write(block + offset, 4, value);
    host.restore(this.#hostState);
    memory.fill(block, new Uint8Array(PAGE));
    if (exits !== undefined) put(offsetOf(exits), 1 << (exits.number & 31));
    put(BLOCK.CONTROL, (this.#kind.nested ? CONTROL.NESTED : 0) | (this.#kind.virtual ? CONTROL.VIRTUAL : 0));
    put(BLOCK.ROOT, root);
    const offset = bare.steps - host.after;
    put(BLOCK.TIME_OFFSET, offset | 0);
    put(BLOCK.TIME_OFFSET + 4, Math.floor(offset / 2 ** 32));
    put(BLOCK.TIMER, bare.readSystem(SR.TIMER));
    put(BLOCK.LINES, bare.pending());
    put(BLOCK.GUEST + SAVED.PC, bare.pc);
    put(BLOCK.GUEST + SAVED.STATUS, bare.status);
    for (const { number, holds } of systemRegisters)
      if (holds) put(BLOCK.GUEST + SAVED.SYSTEM + 4 * number, bare.readSystem(number));
    host.pc = host.enterGuest(block, 0, 0) >>> 0;
    host.steps += 1;
    host.x.set(bare.x);
    this.#block.set(memory.words.subarray(block / 4, block / 4 + blockWords));
  }

  /** What is different after an instruction that has not ended guest mode. */
  #compare(): string | undefined {
    const [bare, host] = [this.#bare, this.#host];
    if (bare.pc !== host.pc) return `it goes to ${bare.pc}, in guest mode to ${host.pc}`;
    const n = bare.x.findIndex((value, k) => value !== host.x[k]);
    if (n >= 0) return `${registerName(n)} is ${bare.x[n]}, in guest mode ${host.x[n]}`;
    if (bare.status !== host.status) return `STATUS is ${bare.status}, in guest mode ${host.status}`;
    if (bare.waiting !== host.waiting) return 'it waits in one of them only';
    for (const { number, name } of systemRegisters) {
      const isHosts = !this.#kind.virtual && (number === SR.TIMER || number === SR.IPEND);
      const [one, other] = [bare.readSystem(number), host.readSystem(number)];
      if (!isHosts && one !== other) return `${name} is ${one}, in guest mode ${other}`;
    }
    return this.#compareOutside() ?? this.#compareMap();
  }

  /** What the guest should have changed and could not, because the block does not hold it; what of the host's has changed. */
  #compareOutside(): string | undefined {
    const changed = firstDifference(this.#startElsewhere, elsewhere(this.#bare, !this.#kind.virtual));
    if (changed !== undefined) return `it changes the ${changed}, which the control block does not hold`;
    const reached = firstDifference(this.#hostElsewhere, elsewhere(this.#host, true));
    if (reached !== undefined) return `it changes the host's ${reached}`;
    const { words } = this.#host.memory;
    for (let n = 0; n < blockWords; n++)
      if (this.#block[n] !== words[block / 4 + n]) return `it changes the control block at ${4 * n}`;
    return undefined;
  }

  /** Pages that are in other places than the bare machine has them. */
  #compareMap(): string | undefined {
    for (const address of looked) {
      const { physical, rights } = this.#bare.probe(address);
      if (physical < 0 || rights === 0) continue;
      const found = this.#host.probe(address).physical;
      const guest = this.#kind.nested || found < 0 ? found : found - place;
      if (guest !== physical) return `address ${address} is at ${physical}, in guest mode at ${guest}`;
    }
    return undefined;
  }
}

/** A machine that counts what it prints, and does not stop. */
class Witnessed extends Machine {
  printed = 0;
  poweredOff = 0;

  constructor(memory: number, variant: Variant, hosted: boolean) {
    super({
      memory,
      variant,
      hosted,
      console: new Console(() => {
        this.printed += 1;
      }),
    });
  }

  override powerOff(): void {
    this.poweredOff += 1;
  }

  override restore(state: MachineState): void {
    super.restore(state);
    this.printed = 0;
    this.poweredOff = 0;
  }
}

/** What a machine has that the control block does not hold, but for the timer. */
const things: readonly (readonly [name: string, read: (machine: Witnessed) => number])[] = [
  ['console', ({ printed }) => printed],
  ['console', ({ console }) => (console.interrupts ? 1 : 0) + (console.waits() ? 2 : 0)],
  ['disk', ({ disk }) => disk.sector],
  ['disk', ({ disk }) => disk.address],
  ['disk', ({ disk }) => disk.status],
  ['network', ({ network }) => network.descriptors],
  ['network', ({ network }) => network.control],
  ['network', ({ network }) => Number(network.sends)],
  ['network', ({ network }) => network.transmit],
  ['network', ({ network }) => network.receive],
  ['power', ({ poweredOff }) => poweredOff],
];
const timer: typeof things = [
  ['timer', (machine) => machine.nextEvent],
  ['timer', (machine) => machine.pending()],
];

type Elsewhere = readonly (readonly [name: string, value: number])[];

function elsewhere(machine: Witnessed, withTimer: boolean): Elsewhere {
  return [...things, ...(withTimer ? timer : [])].map(([name, read]) => [name, read(machine)]);
}

/** The name of the first thing that is not the same. */
function firstDifference(one: Elsewhere, other: Elsewhere): string | undefined {
  return one.find(([, value], n) => value !== other[n]?.[1])?.[0];
}

/** Where the bit of an intercept is, in the control block. */
function offsetOf({ kind, number }: Intercept): number {
  if (kind === 'read') return BLOCK.READS;
  if (kind === 'write') return BLOCK.WRITES;
  return number < 32 ? BLOCK.INSTRUCTIONS : BLOCK.INSTRUCTIONS_HIGH;
}

/**
 * Hardware assistance: the guest runs in guest mode (isa/machine/guest-mode.ts), in its own rings and with system registers of
 * its own, until something exits to the monitor. There are two generations:
 *
 *   hardware          shadow page tables: page faults, writes of PTBR and instructions that look at the map exit.
 *                     Code with paging off has no shadow, and is interpreted.
 *   hardware-nested   a nested map of all of the guest's memory: nothing that the guest does to its own tables exits
 *
 * If the real machine has the features `virtual-timer` and `ports`, the guest uses them: its timer and its interrupts then
 * need no exits, and what it prints goes straight to the console. If it has an IOMMU too, a guest that has all of the disk drives
 * the disk itself (vmm/devices/passed-disk.ts).
 */
import type { Engine } from '../../isa/engines/engine.ts';
import { PORT } from '../../isa/machine/devices/ports.ts';
import { BLOCK, CONTROL, REASON, SAVED } from '../../isa/machine/control-block.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { pageFault, PTE } from '../../isa/machine/translate.ts';
import type { Feature } from '../../isa/table/features.ts';
import { type Instruction, instructionOf, interceptOf, type Row } from '../../isa/table/row.ts';
import { SR, systemRegisters } from '../../isa/table/sysregs.ts';
import { allRows, decode } from '../../isa/table/table.ts';
import { CAUSE, LINE } from '../../isa/table/traps.ts';
import { diskPorts, PassedDisk } from '../devices/passed-disk.ts';
import type { Allocation } from '../guest/allocator.ts';
import { longestTurn, runToTrap } from '../guest/enter.ts';
import { EXIT, type Ledger } from '../guest/ledger.ts';
import type { ShadowTables } from '../memory/shadow.ts';
import type { Dispatcher } from './dispatcher.ts';

/** What a strategy does with guest mode. */
export type Generation = 'shadow' | 'nested';

/** What it works with. */
export interface HardwareParts {
  readonly real: Machine;
  readonly engine: Engine;
  readonly cpu: Machine;
  readonly allocation: Allocation;
  readonly shadow: ShadowTables;
  readonly dispatcher: Dispatcher;
  readonly ledger: Ledger;
  /** Whether the guest has the console for itself. */
  readonly alone: boolean;
  /** Whether it gets the disk for itself even without an IOMMU. */
  readonly passDisk: boolean;
}

/** Instructions that show the page tables in use. With shadow tables they would show the monitor's. */
const lookAtTables = allRows.filter(({ sensitive, moves }) => sensitive.includes('location') && !moves);

/** Bits of the guest's registers and rows that the monitor wants to hear of. */
interface Intercepts {
  readonly rows: readonly Row[];
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** Causes, as bits. */
  readonly traps: number;
}

export class Hardware {
  readonly #parts: HardwareParts;
  readonly #generation: Generation;
  /** Whether the guest has a timer and interrupt lines in hardware. */
  readonly #virtual: boolean;
  readonly #block: number;
  readonly #nestedRoot: number;
  /** The tables of the nested map, by first-level index. */
  readonly #tables: number[] = [];
  /** The real disk, if the guest may have it for itself. */
  readonly #disk: PassedDisk | undefined;
  /** Whether the control block lets the guest use the disk now; undefined at first. */
  #hasDisk: boolean | undefined;

  /** Takes the control block, and the nested map, from the guest's frames. */
  constructor(parts: HardwareParts, generation: Generation) {
    this.#parts = parts;
    this.#generation = generation;
    // A monitor that is not Ring32 code takes each trap of its guest's machine; and a paravirtual one each interrupt.
    this.#virtual = this.#has('virtual-timer') && !parts.cpu.hosted && parts.cpu.paravirtual === undefined;
    this.#block = this.#frame();
    const passes = this.#passesDisk();
    this.#nestedRoot = generation === 'nested' || passes ? this.#mapAll() : 0;
    this.#disk = passes ? new PassedDisk(parts.real, parts.cpu.disk, this.#nestedRoot) : undefined;
    parts.cpu.memory.onPresence(() => this.#mapPresent());
    this.#writeIntercepts();
  }

  #has(feature: Feature): boolean {
    return this.#parts.real.variant.features?.has(feature) === true;
  }

  /**
   * Whether the guest may have the disk for itself: all of it is the guest's, its ports and its interrupt line can be passed, and
   * its addresses are translated.
   */
  #passesDisk(): boolean {
    const { allocation, real, passDisk } = this.#parts;
    const hasAll = allocation.sectors > 0 && allocation.sectors === real.disk.sectors;
    return hasAll && this.#virtual && this.#has('ports') && (this.#has('iommu') || passDisk);
  }

  /** A zeroed frame of the monitor. */
  #frame(): number {
    const { allocation, real } = this.#parts;
    const at = allocation.frames.take();
    if (at === undefined) throw new Error('the allocator has too few frames for a nested map');
    real.memory.fill(at, new Uint8Array(PAGE));
    return at;
  }

  /** Makes the nested map: the guest's memory, all of it, and nothing else. */
  #mapAll(): number {
    const { allocation, real } = this.#parts;
    const root = this.#frame();
    for (let n = 0; n < allocation.size / PAGE / 1024; n++) {
      this.#tables.push(this.#frame());
      real.memory.write(root + 4 * n, 4, (this.#tables[n] as number) | PTE.V);
    }
    this.#mapPresent();
    return root;
  }

  /** Writes the entries of the nested map: pages that the guest has given back are not mapped. */
  #mapPresent(): void {
    const { allocation, cpu, real } = this.#parts;
    const pages = this.#tables.length === 0 ? 0 : allocation.size / PAGE;
    for (let page = 0; page < pages; page++) {
      const at = (this.#tables[page >>> 10] as number) + (page % 1024) * 4;
      const mapped = (allocation.at + page * PAGE) | PTE.V | PTE.R | PTE.W | PTE.X;
      const entry = cpu.memory.has(page * PAGE, PAGE) ? mapped : 0;
      if (real.memory.read(at, 4) !== entry) real.memory.write(at, 4, entry);
    }
  }

  // ---- The control block ----

  #write(offset: number, word: number): void {
    this.#parts.real.memory.write(this.#block + offset, 4, word);
  }

  #read(offset: number): number {
    return this.#parts.real.memory.read(this.#block + offset, 4);
  }

  #intercepts(): Intercepts {
    const { cpu } = this.#parts;
    const shadowed = this.#generation === 'shadow';
    const rows = allRows.filter(
      (row) =>
        row.port !== undefined ||
        (calls(row) && cpu.paravirtual !== undefined) ||
        (row.feature === 'guest' && cpu.variant.features?.has('guest') === true),
    );
    const timing = this.#virtual ? [] : [SR.TIMER];
    return {
      rows: shadowed ? [...rows, ...lookAtTables] : rows,
      reads: this.#virtual ? [] : [SR.TIMER, SR.IPEND],
      writes: shadowed ? [...timing, SR.PTBR] : timing,
      traps: cpu.hosted ? -1 : shadowed ? bitsOf(pageFault) : 0,
    };
  }

  /** Writes the part of the block that stays as it is. */
  #writeIntercepts(): void {
    const { rows, reads, writes, traps } = this.#intercepts();
    const numbers = rows.map((row) => interceptOf(instructionOf(row, row.picture.match)).number);
    this.#write(BLOCK.INSTRUCTIONS, bitsOf(numbers.filter((n) => n < 32)));
    this.#write(BLOCK.INSTRUCTIONS_HIGH, bitsOf(numbers.filter((n) => n >= 32)));
    this.#write(BLOCK.READS, bitsOf(reads));
    this.#write(BLOCK.WRITES, bitsOf(writes));
    this.#write(BLOCK.TRAPS, traps);
  }

  /** Writes which devices are the guest's. It has no disk while it has a map of its own for one, which would have to come first. */
  #writeDevices(): void {
    const { alone, cpu } = this.#parts;
    const hasDisk = this.#disk !== undefined && cpu.iommu?.isOn('disk') !== true;
    if (this.#hasDisk === hasDisk) return;
    this.#hasDisk = hasDisk;
    const disk = hasDisk ? diskPorts : [];
    this.#writePorts(BLOCK.OUTPUTS, alone ? [PORT.CONSOLE_DATA, ...disk] : disk);
    this.#writePorts(BLOCK.INPUTS, disk);
    this.#write(BLOCK.DIRECT, hasDisk ? 1 << LINE.DISK : 0);
  }

  /** Writes a bitmap in which all ports exit but these, which are passed. */
  #writePorts(offset: number, passed: readonly number[]): void {
    for (const half of [0, 1])
      this.#write(offset + 4 * half, ~bitsOf(passed.filter((port) => port >>> 5 === half)));
  }

  /** Writes the guest's state, and what changes from entry to entry. `ahead`: the guest's TIME minus the machine's. */
  #writeEntry(ahead: number): void {
    const { cpu, shadow } = this.#parts;
    const nested = this.#generation === 'nested';
    const pending = cpu.pending();
    this.#writeDevices();
    this.#write(
      BLOCK.CONTROL,
      (nested ? CONTROL.NESTED : 0) |
        (this.#virtual ? CONTROL.VIRTUAL : 0) |
        (this.#has('ports') ? CONTROL.PORTS : 0) |
        (pending !== 0 && !this.#virtual ? CONTROL.WINDOW : 0),
    );
    this.#write(BLOCK.ROOT, nested ? this.#nestedRoot : shadow.ptbr);
    this.#write(BLOCK.LINES, this.#hasDisk ? pending & ~(1 << LINE.DISK) : pending);
    this.#write(BLOCK.TIMER, cpu.readSystem(SR.TIMER));
    this.#write(BLOCK.TIME_OFFSET, ahead | 0);
    this.#write(BLOCK.TIME_OFFSET + 4, Math.floor(ahead / 2 ** 32));
    this.#write(BLOCK.GUEST + SAVED.PC, cpu.pc);
    this.#write(BLOCK.GUEST + SAVED.STATUS, cpu.status);
    this.#write(BLOCK.GUEST + SAVED.WAITS, 0);
    for (const { number, holds } of systemRegisters)
      if (holds) this.#write(BLOCK.GUEST + SAVED.SYSTEM + 4 * number, cpu.readSystem(number));
  }

  // ---- One entry ----

  /** Whether the guest's present code can run in guest mode. */
  get covers(): boolean {
    return this.#generation === 'nested' || this.#parts.cpu.paging;
  }

  /**
   * The step before which the guest needs the monitor: the end of the run, or an event of a virtual device. The guest's timer
   * is an event too, unless the hardware has one for it.
   */
  #dueAt(until: number): number {
    const { cpu } = this.#parts;
    if (!this.#virtual) return cpu.horizon;
    const disk = this.#hasDisk ? Number.POSITIVE_INFINITY : cpu.disk.doneAt;
    return Math.min(until, disk, cpu.network.eventAt);
  }

  /** Executes the guest's code in guest mode, at most to step `until`, until an exit, and handles the exit. */
  run(until: number): void {
    const { real, engine, cpu, ledger } = this.#parts;
    const ahead = cpu.steps - real.after;
    this.#writeEntry(ahead);
    if (this.#hasDisk) this.#disk?.give(ahead);
    real.writeSystem(SR.TIMER, Math.min(this.#dueAt(until) - cpu.steps, longestTurn));
    const from = cpu.steps;
    this.#vmrun();
    this.#standBeside();
    const done = runToTrap(real, engine);
    real.onTrap = undefined;
    real.writeSystem(SR.TIMER, 0);
    if (this.#hasDisk) this.#disk?.takeBack(ahead);
    this.#readBack(from, done);
    ledger.direct += done;
    this.#handle();
  }

  /** The monitor's last instruction before the guest's next: a step of the real machine. */
  #vmrun(): void {
    const { real } = this.#parts;
    real.pc = real.enterGuest(this.#block, 0, 0) >>> 0;
    real.steps += 1;
  }

  /** Has whoever observes the guest's traps told of those that the guest takes in guest mode. */
  #standBeside(): void {
    const { real, cpu } = this.#parts;
    const { onTrap } = cpu;
    if (onTrap === undefined) return;
    const ahead = cpu.steps - real.steps;
    real.onTrap = (cause, value, pc) => {
      if (cause === CAUSE.GUEST_EXIT) return;
      cpu.steps = real.steps + ahead;
      // A trap at its own handler may be one that is taken for ever (isa/machine/lockup.ts), which depends on all of the state.
      if (pc === real.readSystem(SR.TVEC)) this.#copyState(real.status, (n) => real.readSystem(n));
      cpu.horizon = Number.POSITIVE_INFINITY;
      onTrap(cause, value, pc);
      if (cpu.horizon === 0) real.break();
    };
  }

  #copyState(status: number, read: (number: number) => number): void {
    const { cpu } = this.#parts;
    for (const { number, mask } of systemRegisters)
      if (mask !== undefined && number !== SR.TIMER) cpu.writeSystem(number, read(number));
    cpu.status = status;
  }

  /** Reads back what the guest has changed in `done` steps from step `from`. */
  #readBack(from: number, done: number): void {
    const { cpu } = this.#parts;
    cpu.steps = from + done;
    this.#copyState(this.#read(BLOCK.GUEST + SAVED.STATUS), (number) =>
      this.#read(BLOCK.GUEST + SAVED.SYSTEM + 4 * number),
    );
    cpu.pc = this.#read(BLOCK.GUEST + SAVED.PC) >>> 0;
    if (this.#virtual)
      cpu.setTimer(this.#read(BLOCK.TIMER) >>> 0, (this.#read(BLOCK.LINES) & (1 << LINE.TIMER)) !== 0);
    if (this.#read(BLOCK.GUEST + SAVED.WAITS) !== 0) cpu.wait();
  }

  #handle(): void {
    const { cpu, dispatcher, ledger } = this.#parts;
    const qualification = this.#read(BLOCK.QUALIFICATION);
    switch (this.#read(BLOCK.REASON)) {
      case REASON.INTERRUPT:
        ledger.exit(EXIT.TURN, cpu.pc);
        return;
      case REASON.WINDOW:
        ledger.exit(EXIT.WINDOW, cpu.pc);
        return;
      case REASON.IDLE:
        ledger.exit(EXIT.IDLE, cpu.pc);
        return;
      case REASON.NESTED:
        dispatcher.execute(EXIT.OUTSIDE);
        return;
      case REASON.INSTRUCTION: {
        const row = (decode(qualification) as Instruction).row;
        if (calls(row)) dispatcher.handle({ cause: CAUSE.ILLEGAL, value: qualification });
        else dispatcher.execute(`emulated: ${row.name}`, qualification);
        return;
      }
      default:
        dispatcher.handle({ cause: qualification, value: this.#read(BLOCK.VALUE) });
    }
  }
}

/** Whether it is the instruction that calls the monitor. */
function calls({ effect }: Row): boolean {
  return effect.kind === 'system' && effect.calls === true;
}

function bitsOf(numbers: readonly number[]): number {
  return numbers.reduce((bits, n) => bits | (1 << n), 0);
}

/** Frames that a guest with so many bytes of memory needs: for its control block, and for its nested map. */
export function framesForGuestMode(memory: number): number {
  return 2 + Math.ceil(memory / PAGE / 1024);
}

/**
 * The machine: processor state, memory, traps, time and devices, as isa/MANUAL.md specifies them.
 *
 * The machine does not execute instructions. An engine (isa/engines) fetches, does what the
 * row means and counts the step, and calls `settle` whenever `steps` reaches `horizon`.
 * Everything that can make an event due, make an interrupt deliverable or stop the machine
 * sets `horizon` to 0, so that the engine calls `settle` before the next instruction.
 *
 * Words are signed 32-bit numbers inside; `pc` is unsigned, and so is what public getters return.
 */
import type { Probe, Processor } from '../table/processor.ts';
import { SR, STATUS, systemRegisters } from '../table/sysregs.ts';
import { CAUSE, LINE } from '../table/traps.ts';
import { type Variant, variants } from '../table/variants.ts';
import { Console } from './devices/console.ts';
import { GuestContext } from './devices/context.ts';
import { Disk, DISK_STATUS, type DiskStore } from './devices/disk.ts';
import { Iommu } from './devices/iommu.ts';
import { Network, type NetworkLink } from './devices/network.ts';
import { type Board, inputFrom, outputTo } from './devices/ports.ts';
import { Addressing } from './addressing.ts';
import type { Breaks } from './breaks.ts';
import type { Component } from './component.ts';
import { BLOCK, readControls, REASON, SAVED } from './control-block.ts';
import { GuestMode } from './guest-mode.ts';
import { Memory } from './memory.ts';
import { Paravirtual } from './paravirtual/paravirtual.ts';
import { defaultMemory, MEMORY, PAGE, plainStorage, type Storage, systemAt } from './storage.ts';
import type { MachineState } from './state.ts';
import type { Stop } from './stop.ts';
import { never, Timer } from './timer.ts';
import type { Access } from './translate.ts';

/** What a machine is made of. Everything has a default. */
export interface MachineOptions {
  /** Bytes of physical memory, whole pages (MEMORY says how many); default 16 MiB. */
  readonly memory?: number | undefined;
  /** The variant of Ring32 that the machine is; default ring32-v. */
  readonly variant?: Variant | undefined;
  /** The console; default: one that drops what is printed and has no input. */
  readonly console?: Console | undefined;
  /** The disk; default: none. */
  readonly disk?: DiskStore | undefined;
  /** The network that its network device is plugged into; default: none. */
  readonly network?: NetworkLink | undefined;
  /** The host is the ring-0 software of the machine: every trap that is taken calls its `handler`, or stops the machine with `trap`. */
  readonly hosted?: boolean | undefined;
  /**
   * Answers `ecall` in place, on a hosted machine. It is called with the pc (signed) of the instruction and finds the
   * registers as the guest left them. It may change registers and memory. The guest then continues after the
   * instruction, which takes one step. `powerOff` ends the guest.
   */
  readonly answer?: ((pc: number) => void) | undefined;
  /** Whether `vmcall` in ring 0 is answered (paravirtual/); default: no, it is an illegal instruction. */
  readonly paravirtual?: boolean | undefined;
  /** The buffer for registers and memory; default: ordinary memory. */
  readonly storage?: Storage | undefined;
  /** Makes a virtual machine: its memory is a part of another machine's, from `at`, and it shares that machine's registers. */
  readonly within?: { readonly machine: Machine; readonly at: number } | undefined;
}

/** What an exit says in the control block besides its reason. Words signed or unsigned. */
export interface ExitDetails {
  readonly qualification?: number;
  readonly value?: number;
  readonly address?: number;
}

/** Writable bits of the system registers. */
const masks = Int32Array.from(systemRegisters, ({ mask = 0 }) => mask);
/** What a write to them does in addition. */
const acts = systemRegisters.map((register) => register.acts);

/** A Ring32 machine. An engine executes its instructions; see `createEngine`. */
export class Machine implements Processor, Board, Component<MachineState> {
  /** The buffer that contains the registers and the memory. */
  readonly storage: Storage;
  /** General registers x0 to x31 as signed words; x[0] is 0 and must stay so. */
  readonly x: Int32Array;
  /** Physical memory. */
  readonly memory: Memory;
  /** Which instructions do not trap outside ring 0. */
  readonly variant: Variant;
  /** The console behind the console's ports. */
  readonly console: Console;
  /** The disk controller, with its disk if there is one. */
  readonly disk: Disk;
  /** The network device. */
  readonly network: Network;
  /** The IOMMU; undefined if the variant does not have the feature. */
  readonly iommu: Iommu | undefined;
  /** The settings that the host gives to the guest; none at first. */
  readonly context = new GuestContext();
  /** Whether the host is the ring-0 software. See MachineOptions. */
  readonly hosted: boolean;
  /** Answers `ecall` in place; undefined = `ecall` traps. See MachineOptions. */
  readonly answer: ((pc: number) => void) | undefined;
  /** What answers `vmcall`; undefined = it is an illegal instruction. See MachineOptions. */
  readonly paravirtual: Paravirtual | undefined;
  /** Address of the next instruction, unsigned, current between steps. */
  pc = 0;
  /** TIME: steps since reset. An integer; 64 bits wide on the machine, exact here to 2^53. */
  steps = 0;
  /** The engine calls `settle` when `steps` reaches this. */
  horizon = 0;
  /** Called for every trap that is taken, before its handler runs. Words are signed. */
  onTrap: ((cause: number, value: number, pc: number) => void) | undefined;
  /** Where engines stop for a debugger. */
  breaks: Breaks | undefined;
  /**
   * The trap handler of the host of a hosted machine: it is called when a trap has been taken, and its step counted. True =
   * the machine goes on at `pc`; false = it stops with `trap`, as it does without a handler.
   */
  handler: (() => boolean) | undefined;
  #breakAsked = false;
  readonly #system: Int32Array;
  readonly #isVirtual: boolean;
  #status = 0;
  #stop: Stop | undefined;
  #waiting = false;
  /** Where the engine's run ends at the latest. */
  #until = 0;
  readonly #timer = new Timer();
  #guest: GuestMode | undefined;
  /** `translation` in the guest mode that ended last, and what was in force then. */
  #before = { tables: '', translation: 0 };
  /**
   * Changes whenever PTBR, LIMIT, or R while paging is off, has changed. Writes to page tables
   * and changes of ring, which can also change a translation, do not count.
   */
  translation = 0;
  #translations = 0;
  readonly #addressing: Addressing;

  /** Throws RangeError when the memory size is not whole pages or out of range. */
  constructor(options: MachineOptions = {}) {
    const size = options.memory ?? defaultMemory;
    if (size % PAGE !== 0 || size < MEMORY.min || size > MEMORY.max) {
      throw new RangeError(`${size} bytes of memory: it must be 4 KiB to 1 GiB, in whole pages of 4 KiB`);
    }
    const { within } = options;
    const storage = within?.machine.storage ?? options.storage ?? plainStorage(size);
    this.storage = storage;
    this.x = within?.machine.x ?? new Int32Array(storage.buffer, 0, 32);
    const { length } = systemRegisters;
    this.#system = within ? new Int32Array(length) : new Int32Array(storage.buffer, systemAt, length).fill(0);
    this.#isVirtual = within !== undefined;
    this.memory = new Memory(storage, size, within && { memory: within.machine.memory, at: within.at });
    this.#addressing = new Addressing(this.memory);
    this.variant = options.variant ?? (variants[0] as Variant);
    this.console = options.console ?? new Console(() => {});
    this.disk = new Disk(options.disk);
    this.network = new Network(options.network);
    this.iommu = this.variant.features?.has('iommu') ? new Iommu(this.memory) : undefined;
    this.hosted = options.hosted ?? false;
    this.answer = options.answer;
    this.paravirtual = options.paravirtual ? new Paravirtual(this.memory, this.network) : undefined;
    this.memory.onPresence(() => {
      this.#changeTranslation();
      this.#refresh();
    });
    this.#system[SR.RBOUND] = size;
    this.#system[SR.MEMSIZE] = size;
    this.#system[SR.CPUID] = this.variant.cpuid;
    this.#refresh();
  }

  // ---- Processor status and system registers ----

  /** STATUS as the bits of `STATUS`. */
  get status(): number {
    return this.#status;
  }

  /**
   * Sets STATUS; bits that do not exist are ignored. If the ring of a virtual machine changes, its engine ends,
   * because the monitor may continue in another way.
   */
  set status(value: number) {
    const changed = (this.#status ^ value) & STATUS.ALL;
    this.#status ^= changed;
    if ((changed & (STATUS.RING | STATUS.IF)) === 0) return;
    const isDeliverable = (this.#status & STATUS.IF) !== 0 && this.#hasLine();
    if (isDeliverable || (this.#isVirtual && (changed & STATUS.RING) !== 0)) this.horizon = 0;
    this.#refresh();
  }

  /** Whether something is to be done before an instruction with IF 1. */
  #hasLine(): boolean {
    const pending = this.pending();
    return this.#guest === undefined ? pending !== 0 : this.#guest.isDue(STATUS.IF, pending);
  }

  /** The current ring, 0 to 3. */
  get ring(): number {
    return this.#status & STATUS.RING;
  }

  /** Whether `hlt` waits for an interrupt line. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** Reads system register `number` (0 to 18), as a signed word. */
  readSystem(number: number): number {
    switch (number) {
      case SR.TIME:
        return (this.#guest?.time(this.steps) ?? this.steps) | 0;
      case SR.TIMEH:
        return Math.floor((this.#guest?.time(this.steps) ?? this.steps) / 2 ** 32) | 0;
      case SR.TIMER:
        return this.#ownTimer.read(this.steps);
      case SR.IPEND:
        return this.#guest?.isVirtual ? this.#guest.seen(this.pending()) : this.pending();
      default:
        return this.#system[number] as number;
    }
  }

  /**
   * Writes system register `number`, which must be writable, and does what a write to it does. Bits that it does not
   * have are ignored.
   */
  writeSystem(number: number, value: number): void {
    const before = this.#system[number];
    const after = value & (masks[number] as number);
    this.#system[number] = after;
    const act = acts[number];
    if (act === undefined) return;
    if (act === 'timer') {
      this.#ownTimer.arm(value >>> 0, this.after);
      const isSettled = this.horizon > 0 && this.#guest === undefined;
      this.horizon = isSettled ? Math.min(this.nextEvent, this.#until) : 0;
    } else if (before !== after) {
      if (act === 'translation' || this.#addressing.usesR) this.#changeTranslation();
      this.#refresh();
      // As with the ring: the monitor may continue in another way.
      if (this.#isVirtual && number === SR.PTBR) this.horizon = 0;
    }
  }

  /** The timer of TIMER: a guest's own, or the machine's. */
  get #ownTimer(): Timer {
    return this.#guest?.isVirtual ? this.#guest.timer : this.#timer;
  }

  #changeTranslation(): void {
    this.#translations += 1;
    this.translation = this.#translations;
    this.#addressing.forget();
  }

  #refresh(): void {
    this.#addressing.refresh(this.#system, this.#status & STATUS.RING);
  }

  // ---- Addresses (addressing.ts) ----

  /** Whether page tables are walked: paging is on, or the machine is in guest mode. */
  get paging(): boolean {
    return this.#addressing.paging;
  }

  /** While paging is off: what is added to a virtual address to get the physical one. This is the base of R. */
  get base(): number {
    return this.#addressing.base;
  }

  /** While paging is off: the first virtual address past what fetches, and accesses whose base is x0, can reach. */
  get plainBound(): number {
    return this.#addressing.plainBound;
  }

  /** While paging is off: the first virtual address past what accesses whose base is another register can reach. */
  get namedBound(): number {
    return this.#addressing.namedBound;
  }

  /**
   * Physical address of an access of `width` bytes at `va` (signed or unsigned), or
   * FAULT, or SPLIT. `named`: a load or store whose base register is not x0. Sets A and
   * D. With paging on and the access on one page, or paging off, the bytes lie together.
   */
  locate(va: number, width: number, access: Access, named: boolean): number {
    return this.#addressing.locate(va, width, access, named);
  }

  /** Translates `va` for the current ring without a trap and changes nothing. */
  probe(va: number): Probe {
    return this.#addressing.probe(va, this.ring);
  }

  // ---- Guest mode (guest-mode.ts) ----

  /** Guest mode; undefined if the machine is not in it. */
  get guest(): GuestMode | undefined {
    return this.#guest;
  }

  /** What engines ask about page tables that are walked (addressing.ts). */
  get tables(): Pick<
    Addressing,
    'tables' | 'isByPage' | 'entry' | 'leaf' | 'rootTable' | 'frameOf' | 'mapPages' | 'physical'
  > {
    return this.#addressing;
  }

  /**
   * Enters guest mode: what `vmrun`, the instruction `word` at `pc` (signed), does with the control block at address `at`.
   * Returns the guest's pc. Without the feature `guest` it takes the trap of an illegal instruction.
   */
  enterGuest(at: number, word: number, pc: number): number {
    const block = at >>> 0;
    const isThere = block % PAGE === 0 && block + PAGE <= this.memory.size;
    const { features } = this.variant;
    if (this.#guest !== undefined || !features?.has('guest') || !isThere)
      return this.trap(CAUSE.ILLEGAL, word, pc);
    this.#saveTo(block + BLOCK.HOST, (pc + 4) | 0);
    const guest = new GuestMode(block, readControls(this.memory, block, features), this.after);
    this.memory.write(block + BLOCK.EVENT, 4, 0);
    this.#loadFrom(block + BLOCK.GUEST, guest);
    this.#waiting = this.memory.read(block + BLOCK.GUEST + SAVED.WAITS, 4) === 1;
    return this.memory.read(block + BLOCK.GUEST + SAVED.PC, 4) & ~3;
  }

  /** Saves the processor's state in a control block; general registers stay where they are. */
  #saveTo(at: number, pc: number): void {
    const { memory } = this;
    memory.write(at + SAVED.PC, 4, pc);
    memory.write(at + SAVED.STATUS, 4, this.#status);
    memory.write(at + SAVED.WAITS, 4, this.#waiting ? 1 : 0);
    for (const { number } of systemRegisters)
      memory.write(at + SAVED.SYSTEM + 4 * number, 4, this.readSystem(number));
  }

  /** Loads a state from a control block: a guest's when guest mode begins, the host's when it ends. */
  #loadFrom(at: number, guest: GuestMode | undefined): void {
    const { memory } = this;
    const ended = this.#guest === undefined ? undefined : this.#translationKey();
    for (const { number, holds, mask = -1 } of systemRegisters)
      if (holds) this.#system[number] = memory.read(at + SAVED.SYSTEM + 4 * number, 4) & mask;
    this.#status = memory.read(at + SAVED.STATUS, 4) & STATUS.ALL;
    if (ended !== undefined) this.#before = { tables: ended, translation: this.translation };
    this.#setGuest(guest);
    // The same guest as before continues with the translations that engines have of it.
    const isSame = guest !== undefined && this.#translationKey() === this.#before.tables;
    if (isSame) this.translation = this.#before.translation;
    else this.#changeTranslation();
    this.horizon = 0;
  }

  #setGuest(guest: GuestMode | undefined): void {
    this.#guest = guest;
    this.#addressing.setGuest(guest);
    this.#refresh();
  }

  #translationKey(): string {
    return `${this.#addressing.tables} ${this.#system[SR.LIMIT]} ${this.#guest?.isNested} ${this.#guest?.moves}`;
  }

  /** Ends guest mode before the instruction at `pc`, and takes the trap `guest exit`, which is a step. Returns the next pc. */
  exitGuest(reason: number, details: ExitDetails, pc: number): number {
    const { memory } = this;
    const { block, timer, lines, isVirtual } = this.#guest as GuestMode;
    this.#saveTo(block + BLOCK.GUEST, pc);
    memory.write(block + BLOCK.REASON, 4, reason);
    memory.write(block + BLOCK.QUALIFICATION, 4, details.qualification ?? 0);
    memory.write(block + BLOCK.VALUE, 4, details.value ?? 0);
    memory.write(block + BLOCK.ADDRESS, 4, details.address ?? 0);
    if (isVirtual) {
      memory.write(block + BLOCK.TIMER, 4, timer.read(this.steps));
      memory.write(block + BLOCK.LINES, 4, lines);
    }
    this.#loadFrom(block + BLOCK.HOST, undefined);
    this.#waiting = false;
    return this.trap(CAUSE.GUEST_EXIT, block, memory.read(block + BLOCK.HOST + SAVED.PC, 4));
  }

  // ---- Traps ----

  /**
   * Takes a trap with this cause and value (ECAUSE and EVAL) for the instruction at `pc`. Returns the address of the next
   * instruction, which is that of the handler in TVEC. Without one the machine stops, and the result is `pc`. If `answer`
   * answers an `ecall`, the result is the address after it; if the host's `handler` handles a trap, it is where that goes on.
   */
  trap(cause: number, value: number, pc: number): number {
    const system = this.#system;
    if (this.#guest?.interceptsTrap(cause, system[SR.TVEC] as number))
      return this.exitGuest(REASON.TRAP, { qualification: cause, value }, pc);
    if (cause === CAUSE.ECALL && this.answer !== undefined) {
      this.onTrap?.(cause, value, pc);
      this.answer(pc);
      return (pc + 4) | 0;
    }
    if (system[SR.TVEC] === 0 && !this.hosted) {
      this.horizon = 0;
      this.#stop = { kind: 'unhandled', cause: cause >>> 0, value: value >>> 0 };
      this.steps -= 1; // The engine counts a step for every trap; this one is not taken.
      return pc;
    }
    this.onTrap?.(cause, value, pc);
    system[SR.EPC] = pc;
    system[SR.ESTATUS] = this.#status;
    system[SR.ERBASE] = system[SR.RBASE] as number;
    system[SR.ERBOUND] = system[SR.RBOUND] as number;
    system[SR.ECAUSE] = cause;
    system[SR.EVAL] = value;
    this.writeSystem(SR.RBASE, 0);
    this.writeSystem(SR.RBOUND, system[SR.MEMSIZE] as number);
    this.status = this.#status & STATUS.UF;
    if (this.hosted && this.#guest === undefined) {
      if (this.#isHandled()) return this.pc | 0;
      this.horizon = 0;
      this.#stop = { kind: 'trap' };
    }
    return system[SR.TVEC] as number;
  }

  /** Whether the host's handler has handled the trap, and the machine goes on. The engine counts the trap's step afterwards. */
  #isHandled(): boolean {
    if (this.handler === undefined) return false;
    this.steps += 1;
    const goesOn = this.handler();
    this.steps -= 1;
    return goesOn;
  }

  /** Raises the fault that `locate` found, for the instruction at `pc`. */
  fault(pc: number): number {
    const nested = this.#guest && this.#addressing.takeNested();
    if (nested !== undefined)
      return this.exitGuest(REASON.NESTED, { qualification: nested.access, address: nested.address | 0 }, pc);
    return this.trap(this.#addressing.faultCause, this.#addressing.faultAddress, pc);
  }

  /** Answers `vmcall`, the instruction `word` at `pc`, if this machine does; otherwise takes the trap. Returns the next pc. */
  callMonitor(word: number, pc: number): number {
    if (this.paravirtual === undefined || this.ring !== 0) return this.trap(CAUSE.ILLEGAL, word, pc);
    this.paravirtual.answer(this);
    this.horizon = 0;
    return (pc + 4) | 0;
  }

  // ---- Time, interrupts, stopping ----

  /** The step count after the current instruction. */
  get after(): number {
    return this.steps + 1;
  }

  /** Pending interrupt lines, line n in bit n. */
  pending(): number {
    const console = this.console.interrupts && this.console.waits();
    return (
      (this.#timer.isPending ? 1 << LINE.TIMER : 0) |
      (console ? 1 << LINE.CONSOLE : 0) |
      (this.disk.status >= DISK_STATUS.DONE || this.paravirtual?.disk.event ? 1 << LINE.DISK : 0) |
      (this.network.interrupts ? 1 << LINE.NETWORK : 0)
    );
  }

  /** Waits, from the next `settle` on, until an interrupt line is pending: what `hlt` does. */
  wait(): void {
    this.#waiting = true;
    this.horizon = 0;
  }

  /** The word that `in` reads from a port, signed or unsigned; all ones if the port has no input. */
  input(port: number): number {
    return inputFrom(this, port);
  }

  /** Writes a word to a port; a port without output ignores it. */
  output(port: number, value: number): void {
    outputTo(this, port, value);
    this.horizon = 0;
  }

  /** Stops the machine before its next instruction, with an exit status. */
  powerOff(status: number): void {
    this.#stop = { kind: 'power', status };
    this.horizon = 0;
  }

  /**
   * Stops the machine once, before its next instruction, with a stop of kind `break`. A hosted machine takes an
   * interrupt instead, as if its host's timer had ended the turn, so its host gets control.
   */
  break(): void {
    this.#breakAsked = true;
    this.horizon = 0;
  }

  /**
   * Brings the machine to a point where it can execute an instruction: due events happen, `hlt` waits, an interrupt is
   * taken. Then it sets `horizon`, at most to `until`, and returns undefined. If the machine must stop instead, it returns
   * the reason. It returns a `trap` stop only once; the other stops stay.
   */
  settle(until: number): Stop | undefined {
    this.#until = until;
    for (;;) {
      const stop = this.#stop;
      if (stop?.kind === 'trap') this.#stop = undefined;
      if (stop !== undefined) return stop;
      this.#passEvents();
      if (this.#breakAsked) {
        this.#breakAsked = false;
        if (!this.hosted) return { kind: 'break' };
        if (this.#guest !== undefined) this.#leaveGuest(REASON.INTERRUPT, 1 << LINE.TIMER);
        else this.#interrupt(1 << LINE.TIMER);
        continue;
      }
      if (this.steps >= until) return { kind: 'limit' };
      const pending = this.pending();
      const event = this.nextEvent;
      const next = Math.min(event, until);
      if (this.#guest !== undefined) {
        if (this.#settleGuest(this.#guest, pending, next)) continue;
        return undefined;
      }
      if (this.#waiting && pending === 0) {
        if (event === never) return { kind: this.#canBeWoken() ? 'input' : 'forever' };
        this.steps = next;
      } else {
        this.#waiting = false;
        if (pending === 0 || (this.#status & STATUS.IF) === 0) {
          this.horizon = next;
          return undefined;
        }
        this.#interrupt(pending);
      }
    }
  }

  /**
   * The part of `settle` for guest mode: a line of the machine ends it; an event is injected; `hlt` waits; a virtual
   * interrupt is taken. `until`: the next event of the machine. Returns whether there is more to settle.
   */
  #settleGuest(guest: GuestMode, pending: number, until: number): boolean {
    guest.timer.pass(this.steps);
    const next = Math.min(until, guest.timer.dueAt);
    const seen = guest.seen(pending);
    if (guest.injects) {
      guest.injects = false;
      this.#waiting = false;
      this.#takeTrap(...guest.event);
    } else if ((pending & ~guest.direct) !== 0) this.#leaveGuest(REASON.INTERRUPT, pending & ~guest.direct);
    else if (this.#waiting && seen === 0) {
      if (this.#guestEvent(guest) === never) this.#leaveGuest(REASON.IDLE, 0);
      else this.steps = next;
    } else {
      this.#waiting = false;
      if (!guest.isDue(this.#status, pending)) {
        this.horizon = next;
        return false;
      }
      if (guest.exitsInWindow) this.#leaveGuest(REASON.WINDOW, 0);
      else this.#interrupt(seen);
    }
    return true;
  }

  /** The next step at which something of the guest's own can end a wait; Infinity if there is none. */
  #guestEvent({ timer, direct }: GuestMode): number {
    const has = (line: number) => (direct & (1 << line)) !== 0;
    return Math.min(
      timer.dueAt,
      has(LINE.DISK) ? this.disk.doneAt : never,
      has(LINE.NETWORK) ? this.network.eventAt : never,
    );
  }

  #leaveGuest(reason: number, qualification: number): void {
    this.pc = this.exitGuest(reason, { qualification }, this.pc | 0) >>> 0;
    this.steps += 1;
  }

  /** The next step at which the timer or a device does something by itself; Infinity if there is none. */
  get nextEvent(): number {
    const ring = this.paravirtual?.disk.doneAt ?? never;
    return Math.min(this.#timer.dueAt, this.disk.doneAt, this.network.eventAt, ring);
  }

  /**
   * Sets the timer between two steps: what TIMER reads (unsigned; 0 = off), and whether its interrupt is pending. For a
   * monitor whose guest has used a virtual timer.
   */
  setTimer(left: number, isPending: boolean): void {
    this.#timer.dueAt = left === 0 ? never : this.steps + left;
    this.#timer.isPending = isPending;
    this.horizon = 0;
  }

  /** Whether input from outside that has not come yet could end a wait. */
  #canBeWoken(): boolean {
    return this.console.canInterrupt() || this.network.canInterrupt();
  }

  /**
   * Delivers a frame from the network, which arrives at step `at`, or now if that step has passed. Call it between steps.
   * Returns false if the frame is lost at once (Network.deliver).
   */
  deliver(frame: Uint8Array, at = this.steps): boolean {
    this.horizon = 0;
    return this.network.deliver(frame, Math.max(at, this.steps));
  }

  // ---- State as data ----

  /** The state as plain data, without the contents of memory and disk. Call it between steps. */
  save(): MachineState {
    const iommu = this.iommu?.save();
    const context = this.context.save();
    return {
      pc: this.pc,
      steps: this.steps,
      status: this.#status,
      waiting: this.#waiting,
      registers: [...this.x],
      system: [...this.#system],
      timerAt: this.#timer.dueAt === never ? null : this.#timer.dueAt,
      timerPending: this.#timer.isPending,
      stop: this.#stop ?? null,
      devices: {
        console: this.console.save(),
        disk: this.disk.save(),
        network: this.network.save(),
        ...(context === undefined ? {} : { context }),
      },
      ...(this.paravirtual === undefined ? {} : { paravirtual: this.paravirtual.save() }),
      ...(this.#guest === undefined ? {} : { guest: this.#guest.save() }),
      ...(iommu === undefined ? {} : { iommu }),
    };
  }

  /**
   * Sets the state to one that `save` returned. Memory must have the same size; the caller restores its contents. Throws
   * TypeError if only one of the machines is paravirtual.
   */
  restore(state: MachineState): void {
    if ((state.paravirtual === undefined) !== (this.paravirtual === undefined))
      throw new TypeError('a state of a machine that answers calls, or not of one, as the machine does not');
    if (state.paravirtual !== undefined) this.paravirtual?.restore(state.paravirtual);
    this.pc = state.pc;
    this.steps = state.steps;
    this.#status = state.status;
    this.#waiting = state.waiting;
    this.x.set(state.registers);
    this.#system.set(state.system);
    this.#timer.dueAt = state.timerAt ?? never;
    this.#timer.isPending = state.timerPending;
    this.#stop = state.stop ?? undefined;
    this.#breakAsked = false;
    this.console.restore(state.devices.console);
    this.disk.restore(state.devices.disk);
    this.iommu?.restore(state.iommu);
    this.network.restore(state.devices.network);
    this.context.restore(state.devices.context);
    this.horizon = 0;
    this.#changeTranslation();
    this.#setGuest(state.guest && GuestMode.restored(state.guest));
  }

  #passEvents(): void {
    this.#timer.pass(this.steps);
    const memoryFor = (device: 'disk' | 'network') => this.iommu?.memoryFor(device) ?? this.memory;
    if (this.steps >= this.disk.doneAt) this.disk.finish(memoryFor('disk'));
    this.paravirtual?.pass(this.steps, this);
    if (this.steps >= this.network.eventAt) this.network.pass(this.steps, memoryFor('network'));
  }

  #interrupt(pending: number): void {
    const line = 31 - Math.clz32(pending & -pending);
    this.paravirtual?.taken(line);
    this.#takeTrap(CAUSE.INTERRUPT + line, 0);
  }

  /** Takes a trap between two instructions: a step. */
  #takeTrap(cause: number, value: number): void {
    this.pc = this.trap(cause, value, this.pc | 0) >>> 0;
    this.steps += 1;
  }
}

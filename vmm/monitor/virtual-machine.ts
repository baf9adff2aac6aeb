/**
 * A guest's virtual machine: its virtual CPU, and the ways in which it makes steps.
 *
 * The virtual CPU is a Machine that does not execute instructions itself. It stores what the guest believes about
 * its ring, R, PTBR, traps, time and devices. Its memory is the guest's part of the real
 * memory. Its general registers are the real ones while the guest runs.
 *
 * Rings are compressed: virtual ring 0 runs in real ring 1, the other rings run in the ring of the same number. One step
 * of the guest is one step of the real machine, except for steps that the monitor makes for the guest (dispatcher.ts).
 */
import type { Engine } from '../../isa/engines/engine.ts';
import { Interpreter } from '../../isa/engines/interpreter/interpreter.ts';
import { type Image, loadImage } from '../../isa/machine/image.ts';
import { Machine, type MachineOptions } from '../../isa/machine/machine.ts';
import type { MachineState } from '../../isa/machine/state.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { SR, STATUS } from '../../isa/table/sysregs.ts';
import { composeRelocation } from '../memory/relocation.ts';
import { ShadowTables } from '../memory/shadow.ts';
import type { HostSide } from '../memory/tables.ts';
import type { Allocation } from '../guest/allocator.ts';
import { Runner } from '../translator/runner.ts';
import { mapRegion } from '../translator/region.ts';
import { Translator } from '../translator/translator.ts';
import { Dispatcher } from './dispatcher.ts';
import { Hardware } from './hardware.ts';
import { supervisorRing } from '../guest/compression.ts';
import { enterGuest, longestTurn, runToTrap } from '../guest/enter.ts';
import { EXIT, Ledger } from '../guest/ledger.ts';
import type { Strategy, Way } from './strategies.ts';

export interface GuestOptions
  extends Pick<MachineOptions, 'console' | 'disk' | 'network' | 'variant' | 'hosted' | 'paravirtual'> {
  readonly real: Machine;
  readonly engine: Engine;
  readonly allocation: Allocation;
  readonly strategy: Strategy;
  /** Whether user code is translated too, where supervisor code is. */
  readonly translateUser?: boolean | undefined;
  /** Whether translated code counts the exits that it saves. */
  readonly countSaved?: boolean | undefined;
  /** Whether it is the only guest, which then has the console for itself. */
  readonly alone?: boolean | undefined;
  /** Whether it gets the disk for itself even without an IOMMU. */
  readonly passDisk?: boolean | undefined;
}

/** One guest of a monitor. `Monitor.runGuest` runs it. */
export class VirtualMachine {
  /** The virtual CPU, with the guest's memory, devices and step count. */
  readonly cpu: Machine;
  /** The monitor's account of this guest. */
  readonly ledger = new Ledger();
  /** The guest's part of the real machine. */
  readonly allocation: Allocation;
  readonly #real: Machine;
  readonly #engine: Engine;
  readonly #shadow: ShadowTables;
  readonly #dispatcher: Dispatcher;
  readonly #strategy: Strategy;
  /** Translates the guest's code; undefined under strategies that do not translate. */
  readonly translator: Translator | undefined;
  readonly #runner: Runner | undefined;
  /** Runs the guest in guest mode; undefined under strategies that do not. */
  readonly #hardware: Hardware | undefined;
  /** Whether the code that ran last could run in guest mode. */
  #wasCovered = true;
  /** The step at which the present run is to end. */
  #until = 0;
  readonly #translateUser: boolean;
  #interpreter: Interpreter | undefined;
  /** The real machine's step at which the guest was entered last to run directly. */
  #enteredAt = 0;
  /** Whether what runs on the real machine is a translation. */
  #inTranslation = false;
  /** Why the guest stopped, if that was found at a trap. */
  #stopped: Stop | undefined;
  /** The general registers while another guest runs. */
  readonly #saved = new Int32Array(32);

  constructor({
    real,
    engine,
    allocation,
    strategy,
    translateUser = false,
    countSaved = false,
    alone = false,
    passDisk = false,
    variant = real.variant,
    ...devices
  }: GuestOptions) {
    this.cpu = new Machine({
      memory: allocation.size,
      variant,
      within: { machine: real, at: allocation.at },
      ...devices,
    });
    this.allocation = allocation;
    this.#real = real;
    this.#engine = engine;
    this.#strategy = strategy;
    const { at, frames, region } = allocation;
    const { cpu, ledger } = this;
    const shadow = new ShadowTables(real, cpu, at, frames, region);
    this.#shadow = shadow;
    if (cpu.paravirtual) cpu.paravirtual.onTableFreed = (page) => shadow.release(page);
    this.#dispatcher = new Dispatcher(cpu, shadow, ledger);
    this.#translateUser = translateUser;
    if (strategy.features?.includes('guest')) {
      const dispatcher = this.#dispatcher;
      const parts = { real, engine, cpu, allocation, shadow, dispatcher, ledger, alone, passDisk };
      this.#hardware = new Hardware(parts, strategy.features.includes('nested') ? 'nested' : 'shadow');
    }
    if (region === undefined) return;
    mapRegion(real, region, translateUser);
    const translator = new Translator({ real, cpu, shadow, region, countSaved });
    const dispatcher = this.#dispatcher;
    const { savePage } = region;
    this.translator = translator;
    this.#runner = new Runner({ real, cpu, shadow, dispatcher, ledger, translator, savePage });
  }

  /** Where its memory is, and the shadow of its page tables: to look at. */
  get host(): HostSide {
    return { real: this.#real, at: this.allocation.at, shadow: this.#shadow };
  }

  /** Loads an image and sets pc to its entry. Throws ImageError when it does not fit. */
  load(image: Image): void {
    loadImage(image, this.cpu.memory.bytes);
    this.cpu.pc = image.entry;
  }

  /** Runs until the guest's own step `until`, or until it stops. The guest must be the current one. */
  run(until: number): Stop {
    this.#until = until;
    for (;;) {
      const stop = this.#settle();
      if (stop !== undefined) return stop;
      const way = this.#way();
      if (way === 'interpreted') this.#runInterpreted();
      else if (way === 'guest mode') this.#runInGuestMode();
      else this.#runOnReal();
    }
  }

  /** Brings the virtual CPU to its next instruction, or returns why there is none (Machine.settle). */
  #settle(): Stop | undefined {
    const { cpu, ledger } = this;
    // A stop is told once.
    const stopped = this.#stopped;
    this.#stopped = undefined;
    if (stopped !== undefined) return stopped;
    const before = cpu.steps;
    const stop = cpu.settle(this.#until);
    ledger.byMonitor += cpu.steps - before;
    return stop;
  }

  /**
   * How to run the next instructions. Whatever the strategy says, two kinds are interpreted: what a guest runs in guest mode of its
   * own, and translated code that the shadow tables cannot cover.
   */
  #way(): Way {
    if (this.cpu.guest !== undefined) return 'interpreted';
    const way = this.#strategy.way(this);
    return way === 'translated' && !this.#shadow.covers ? 'interpreted' : way;
  }

  /** World switch: loads this guest's general registers into the real machine. */
  switchIn(): void {
    this.#real.x.set(this.#saved);
  }

  /** World switch: saves this guest's general registers from the real machine. */
  switchOut(): void {
    this.#saved.set(this.#real.x);
  }

  /** The guest's state, without what the monitor derives from it. The guest must be the current one. */
  save(): MachineState {
    return this.cpu.save();
  }

  /**
   * Sets the guest's state to one that `save` returned. Memory and disk must be restored already, and the guest must
   * be the current one.
   */
  restore(state: MachineState): void {
    this.cpu.restore(state);
    this.#shadow.flush();
    this.#dispatcher.forget();
  }

  // ---- The ways to make steps ----

  /** Executes the guest's instructions in the monitor, until the horizon or a change of ring. */
  #runInterpreted(): void {
    this.#interpreter ??= new Interpreter(this.cpu);
    const before = this.cpu.steps;
    const paged = this.cpu.paging;
    this.#interpreter.burst();
    this.ledger.byMonitor += this.cpu.steps - before;
    this.#shadow.flushIfPagingEnded(paged);
  }

  /**
   * Whether the guest's current code runs translated. User code does so only if `translateUser` is set, or if the
   * shadow tables cannot cover it.
   */
  get isTranslated(): boolean {
    return this.cpu.ring !== 3 || this.#translateUser || !this.#shadow.covers;
  }

  /**
   * Executes the guest's code in guest mode, until something exits to the monitor. The first generation cannot do that
   * while the guest's paging is off; then the code is interpreted.
   */
  #runInGuestMode(): void {
    const { cpu, ledger } = this;
    const hardware = this.#hardware as Hardware;
    if (hardware.covers) {
      if (!this.#wasCovered) this.#dispatcher.enterCode();
      this.#wasCovered = true;
      hardware.run(this.#until);
    } else {
      this.#wasCovered = false;
      ledger.exit(EXIT.UNPAGED, cpu.pc);
      this.#runInterpreted();
    }
  }

  /** Runs the guest on the real machine, directly or translated, and handles its traps, until it stops or another way is due. */
  #runOnReal(): void {
    const real = this.#real;
    if (!this.#enterReal()) return;
    real.handler = this.#handleTrap;
    try {
      runToTrap(real, this.#engine);
    } finally {
      real.handler = undefined;
    }
  }

  /**
   * The monitor's trap handler. It handles the trap and returns to the guest, without leaving the engine. False = the
   * guest has stopped, or does not run on the real machine now.
   */
  readonly #handleTrap = (): boolean => {
    const { cpu } = this;
    if (!this.#inTranslation) this.#handleDirectly();
    else if (!(this.#runner as Runner).handleTrap()) return true;
    if (cpu.steps >= cpu.horizon) this.#stopped = this.#settle();
    return this.#stopped === undefined && this.#enterReal();
  };

  #handleDirectly(): void {
    const { cpu, ledger } = this;
    const real = this.#real;
    const done = real.steps - this.#enteredAt - 1;
    cpu.steps += done;
    ledger.direct += done;
    this.#leave();
    this.#dispatcher.handle({ cause: real.readSystem(SR.ECAUSE), value: real.readSystem(SR.EVAL) });
  }

  /** Enters the guest on the real machine, if it runs there now. */
  #enterReal(): boolean {
    const way = this.#way();
    this.#inTranslation = way === 'translated';
    if (this.#inTranslation) return (this.#runner as Runner).enter();
    if (way !== 'direct') return false;
    this.#enter();
    return true;
  }

  /** Returns to the guest's own code on the real machine, until something is due in the guest. */
  #enter(): void {
    const { cpu } = this;
    const steps = Math.min(cpu.horizon - cpu.steps, longestTurn);
    const supervisor = cpu.ring === 0;
    const shadowed = cpu.paging || this.#runner !== undefined;
    const { base, bound } = composeRelocation(cpu, this.allocation.at);
    enterGuest(this.#real, {
      pc: cpu.pc,
      ring: supervisor ? supervisorRing : cpu.ring,
      flags: cpu.status & STATUS.UF,
      ptbr: shadowed ? this.#shadow.ptbr : 0,
      limit: supervisor ? 0 : cpu.readSystem(SR.LIMIT),
      base,
      bound,
      steps,
    });
    this.#enteredAt = this.#real.steps;
  }

  /**
   * Reads back what the guest may have changed directly: its pc, its user flags and, where `retf` does not trap, its
   * ring.
   */
  #leave(): void {
    const { cpu } = this;
    const status = this.#real.readSystem(SR.ESTATUS);
    const ring = status & STATUS.RING;
    const compressed = cpu.ring === 0 && ring === supervisorRing;
    cpu.pc = this.#real.readSystem(SR.EPC) >>> 0;
    cpu.status = (cpu.status & STATUS.IF) | (status & STATUS.UF) | (compressed ? 0 : ring);
  }
}

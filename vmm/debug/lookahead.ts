/**
 * What a machine would do next: made on a copy, step by step, so that the machine itself, its disk and whoever reads its
 * console notice nothing. Nothing comes in meanwhile but what waits already.
 */
import { Interpreter } from '../../isa/engines/interpreter/interpreter.ts';
import { Console } from '../../isa/machine/devices/console.ts';
import { Machine } from '../../isa/machine/machine.ts';
import { peekWord, physicalAddress } from '../../isa/machine/report.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { plainStorage } from '../../isa/machine/storage.ts';
import { CopyOnWriteDisk } from '../replay/devices.ts';

/** What one further step was. Words unsigned. */
export interface NextStep {
  readonly pc: number;
  /** Where pc was in memory; undefined if it was nowhere. */
  readonly physical: number | undefined;
  readonly ring: number;
  /** The word there, if it could be fetched. */
  readonly word: number | undefined;
  /** The trap taken, or the system call made. */
  readonly trap: { readonly cause: number; readonly value: number } | undefined;
  /** The port read. */
  readonly asked: number | undefined;
  /** Steps slept through in hlt, in place of an instruction. */
  readonly slept: number;
}

export interface Lookahead {
  readonly steps: readonly NextStep[];
  /** Why it went no further; limit: as many steps were made as were asked for. call: a system call that nobody answers here. */
  readonly stop: Stop | { readonly kind: 'call' };
  /** General registers before each step. */
  readonly registers: readonly Int32Array[];
  /** The machine that made the steps. */
  readonly machine: Machine;
}

/** Memories larger than this are not copied. */
const largest = 2 ** 28;

/** Stands in for a process' host: what its calls are called and return, by its registers. */
export interface Calls {
  callName(x: Int32Array): string;
  /** null: nothing; undefined if that is unknown. */
  lastAnswer(x: Int32Array): number | null | undefined;
}

/**
 * The next `count` steps of a machine between two steps; undefined for one with too much memory. System calls of a
 * process change no more than what they return.
 */
export function lookAhead(machine: Machine, count: number, calls?: Calls): Lookahead | undefined {
  if (machine.memory.size > largest) return undefined;
  const copy = new Copy(machine, calls);
  const interpreter = new Interpreter(copy);
  const steps: NextStep[] = [];
  const registers: Int32Array[] = [];
  let stop: Lookahead['stop'] = { kind: 'limit' };
  while (stop.kind === 'limit' && steps.length < count) {
    const before = copy.x.slice();
    const step = copy.step((until) => {
      stop = interpreter.run(until);
    });
    if (copy.isUnanswered) stop = { kind: 'call' };
    else if (step !== undefined) {
      steps.push(step);
      registers.push(before);
    }
  }
  return { steps, stop, registers, machine: copy };
}

/** A machine as another one is, that watches itself. */
class Copy extends Machine {
  /** A system call was made that nobody here can answer. */
  isUnanswered = false;
  #trap: NextStep['trap'];
  #asked: number | undefined;

  constructor(machine: Machine, calls: Calls | undefined) {
    const { size } = machine.memory;
    const { store } = machine.disk;
    super({
      memory: size,
      variant: machine.variant,
      console: new Console(() => {}),
      storage: plainStorage(size),
      hosted: machine.hosted,
      paravirtual: machine.paravirtual !== undefined,
      ...(store ? { disk: new CopyOnWriteDisk(store) } : {}),
      ...(machine.answer ? { answer: () => this.#answer(calls) } : {}),
    });
    this.memory.bytes.set(machine.memory.bytes);
    this.restore(machine.save());
    this.onTrap = (cause, value) => {
      this.#trap = { cause: cause >>> 0, value: value >>> 0 };
    };
  }

  /** Has one step made, or one sleep to its end, and says what it was; undefined if there was none. */
  step(run: (until: number) => void): NextStep | undefined {
    const { pc, ring, steps, waiting } = this;
    const word = peekWord(this, pc);
    const physical = physicalAddress(this, pc);
    this.#trap = undefined;
    this.#asked = undefined;
    run(waiting && Number.isFinite(this.nextEvent) ? this.nextEvent : steps + 1);
    if (this.steps === steps) return undefined;
    return {
      pc,
      physical,
      ring,
      word,
      trap: this.#trap,
      asked: this.#asked,
      slept: waiting ? this.steps - steps : 0,
    };
  }

  override input(port: number): number {
    this.#asked = port >>> 0;
    return super.input(port);
  }

  #answer(calls: Calls | undefined): void {
    const answered = calls?.lastAnswer(this.x);
    if (answered === undefined) this.isUnanswered = true;
    else if (answered !== null) this.x[10] = answered;
  }
}

/** The bare machine: run by the interpreter it is the oracle, run by the fast engine it is a candidate. */
import { FastEngine, type FastOptions } from '../../isa/engines/fast/fast.ts';
import { Interpreter } from '../../isa/engines/interpreter/interpreter.ts';
import { MemoryDisk } from '../../isa/machine/devices/disk.ts';
import { loadImage } from '../../isa/machine/image.ts';
import { Machine } from '../../isa/machine/machine.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import type { Storage } from '../../isa/machine/storage.ts';
import type { Variant } from '../../isa/table/variants.ts';
import { newConsole } from './console.ts';
import { cleanStorage } from './own.ts';
import { imageOf, memorySize, newDisk, type Program } from './program.ts';
import type { Candidate, Counts, Subject } from './subject.ts';

interface Bare {
  readonly machine: Machine;
  readonly printed: readonly number[];
  readonly disk: Uint8Array;
}

/** A bare machine at reset, the guest in it. */
export function bareMachine(program: Program, variant: Variant, storage?: Storage): Bare {
  const { console, printed } = newConsole(program.input);
  const disk = new MemoryDisk(newDisk());
  const place = storage === undefined ? {} : { storage };
  const machine = new Machine({ memory: memorySize, variant, console, disk, ...place });
  const image = imageOf(program);
  loadImage(image, machine.memory.bytes);
  machine.pc = image.entry;
  return { machine, printed, disk: disk.bytes };
}

export interface Oracle extends Bare {
  readonly run: (until: number) => Stop;
}

/** The oracle: what is right. */
export function oracleOf(program: Program, variant: Variant): Oracle {
  const bare = bareMachine(program, variant);
  const interpreter = new Interpreter(bare.machine);
  return { ...bare, run: (until) => interpreter.run(until) };
}

/**
 * When code is compiled, from guest to guest: early, and after the interpreter has been there; by the second tier, by the
 * first one alone, and by the first one before the second.
 */
const manners: readonly FastOptions[] = [
  { hot: 2 },
  { hot: 8 },
  { hot: 40 },
  { hot: 8, early: 2 },
  { hot: 2, early: 8 },
  { hot: 40, early: 1 },
  { hot: 2 ** 20, early: 1 },
  { hot: 2 ** 20, early: 8 },
];

/** The fast engine on the bare machine. `counts.direct` are the steps of compiled code, `exits` its regions. */
export function fastEngine(): Candidate {
  return {
    name: 'fast',
    make: (program, variant) => new FastSubject(program, variant, (program.x[6] as number) & 7),
  };
}

class FastSubject implements Subject {
  readonly printed: readonly number[];
  readonly disk: Uint8Array;
  readonly guest: Machine;
  readonly #engine: FastEngine;

  constructor(program: Program, variant: Variant, manner: number) {
    const { machine, printed, disk } = bareMachine(program, variant, cleanStorage());
    this.guest = machine;
    this.printed = printed;
    this.disk = disk;
    this.#engine = new FastEngine(machine, manners[manner]);
  }

  get x() {
    return this.guest.x;
  }

  get memory() {
    return this.guest.memory.bytes;
  }

  get counts(): Counts {
    const { compiledSteps: direct, regions: exits } = this.#engine.statistics;
    return { direct, exits };
  }

  run(until: number) {
    return this.#engine.run(until);
  }

  trespass() {
    return undefined;
  }

  close(): void {
    this.#engine.close();
  }
}

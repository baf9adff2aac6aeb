/**
 * The workbench on which tours check their claims: it runs guests, compares, translates and classifies, each only once.
 * What takes time is work in parts, which a page can leave off. It has no Node: how files are read is given to it.
 */
import { assemble } from '../assembler/index.ts';
import type { Mistakes, SimulatedRack } from './rack.ts';
import { pathFrom } from '../assembler/source/path.ts';
import { type Classification, classifying } from '../isa/classify/classify.ts';
import { CollectingConsole } from '../isa/machine/devices/console.ts';
import { MemoryDisk, SECTOR } from '../isa/machine/devices/disk.ts';
import { type Image, readImage } from '../isa/machine/image.ts';
import type { Feature } from '../isa/table/features.ts';
import { type Variant, variantNamed } from '../isa/table/variants.ts';
import type { Work } from '../isa/work.ts';
import { type Comparison, comparing, type Side } from '../vmm/monitor/compare.ts';
import { createGuest } from '../vmm/monitor/create-guest.ts';
import type { TenClones } from './clones.ts';
import type { Living, Meeting } from './containers.ts';
import { mostSteps, type Outcome, type Running, running, runningProgram } from './machine.ts';

/** Where a guest runs: on which machine, and under what. */
export interface Place {
  /** A file of guests/ or examples/, with its folder. */
  readonly guest: string;
  readonly isa: string;
  /** A strategy's name, or `none` for the bare machine. */
  readonly monitor: string;
  /** Whether binary translation translates user code too. */
  readonly translateUser?: boolean;
  /** Whether the machine answers calls to the monitor. */
  readonly paravirtual?: boolean;
  /** What the hardware has for guests, besides what the strategy needs. */
  readonly features?: readonly Feature[];
  /** Sectors of its disk; default: it has none. */
  readonly sectors?: number;
  /** Whether it gets the disk for itself, even where that is not safe. */
  readonly passDisk?: boolean;
}

/** What a workbench is given. */
export interface WorkbenchOptions {
  /** Reads a file of the repository, like `guests/flags.s`. Throws if there is none. */
  readonly read: (path: string) => Uint8Array;
  /** Clones a machine, where there are files for snapshots; without it, tours that need files cannot be given. */
  readonly tenClones?: (bench: Workbench) => TenClones;
  /** Has Alice and Mallory meet; without it, the tour of containers cannot be given. The page has no processes. */
  readonly meet?: (bench: Workbench, living: Living) => Meeting;
  /** Makes a rack of hosts; without it, the tour of the rack cannot be given. The page has a view of its own for it. */
  readonly rack?: (hosts: number, memory: number, mistakes?: Mistakes) => SimulatedRack;
}

/** Bytes of a guest's memory. */
export const memory = 2 ** 20;

/** Runs guests, and remembers what it found. */
export class Workbench {
  readonly options: WorkbenchOptions;
  readonly #found = new Map<string, unknown>();

  constructor(options: WorkbenchOptions) {
    this.options = options;
  }

  /** What `find` returns: found at the first call with that key, remembered afterwards. */
  once<Found>(key: string, find: () => Found): Found {
    if (this.#found.has(key)) return this.#found.get(key) as Found;
    const found = find();
    this.#found.set(key, found);
    return found;
  }

  /** The same for work. Work that is left off is begun again at the next call. */
  *onceDone<Found>(key: string, begin: () => Work<unknown, Found>): Work<unknown, Found> {
    if (this.#found.has(key)) return this.#found.get(key) as Found;
    const found = yield* begin();
    this.#found.set(key, found);
    return found;
  }

  /** The text of a file. Throws if there is none. */
  text(path: string): string {
    return new TextDecoder().decode(this.options.read(path));
  }

  /** Assembles a file, with what it includes. Throws the assembler's error. */
  image(path: string): Image {
    return this.once(`image ${path}`, () => {
      const readFile = (name: string, from: string) => this.options.read(pathFrom(from, name));
      return readImage(assemble([{ name: path, text: this.options.read(path) }], { readFile }).elf);
    });
  }

  /** Runs a guest to its end. */
  run(place: Place): Work<unknown, Outcome> {
    return this.onceDone(`run ${JSON.stringify(place)}`, () => running(this.#guest(place)));
  }

  /** Runs the assembly `text` on the bare machine, with console input. `name` is for error messages. */
  program(name: string, text: string, variant: Variant, input = ''): Work<unknown, Outcome> {
    return runningProgram(name, text, variant, input);
  }

  /**
   * Compares a guest on the bare machine with the same guest in `place`, step by step. With a disk that is passed through, many
   * steps are made at once, because between two turns of the guest the disk is the monitor's.
   */
  compare(place: Place): Work<unknown, Comparison> {
    const make = (monitor: string) => (): Side => {
      const { guest, console } = this.#guest({ ...place, monitor });
      return { machine: guest.machine, run: guest.run, printed: console.printed };
    };
    return this.onceDone(`compare ${JSON.stringify(place)}`, () =>
      comparing(make('none'), make(place.monitor), mostSteps, place.passDisk ? 'at large' : 'closely'),
    );
  }

  /** Measures Popek and Goldberg's sets of a variant. */
  classification(variant: Variant): Work<unknown, Classification> {
    const { name, unprivileged, cpuid } = variant;
    return this.onceDone(`classify ${JSON.stringify([name, [...unprivileged], cpuid])}`, () =>
      classifying(variant),
    );
  }

  #guest({ guest: file, isa, sectors, ...rest }: Place): Running {
    const console = new CollectingConsole();
    const variant = variantNamed(isa) as Variant;
    const image = this.image(file);
    const disk = sectors === undefined ? undefined : new MemoryDisk(new Uint8Array(sectors * SECTOR));
    const options = { ...rest, image, variant, memory, engine: 'interpreter', disk, console } as const;
    return { guest: createGuest(options), console };
  }
}

/** The results of the work for each item, one after the other. */
export function* inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Work<unknown, Result>,
): Work<unknown, readonly Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(yield* work(item));
  return results;
}

/**
 * Monitors on monitors: Popek and Goldberg's Theorem 2 (1974, section 5), put into practice.
 *
 * A monitor needs a machine that gives it every trap. The virtual CPU of another monitor's guest is one, if that guest is
 * `hosted`: the outer monitor reflects the traps that are not its own, and the virtual CPU calls the inner monitor's handler. Rings are compressed once, however many monitors there are: virtual ring 0 of the innermost guest is ring 1
 * of every machine below it. Each monitor's guest is all the memory that the next monitor needs, with its shadow page tables
 * and its translation cache.
 *
 *     real machine   monitor 1, the outermost    trap-and-emulate/hybrid: trap-and-emulate
 *     its guest      monitor 2                                            hybrid
 *     its guest      the guest that was asked for
 *
 * The inner monitor is not Ring32 code, so its own work does not trap to the outer one. guests/minivisor is a monitor that
 * is Ring32 code.
 */
import { emptyImage } from '../../isa/machine/image.ts';
import { MEMORY } from '../../isa/machine/storage.ts';
import { type Variant, variants, withFeatures } from '../../isa/table/variants.ts';
import {
  allocatorOf,
  type GuestDescription,
  Monitor,
  type MonitorOptions,
  type Underneath,
} from './monitor.ts';
import { strategyNamed } from './strategies.ts';
import type { VirtualMachine } from './virtual-machine.ts';

/** Between the strategies of a stack. */
const separator = '/';

/** The most monitors in a stack: each makes some calls deeper, and the calls of so many fit well on JavaScript's own stack. */
const mostLevels = 500;

/**
 * The strategies of a stack that is written like `trap-and-emulate/hybrid`, outermost first; one name is a stack of one.
 * Throws RangeError for an unknown name, none, or too many.
 */
export function stackNamed(text: string): readonly string[] {
  const names = text.split(separator);
  if (names.length > 1 && names.includes(''))
    throw new RangeError(
      `"${text}": a name is missing beside a ${separator}; write a stack like trap-and-emulate/hybrid, the outermost first`,
    );
  if (names.length > 1 && names.includes('none'))
    throw new RangeError(`"${text}": none is the bare machine, which is not part of a stack; leave it out`);
  if (names.length > mostLevels)
    throw new RangeError(`a stack of ${names.length} monitors: it can have at most ${mostLevels}`);
  return names.map((name) => strategyNamed(name).name);
}

/** Makes a machine for a monitor of a hosted guest of another monitor. */
export function machineOf(monitor: Monitor, guest: VirtualMachine): Underneath {
  return {
    real: guest.cpu,
    engine: { name: monitor.engine.name, run: (until) => monitor.runGuest(guest, until) },
    makeCurrent: () => monitor.makeCurrent(guest),
  };
}

/**
 * Makes a stack of monitors, outermost first; the last one has the guests of the options. `strategy` names the stack. The
 * options of translation are those of every level, all others are the outermost machine's. Throws RangeError as `stackNamed`
 * does, and if so many levels need more memory than a machine can have; ImageError as `Monitor` does.
 */
export function createStack(options: MonitorOptions): readonly Monitor[] {
  const levels = levelsOf(options);
  const monitors: Monitor[] = [];
  for (const level of levels) {
    const outer = monitors.at(-1);
    const guest = outer?.guests[0];
    monitors.push(new Monitor(outer && guest ? { ...level, on: machineOf(outer, guest) } : level));
  }
  return monitors;
}

/** The guest that a stack with these options needs of the monitor that it is to run on. Throws as `createStack` does. */
export function guestFor(options: MonitorOptions): GuestDescription {
  const { memory } = allocatorOf(levelsOf(options)[0] as MonitorOptions);
  const [strategy = ''] = stackNamed(options.strategy);
  return { image: emptyImage, memory, hosted: true, cpu: machineFor(strategy, variantOf(options)) };
}

/** The variant of the first real machine, without what strategies add to it. */
function variantOf({ variant, on }: MonitorOptions): Variant {
  return variant ?? on?.real.variant ?? (variants[0] as Variant);
}

/** The variant of a machine that a monitor of this strategy can run on. */
function machineFor(strategy: string, variant: Variant): Variant {
  return withFeatures(variant, strategyNamed(strategy).features ?? []);
}

/** The variant of each level's machine. An interpreter can make the variant of the guests; others pass the real one on. */
function variantsOf(names: readonly string[], options: MonitorOptions): readonly Variant[] {
  const guests = options.guests[0]?.cpu;
  const from = names.indexOf('interpret');
  const real = variantOf(options);
  return names.map((_, n) => (from >= 0 && n > from && guests !== undefined ? guests : real));
}

/** The options of each level. They are found from the inside out: a level's guest is as large as the next level needs. */
function levelsOf(options: MonitorOptions): readonly MonitorOptions[] {
  const names = stackNamed(options.strategy);
  const levels: MonitorOptions[] = [];
  const machines = variantsOf(names, options);
  let guests = options.guests.map((guest) => ({ ...guest, cpu: guest.cpu ?? machines.at(-1) }));
  let memory = 0;
  for (const [n, strategy] of [...names.entries()].toReversed()) {
    const level = { ...options, strategy, guests };
    levels.unshift(level);
    ({ memory } = allocatorOf(level));
    const cpu = machineFor(strategy, machines[n] as Variant);
    guests = [{ image: emptyImage, memory, hosted: true, cpu }];
  }
  if (memory > MEMORY.max) throw new RangeError(tooLarge(names.length, memory, options.guests));
  return levels;
}

function tooLarge(depth: number, memory: number, guests: readonly GuestDescription[]): string {
  const mebibytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  const given = guests.reduce((sum, guest) => sum + guest.memory, 0);
  return (
    `${depth} ${depth === 1 ? 'monitor' : 'monitors'} under ${mebibytes(given)} of guest memory need a machine of ${mebibytes(memory)}, ` +
    `and the largest has ${mebibytes(MEMORY.max)}: use ${depth === 1 ? '' : 'fewer monitors, or '}less --memory`
  );
}

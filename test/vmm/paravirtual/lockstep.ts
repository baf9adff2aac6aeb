/** A paravirtual guest under a monitor or another engine, compared with the reference machine. */
import type { EngineName } from '../../../isa/engines/engine.ts';
import { CollectingConsole } from '../../../isa/machine/devices/console.ts';
import { MemoryDisk } from '../../../isa/machine/devices/disk.ts';
import { sameBytes } from '../../../isa/machine/bytes.ts';
import { variantNamed } from '../../../isa/table/variants.ts';
import { createGuest } from '../../../vmm/monitor/create-guest.ts';
import { difference } from '../../property/lockstep.ts';
import { stepsOf } from '../../property/judge.ts';
import { formatProgram } from '../../property/print.ts';
import { imageOf, memorySize, newDisk, type Program } from '../../property/program.ts';
import { shrink } from '../../property/shrink.ts';
import { callingProgram } from './random.ts';

/** The modules under test: ours, or a mutant's. */
export interface World {
  readonly createGuest: typeof createGuest;
}

const ours: World = { createGuest };

export interface Setting {
  readonly variant: string;
  readonly monitor: string;
  readonly engine?: EngineName;
  readonly world?: World;
}

/** What happened on the reference: the results of calls, by number; and the exits of the monitor, by name. */
export interface Happened {
  readonly results: Map<number, Set<number>>;
  readonly exits: Map<string, number>;
}

/** The first difference from the reference machine; undefined = none. Adds to `happened`. */
function callingDifference(
  program: Program,
  { variant, monitor, engine = 'interpreter', world = ours }: Setting,
  happened?: Happened,
): string | undefined {
  const make = (how: string, name: EngineName) => {
    const console = new CollectingConsole(Uint8Array.from(program.input));
    const disk = new MemoryDisk(newDisk());
    const isMonitored = how !== 'none';
    const guest = world.createGuest({
      image: imageOf(program),
      memory: memorySize,
      variant: variantNamed(variant),
      monitor: how,
      engine: name,
      translateUser: isMonitored,
      paravirtual: true,
      fast: { hot: 2 },
      console,
      disk,
    });
    return { console, disk, guest };
  };
  const [reference, subject] = [make('none', 'interpreter'), make(monitor, engine)];
  const { paravirtual } = reference.guest.machine;
  if (paravirtual && happened) watch(paravirtual, happened);
  for (const until of stepsOf(program)) {
    const stops = [reference, subject].map(({ guest }) => JSON.stringify(guest.run(until)));
    const found = stops[0] === stops[1] ? compare(reference, subject) : `stopped as ${stops.join(' and ')}`;
    if (found !== undefined) return `at step ${reference.guest.machine.steps}: ${found}`;
    if (!stops[0]?.includes('limit')) break;
  }
  for (const [name, count] of subject.guest.ledger?.exits ?? [])
    happened?.exits.set(name, (happened.exits.get(name) ?? 0) + count);
  return undefined;
}

/** Compares the first `cases` guests of `seed`; says what happened. Throws an Error with the smallest guest that differs. */
export function judgeCalling(setting: Setting, seed: number, cases: number): Happened {
  const happened: Happened = { results: new Map(), exits: new Map() };
  for (let n = 0; n < cases; n++) {
    const program = callingProgram(seed, n);
    if (callingDifference(program, setting, happened) === undefined) continue;
    const small = shrink(program, (candidate) => callingDifference(candidate, setting) !== undefined);
    throw new Error(`seed ${seed}, case ${n}: ${callingDifference(small, setting)}\n${formatProgram(small)}`);
  }
  return happened;
}

type Paravirtual = NonNullable<ReturnType<typeof createGuest>['machine']['paravirtual']>;

function watch(paravirtual: Paravirtual, { results }: Happened): void {
  const { answer } = paravirtual;
  paravirtual.answer = (caller) => {
    const number = (caller.x[17] as number) >>> 0;
    answer.call(paravirtual, caller);
    results.set(number, (results.get(number) ?? new Set()).add(Math.min(caller.x[10] as number, 0)));
  };
}

interface Side {
  readonly console: CollectingConsole;
  readonly disk: MemoryDisk;
  readonly guest: ReturnType<typeof createGuest>;
}

function compare(a: Side, b: Side): string | undefined {
  const found = difference(a.guest.machine, b.guest.machine);
  if (found !== undefined) return found;
  if (a.console.text !== b.console.text) return 'they printed different things';
  if (!sameBytes(a.disk.bytes, b.disk.bytes)) return 'their disks differ';
  const states = [a, b].map(({ guest }) => {
    const { paravirtual, devices } = guest.save();
    return JSON.stringify([paravirtual, devices.disk, devices.network]);
  });
  return states[0] === states[1] ? undefined : `their devices differ: ${states.join(' and ')}`;
}

/** Runs guests to their end: as work in parts, or at once. */
import { assemble } from '../assembler/index.ts';
import { CollectingConsole } from '../isa/machine/devices/console.ts';
import { readImage } from '../isa/machine/image.ts';
import type { Variant } from '../isa/table/variants.ts';
import { finish, type Work } from '../isa/work.ts';
import { createGuest, type Guest } from '../vmm/monitor/create-guest.ts';

/** Steps after which a guest is given up. */
export const mostSteps = 1_000_000;
/** Steps between two yields: a few milliseconds. */
const slice = 2 ** 15;

/** How a run ended. */
export interface Outcome {
  readonly printed: string;
  /** Exit status; undefined when it did not end by itself. */
  readonly status: number | undefined;
  readonly steps: number;
  /** Exits to the outermost monitor, by name; none on the bare machine. */
  readonly exits: ReadonlyMap<string, number>;
}

/** A guest with the console that it prints to. */
export interface Running {
  readonly guest: Guest;
  readonly console: CollectingConsole;
}

/** Runs a guest to its end; yields its steps. What passes while it waits in `hlt` takes no time. */
export function* running({ guest, console }: Running): Work<number, Outcome> {
  const { machine, run, levels } = guest;
  const exits = levels[0]?.ledger.exits ?? new Map<string, number>();
  for (;;) {
    const stop = run(Math.min(mostSteps, machine.waiting ? machine.nextEvent : machine.steps + slice));
    const status = stop.kind === 'power' ? stop.status : undefined;
    if (stop.kind !== 'limit' || machine.steps >= mostSteps)
      return { printed: textOf(console.printed), status, steps: machine.steps, exits };
    yield machine.steps;
  }
}

/** The same for the assembly `text` on a bare machine. `name` is for error messages. Throws the assembler's error. */
export function* runningProgram(
  name: string,
  text: string,
  variant: Variant,
  input: string,
): Work<number, Outcome> {
  const image = readImage(assemble([{ name, text }]).elf);
  const console = new CollectingConsole(input);
  return yield* running({ guest: createGuest({ image, variant, engine: 'interpreter', console }), console });
}

/** Runs the assembly `text` on a bare machine, all at once. */
export function run(name: string, text: string, variant: Variant, input = ''): Outcome {
  return finish(runningProgram(name, text, variant, input));
}

/** Bytes that were printed, as text. */
export function textOf(printed: readonly number[]): string {
  return new TextDecoder().decode(Uint8Array.from(printed));
}

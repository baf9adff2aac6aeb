/**
 * Exit multiplication: how often the outermost monitor is entered when there are more monitors between it and the guest. The
 * monitors between are minivisors (guests/minivisor): each is Ring32 code, so what it does for one exit of its guest traps
 * itself. Turtles (Ben-Yehuda et al., OSDI 2010, section 4) names the effect and is about removing it.
 *
 * Nothing is timed: the counts are exact, and the same on every host. nesting-report.ts formats and draws them.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { assemble } from '../assembler/index.ts';
import { CollectingConsole } from '../isa/machine/devices/console.ts';
import { type Image, readImage } from '../isa/machine/image.ts';
import { upperHalf, withGuest } from '../vmm/guest/with-guest.ts';
import { createGuest } from '../vmm/monitor/create-guest.ts';
import { guestFolder } from './catalogue.ts';
import { usage, wrongResult } from './failure.ts';

/** The guests, from few sensitive instructions to many. */
const guests = ['hello.s', 'flags.s', 'timer.s'] as const;

/** What is outermost: one of ringlab's monitors, or a stack of two. */
const outermost = [
  'trap-and-emulate',
  'hybrid',
  'binary-translation',
  'trap-and-emulate/trap-and-emulate',
] as const;

/** The most minivisors between. */
const deepest = 3;

/** Bytes of memory of the outermost monitor's guest; each minivisor gives half of its own to its guest. */
const memory = 2 ** 24;

/** One guest under one kind of outermost monitor. */
export interface NestingResult {
  readonly guest: string;
  readonly monitor: string;
  /** Exits to the outermost monitor with 0, 1, 2 and 3 minivisors between it and the guest. */
  readonly exits: readonly number[];
  /** Steps of the outermost monitor's guest: those of the guest, and of the minivisors. */
  readonly steps: readonly number[];
}

export interface NestingOptions {
  /** The guests to run, by file name; default all. */
  readonly only?: readonly string[];
  /** Leave out the deepest level, which takes nearly all of the time. */
  readonly quick?: boolean;
  readonly progress: (text: string) => void;
}

/** Counts. Throws BenchFailure for an unknown guest, and if a guest prints or ends otherwise than alone. */
export function benchNesting({ only, quick = false, progress }: NestingOptions): readonly NestingResult[] {
  const unknown = only?.find((name) => !guests.some((guest) => guest === name));
  if (unknown !== undefined) throw usage(`no guest "${unknown}"; choose from ${guests.join(', ')}`);
  const minivisor = imageOf('minivisor/minivisor.s');
  const depths = Array.from({ length: quick ? deepest : deepest + 1 }, (_, depth) => depth);
  return guests
    .filter((guest) => only?.includes(guest) ?? true)
    .flatMap((guest) => {
      const image = imageOf(guest);
      const alone = run(image, 'none');
      return outermost.map((monitor) => {
        const counts = depths.map((depth) => {
          progress(`${guest}, ${depth} minivisors, ${monitor}`);
          const made = run(nested(image, minivisor, depth), monitor);
          if (made.printed !== alone.printed || made.stop !== alone.stop)
            throw wrongResult(
              `${guest} under ${depth} minivisors and ${monitor} does not do what it does alone`,
            );
          return made;
        });
        return {
          guest,
          monitor,
          exits: counts.map(({ exits }) => exits),
          steps: counts.map(({ steps }) => steps),
        };
      });
    });
}

/** The guest under so many minivisors, as one image. */
function nested(guest: Image, minivisor: Image, depth: number, size = memory): Image {
  if (depth === 0) return guest;
  const place = upperHalf(size);
  return withGuest(minivisor, nested(guest, minivisor, depth - 1, place.size), place);
}

/** A guest of guests/. Throws the assembler's errors. */
function imageOf(name: string): Image {
  const path = `${guestFolder()}${name}`;
  const readFile = (included: string, from: string) => readFileSync(resolve(dirname(from), included));
  return readImage(assemble([{ name: path, text: readFileSync(path, 'utf8') }], { readFile }).elf);
}

function run(image: Image, monitor: string) {
  const console = new CollectingConsole();
  const guest = createGuest({ image, memory, monitor, console });
  const stop = JSON.stringify(guest.run());
  const counts = guest.levels[0]?.ledger.exits.values() ?? [];
  const exits = [...counts].reduce((sum, count) => sum + count, 0);
  return { stop, printed: console.text, exits, steps: guest.machine.steps };
}

/** The guests of exercises: assembled from text, listed with their addresses, and made ready to run. */
import { assemble } from '../../assembler/index.ts';
import { CollectingConsole } from '../../isa/machine/devices/console.ts';
import { type Image, readImage } from '../../isa/machine/image.ts';
import { SymbolTable } from '../../isa/machine/symbols.ts';
import type { Variant } from '../../isa/table/variants.ts';
import { createGuest, type Guest } from '../../vmm/monitor/create-guest.ts';
import type { Comparison } from '../../vmm/monitor/compare.ts';
import { compareGuest } from '../../vmm/monitor/compare-guest.ts';

/** Bytes of memory of a guest, as `--memory 1M` gives it. */
export const memory = 2 ** 20;
/** Steps after which a guest is given up. */
const mostSteps = 100_000;

/** Assembles a program. Throws the assembler's error. */
export function imageOf(program: string): Image {
  return readImage(assemble([{ name: 'guest.s', text: program }]).elf);
}

/** The address of a label. Throws an Error if there is none. */
export function addressOf(image: Image, label: string): number {
  const address = new SymbolTable(image.symbols).address(label);
  if (address === undefined) throw new Error(`no label ${label}`);
  return address;
}

/** The program with the address of each instruction, as lines. */
export function listed(program: string): readonly string[] {
  const { listing } = assemble([{ name: 'guest.s', text: program }]);
  const addresses = new Map(listing.map(({ line, address }) => [line, address]));
  return program
    .trimEnd()
    .split('\n')
    .map((text, n) => {
      const address = addresses.get(n + 1);
      return `  ${address === undefined ? '        ' : hex(address).slice(2)}  ${text}`.trimEnd();
    });
}

/** A guest's way to run. */
export interface Way {
  readonly variant: Variant;
  /** A strategy's name, a stack of them, or `none`. */
  readonly monitor: string;
}

/** The guest at its first step, and its console. */
export function guestOf(
  image: Image,
  way: Way,
): { readonly guest: Guest; readonly console: CollectingConsole } {
  const console = new CollectingConsole();
  return { guest: createGuest({ image, memory, engine: 'interpreter', console, ...way }), console };
}

/** Runs a guest until it powers off: what it printed, and its exits by name. Throws an Error if it does not. */
export function runToEnd(image: Image, way: Way) {
  const { guest, console } = guestOf(image, way);
  const stop = guest.run(mostSteps);
  if (stop.kind !== 'power') throw new Error(`the guest of an exercise ended by ${stop.kind}`);
  return {
    guest,
    printed: console.text,
    exits: guest.levels[0]?.ledger.exits ?? new Map<string, number>(),
  };
}

/** How often the outermost monitor was entered. */
export function countExits(exits: ReadonlyMap<string, number>): number {
  return [...exits.values()].reduce((sum, count) => sum + count, 0);
}

/** Compares the guest on the bare machine with the guest under a monitor, step by step. */
export function compared(image: Image, { variant, monitor }: Way): Comparison {
  return compareGuest({ image, variant, monitor, memory, engine: 'interpreter', limit: mostSteps });
}

/** A word in hexadecimal with all its digits. */
export function hex(word: number): string {
  return `0x${(word >>> 0).toString(16).padStart(8, '0')}`;
}

/** A variant as the text of a file for `--isa`. */
export function variantFile({ name, unprivileged, cpuid }: Variant): string {
  return JSON.stringify({ name, unprivileged: [...unprivileged].sort(), cpuid });
}

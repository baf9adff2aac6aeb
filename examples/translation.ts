/** Runs a guest under binary translation on ring32-x, and keeps what the translator did. */
import { createEngine } from '../isa/engines/engine.ts';
import { Console } from '../isa/machine/devices/console.ts';
import { type Image, loadImage } from '../isa/machine/image.ts';
import { Machine } from '../isa/machine/machine.ts';
import { SymbolTable } from '../isa/machine/symbols.ts';
import { type Variant, variantNamed } from '../isa/table/variants.ts';
import { Monitor } from '../vmm/monitor/monitor.ts';
import type { VirtualMachine } from '../vmm/monitor/virtual-machine.ts';
import {
  type ListedUnit,
  type ListedWord,
  type Listing,
  listTranslation,
} from '../vmm/translator/listing.ts';
import { formatUnit } from '../vmm/translator/listing-text.ts';
import type { Translator, TranslatorEvent } from '../vmm/translator/translator.ts';
import type { Desk } from './lesson.ts';

const memory = 2 ** 20;
const stepLimit = 1_000_000;

export interface Translated {
  readonly symbols: SymbolTable;
  readonly printed: string;
  /** What stands in the cache at the guest's end. */
  readonly listing: Listing;
  readonly statistics: Translator['statistics'];
  /** What happened to units, at which of the guest's steps. */
  readonly events: readonly (TranslatorEvent & { readonly step: number })[];
  /** Exits by name. */
  readonly exits: ReadonlyMap<string, number>;
  /** The guest's steps, and those that its own translation made on the real machine. */
  readonly steps: number;
  readonly direct: number;
}

/** Runs the guest to its end. */
export function translate(image: Image): Translated {
  const printed: number[] = [];
  const monitor = new Monitor({
    guests: [{ image, memory }],
    variant: variantNamed('ring32-x') as Variant,
    strategy: 'binary-translation',
    engine: 'interpreter',
    console: new Console((byte) => printed.push(byte)),
  });
  const guest = monitor.guests[0] as VirtualMachine;
  const { cpu, ledger } = guest;
  const translator = guest.translator as Translator;
  const events: (TranslatorEvent & { step: number })[] = [];
  translator.onEvent = (event) => events.push({ ...event, step: cpu.steps });
  monitor.runGuest(guest, stepLimit);
  const symbols = new SymbolTable(image.symbols);
  const name = (address: number) => symbols.exact(address) ?? address.toString(16).padStart(8, '0');
  return {
    symbols,
    printed: Buffer.from(printed).toString(),
    listing: listTranslation(translator, name),
    statistics: translator.statistics,
    events,
    exits: ledger.exits,
    steps: cpu.steps,
    direct: ledger.direct,
  };
}

/** Steps that the guest takes on the bare machine. */
export function bareSteps(image: Image): number {
  const machine = new Machine({ variant: variantNamed('ring32-x') as Variant, memory });
  loadImage(image, machine.memory.bytes);
  machine.pc = image.entry;
  createEngine('interpreter', machine).run(stepLimit);
  return machine.steps;
}

/** Says the units that the guest's code from `label` on was translated to, up to `count` of them. */
export function showUnits(desk: Desk, { listing, symbols }: Translated, label: string, count = 1): void {
  const from = symbols.address(label) ?? 0;
  const units = listing.units.filter(({ pc }) => pc >= from).sort((a, b) => a.pc - b.pc);
  for (const unit of units.slice(0, count)) {
    for (const line of formatUnit(unit, (address) => symbols.describe(address))) desk.say(line);
  }
}

/** The words that the first instruction of that name was translated to; none if there is none. */
export function wordsFor({ listing }: Translated, name: string): readonly ListedWord[] {
  const all = listing.units.flatMap(({ instructions }: ListedUnit) => instructions);
  return all.find(({ assembly }) => assembly.split(' ')[0] === name)?.words ?? [];
}

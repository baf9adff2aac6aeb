/** Runs a guest under binary translation on ring32-x, and records what the translator did. */
import { CollectingConsole } from '../isa/machine/devices/console.ts';
import { SymbolTable } from '../isa/machine/symbols.ts';
import { type Variant, variantNamed } from '../isa/table/variants.ts';
import { createGuest } from '../vmm/monitor/create-guest.ts';
import { type ListedWord, type Listing, listTranslation } from '../vmm/translator/listing.ts';
import { formatUnit } from '../vmm/translator/listing-text.ts';
import type { Translator, TranslatorEvent } from '../vmm/translator/translator.ts';
import type { Work } from '../isa/work.ts';
import { type Outcome, running } from './machine.ts';
import { memory, type Workbench } from './workbench.ts';

/** A run under binary translation. */
export interface Translated extends Outcome {
  readonly symbols: SymbolTable;
  /** What is in the cache at the guest's end. */
  readonly listing: Listing;
  readonly statistics: Translator['statistics'];
  /** What happened to units, and at which of the guest's steps. */
  readonly events: readonly (TranslatorEvent & { readonly step: number })[];
}

/** Runs the guest of a file to its end under binary translation. */
export function translated(bench: Workbench, file: string): Work<unknown, Translated> {
  return bench.onceDone(`translate ${file}`, () => translate(bench, file));
}

function* translate(bench: Workbench, file: string): Work<unknown, Translated> {
  const image = bench.image(file);
  const console = new CollectingConsole();
  const variant = variantNamed('ring32-x') as Variant;
  const options = { image, memory, variant, engine: 'interpreter', console } as const;
  const guest = createGuest({ ...options, monitor: 'binary-translation' });
  const translator = guest.translator as Translator;
  const events: (TranslatorEvent & { step: number })[] = [];
  translator.onEvent = (event) => events.push({ ...event, step: guest.machine.steps });
  const outcome = yield* running({ guest, console });
  const symbols = new SymbolTable(image.symbols);
  const name = (address: number) => symbols.exact(address) ?? address.toString(16).padStart(8, '0');
  const listing = listTranslation(translator, name);
  return { ...outcome, symbols, listing, statistics: translator.statistics, events };
}

/** The units that the guest's code from `label` on was translated to, at most `count` of them, as text. */
export function unitsFrom({ listing, symbols }: Translated, label: string, count: number): readonly string[] {
  const from = symbols.address(label) ?? 0;
  const units = listing.units.filter(({ pc }) => pc >= from).sort((a, b) => a.pc - b.pc);
  return units.slice(0, count).flatMap((unit) => formatUnit(unit, (address) => symbols.describe(address)));
}

/** The words that the first instruction of that name was translated to; none if there is none. */
export function wordsFor({ listing }: Translated, name: string): readonly ListedWord[] {
  const all = listing.units.flatMap(({ instructions }) => instructions);
  return all.find(({ assembly }) => assembly.split(' ')[0] === name)?.words ?? [];
}

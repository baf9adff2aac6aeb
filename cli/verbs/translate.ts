/** `ringlab translate FILE`: runs a guest under binary translation, then prints its code and the translation side by side. */
import type { SymbolTable } from '../../isa/machine/symbols.ts';
import {
  type ListedUnit,
  type Listing,
  listTranslation,
  type WordKind,
} from '../../vmm/translator/listing.ts';
import { formatTargets, formatUnit, type Paint } from '../../vmm/translator/listing-text.ts';
import type { Translator, TranslatorStatistics } from '../../vmm/translator/translator.ts';
import { type ColourChoice, colourOption, type ColourOptions, styled, wantsColour } from '../colour.ts';
import { createCommand, exitWith } from '../command.ts';
import { usage } from '../failure.ts';
import { type PreparedGuest, prepareGuest } from '../guest.ts';
import {
  addGuestOptions,
  ARGUMENT,
  type GuestVerbOptions,
  JSON_OPTION,
  PROCESS_OPTIONS,
  refuseOptions,
} from '../options.ts';
import { tellOutcome } from '../outcome.ts';
import { note, print, printRaw } from '../output.ts';
import { type AddressRange, parseAddressRange } from '../address-range.ts';
import { runUntil } from '../running.ts';

interface TranslateOptions extends GuestVerbOptions, ColourOptions {
  readonly at?: string;
  readonly json?: boolean;
}

const strategy = 'binary-translation';

export const command = addGuestOptions(
  createCommand('translate', 'Run a guest under binary translation; print its code beside the translation'),
)
  .argument('<file>', ARGUMENT.PROGRAM)
  .option('--at <place>', 'Print only units with code at a symbol or address, or FROM-TO (TO excluded)')
  .option(...JSON_OPTION)
  .addOption(colourOption())
  .action(exitWith(translate));

refuseOptions(command, PROCESS_OPTIONS, 'a process has no supervisor code to translate');

async function translate(file: string, options: TranslateOptions): Promise<number> {
  if (options.monitor !== 'none' && options.monitor !== strategy) {
    throw usage(`--monitor ${options.monitor}: the guest runs under ${strategy} here; leave it out`);
  }
  const guest = await prepareGuest(file, [], { ...options, monitor: strategy }, { printTo: 2 });
  const translator = guest.translator as Translator;
  const given = givenUp(translator);
  const place = options.at === undefined ? undefined : parseAddressRange(options.at, guest.symbols);
  const stop = await runUntil(guest, options.maxSteps ?? Number.POSITIVE_INFINITY);
  guest.flush();
  const listing = choose(listTranslation(translator, nameIn(guest.symbols)), place);
  const lost = new Map(
    [...given].filter(([pc]) => place === undefined || (pc >= place.low && pc < place.high)),
  );
  if (options.json) print(`${JSON.stringify(documentOf(guest, translator, listing, lost))}\n`);
  else printListing(guest, translator.statistics, listing, lost, options.color);
  if (listing.units.length === 0) note(`ringlab: ${file}: ${nothing(options.at)}\n`);
  return tellOutcome(guest, stop);
}

/** How often units were invalidated, by the guest address at which they began; counted while the guest runs. */
function givenUp(translator: Translator): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  const before = translator.onEvent;
  translator.onEvent = (event) => {
    before?.(event);
    if (event.kind === 'invalidated') counts.set(event.pc, (counts.get(event.pc) ?? 0) + 1);
  };
  return counts;
}

/** The units with an instruction in the range, and the targets in it; all units and targets if there is no range. */
function choose({ units, targets }: Listing, place: AddressRange | undefined): Listing {
  if (place === undefined) return { units, targets };
  const { low, high } = place;
  const covers = ({ pc, instructions }: ListedUnit) => pc < high && pc + 4 * instructions.length > low;
  return {
    units: units.filter(covers),
    targets: targets.filter(({ target }) => target >= low && target < high),
  };
}

function nothing(at: string | undefined): string {
  if (at === undefined) return 'the cache contains no translation';
  return `the cache contains no translation of ${at}: the guest did not run there, or ran there in ring 3, or the unit was given up`;
}

/** The symbol at a jump target, or its address in the form of the address column. */
function nameIn(symbols: SymbolTable): (address: number) => string {
  return (address) => symbols.exact(address) ?? address.toString(16).padStart(8, '0');
}

function documentOf(
  { machine, isa }: PreparedGuest,
  { statistics, cache }: Translator,
  { units, targets }: Listing,
  given: ReadonlyMap<number, number>,
): object {
  return {
    format: 'ringlab-translate',
    version: 1,
    isa,
    steps: machine.steps,
    statistics: { ...statistics, cacheBytes: cache.used },
    units,
    targets,
    givenUp: [...given].map(([pc, times]) => ({ pc, times })),
  };
}

function printListing(
  { file, isa, machine, symbols }: PreparedGuest,
  statistics: TranslatorStatistics,
  { units, targets }: Listing,
  given: ReadonlyMap<number, number>,
  color: ColourChoice,
): void {
  const describe = (address: number) => symbols.describe(address);
  const blocks = [
    formatSummary(`${file} on ${isa}, ${count(machine.steps, 'step')}:`, statistics),
    ...units.map((unit) => formatUnit(unit, describe, paint(color))),
    formatTargets(targets, describe),
    formatGivenUp(given, describe),
  ];
  const lines = blocks.filter((block) => block.length > 0).map((block) => block.join('\n'));
  printRaw(`${lines.join('\n\n')}\n`);
}

function formatSummary(what: string, statistics: TranslatorStatistics): string[] {
  const { units, copied, sequences, callouts, chains, invalidated, flushes, adapted } = statistics;
  const more = [
    ...(invalidated > 0 ? [`${invalidated} given up`] : []),
    ...(adapted > 0 ? [`${adapted} adapted`] : []),
    ...(flushes > 0 ? [`the cache emptied ${times(flushes)}`] : []),
  ];
  const translated = `${count(units, 'unit')} translated, ${chains} chained`;
  const made = `${copied} identical, ${count(sequences, 'sequence')}, ${count(callouts, 'callout')}`;
  return [what, `  ${[translated, ...more].join(', ')}`, `  instructions in them: ${made}`];
}

/** The most addresses of invalidated units that are listed, most frequent first. */
const mostGivenUp = 8;

function formatGivenUp(given: ReadonlyMap<number, number>, describe: (address: number) => string): string[] {
  if (given.size === 0) return [];
  const sorted = [...given].sort(([a, m], [b, n]) => n - m || a - b);
  const lines = sorted
    .slice(0, mostGivenUp)
    .map(([pc, often]) => `${pc.toString(16).padStart(8, '0')} ${describe(pc).padEnd(22)} ${times(often)}`);
  const more = sorted.length > mostGivenUp ? [`… and at ${sorted.length - mostGivenUp} more places`] : [];
  return ['Units given up, because their code was written or mapped again:', ...lines, ...more];
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

function times(n: number): string {
  return n === 1 ? 'once' : `${n} times`;
}

const colours = {
  identical: 'reset',
  sequence: 'yellow',
  callout: 'red',
  chained: 'green',
  stub: 'cyan',
  unchained: 'magenta',
} as const satisfies Record<WordKind, string>;

function paint(choice: ColourChoice): Paint | undefined {
  return wantsColour(choice) ? (kind, text) => styled(colours[kind], text, true) : undefined;
}

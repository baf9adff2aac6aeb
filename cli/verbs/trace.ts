/** `ringlab trace FILE [ARG…]`: one line per step or trap, on stdout; the guest's own output goes to stderr. */
import { Option } from 'commander';
import type { SymbolTable } from '../../isa/machine/symbols.ts';
import { formatStep, type StepRecord, Tracer } from '../../isa/machine/tracer.ts';
import { rowNamed, rowOf } from '../../isa/table/table.ts';
import { EXIT as EXIT_NAME } from '../../vmm/guest/ledger.ts';
import { withArguments } from '../arguments.ts';
import { createCommand, exitWith } from '../command.ts';
import { EXIT, usage } from '../failure.ts';
import type { Level } from '../../vmm/monitor/create-guest.ts';
import type { TranslatorEvent } from '../../vmm/translator/translator.ts';
import { type PreparedGuest, type GuestStop, prepareGuest } from '../guest.ts';
import { addGuestOptions, ARGUMENT, collect, type GuestVerbOptions, parseCount } from '../options.ts';
import { tellOutcome } from '../outcome.ts';
import { Output } from '../output.ts';
import { parseAddressRange } from '../address-range.ts';

interface TraceOptions extends GuestVerbOptions {
  readonly from?: number;
  readonly to?: number;
  readonly at?: string;
  readonly only?: string;
  readonly instruction: readonly string[];
  readonly json?: boolean;
}

type Filter = (record: StepRecord) => boolean;

export const command = addGuestOptions(
  createCommand('trace', "Print one line per step on stdout; the guest's own output goes to stderr"),
)
  .argument('<file>', ARGUMENT.PROGRAM)
  .argument('[arg...]', ARGUMENT.PROCESS)
  .allowUnknownOption()
  .option('--from <step>', 'Begin at this step', parseCount)
  .option('--to <step>', 'End before this step', parseCount)
  .option('--at <place>', 'Print only steps at a symbol or address, or FROM-TO (TO excluded)')
  .addOption(
    new Option('--instruction <name>', 'Print only this instruction; may be repeated')
      .argParser(collect)
      .default([], 'all'),
  )
  .addOption(
    new Option('--only <what>', 'Print only steps that trap, or that exit to the monitor').choices([
      'traps',
      'exits',
    ]),
  )
  .option('--json', 'Print one JSON document per line')
  .action(withArguments(exitWith(trace)));

async function trace(file: string, args: readonly string[], options: TraceOptions): Promise<number> {
  if (options.only === 'exits' && options.monitor === 'none')
    throw usage('--only exits: the bare machine has no monitor to exit to; name one with --monitor');
  const guest = await prepareGuest(file, args, { ...options, engine: 'interpreter' }, { printTo: 2 });
  const lines = new Output(1);
  const filter = makeFilter(options, guest.symbols);
  const tracer = new Tracer(guest.machine);
  for (const [n, level] of guest.levels.entries())
    noteExits(level, tracer, guest.levels.length === 1 ? '' : `level ${n + 1}: `);
  const limit = Math.min(
    options.maxSteps ?? Number.POSITIVE_INFINITY,
    options.to ?? Number.POSITIVE_INFINITY,
  );
  let stop: GuestStop =
    options.from === undefined ? { kind: 'limit' } : guest.run(Math.min(options.from, limit));
  while (stop.kind === 'limit' && guest.machine.steps < limit) {
    const step = tracer.step(guest.run);
    stop = step.stop;
    const isStep = guest.machine.steps > step.record.step || stop.kind === 'limit';
    if (isStep && filter(step.record)) lines.line(formatRecord(step.record, guest, options));
  }
  lines.flush();
  guest.flush();
  // A run that ends at --to is done; it has not run into a limit.
  return stop.kind === 'limit' && guest.machine.steps === options.to ? EXIT.DONE : tellOutcome(guest, stop);
}

/** Has the tracer note the exits to one monitor, and what its translator does, with `prefix` before them. */
function noteExits({ ledger, translator }: Level, tracer: Tracer, prefix: string): void {
  // Stepping ends the guest's turn at every step: that exit belongs to the tracer, not to the guest.
  ledger.onExit = (name) => name !== EXIT_NAME.TURN && tracer.noteExit(`${prefix}${name}`);
  if (translator) translator.onEvent = (event) => tracer.noteExit(`${prefix}${describeEvent(event)}`);
}

function describeEvent({ kind, pc, at }: TranslatorEvent): string {
  const [from, to] = [pc, at].map((address) => `0x${address.toString(16)}`);
  switch (kind) {
    case 'entered':
      return `translator: unit of ${from} entered at ${to}`;
    case 'unit':
      return `translator: unit of ${from} translated to ${to}`;
    case 'chain':
      return `translator: ${to} chained to the unit of ${from}`;
    case 'invalidated':
      return `translator: unit of ${from} at ${to} given up`;
    case 'adapted':
      return `translator: the instruction at ${from}, translated at ${to}, is a callout from here on`;
    case 'flushed':
      return 'translator: cache emptied';
  }
}

function formatRecord(
  record: StepRecord,
  { machine, symbols }: PreparedGuest,
  options: TraceOptions,
): string {
  if (!options.json) return formatStep(record, machine.x, symbols);
  const changed = Object.fromEntries(record.changed.map((n) => [`x${n}`, (machine.x[n] as number) >>> 0]));
  return JSON.stringify({ ...record, changed });
}

function makeFilter(options: TraceOptions, symbols: SymbolTable): Filter {
  const filters: Filter[] = [];
  if (options.only === 'traps') filters.push(({ trap }) => trap !== undefined);
  if (options.only === 'exits') filters.push(({ exits }) => exits.length > 0);
  if (options.at !== undefined) filters.push(placeFilter(options.at, symbols));
  const names = options.instruction;
  for (const name of names) {
    if (rowNamed(name) === undefined) throw usage(`--instruction ${name}: no such instruction`);
  }
  if (names.length > 0) {
    filters.push(({ word }) => word !== undefined && names.includes(rowOf(word)?.name ?? ''));
  }
  return (record) => filters.every((filter) => filter(record));
}

/** Steps at one address, or in a range of addresses. */
function placeFilter(text: string, symbols: SymbolTable): Filter {
  const { low, high } = parseAddressRange(text, symbols);
  return ({ pc }) => pc >= low && pc < high;
}

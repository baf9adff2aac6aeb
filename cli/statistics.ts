/** What `run --stats` tells: numbers for programs as JSON, and the same for people in 80 columns. */
import { FastEngine } from '../isa/engines/fast/fast.ts';
import type { Level } from '../vmm/monitor/create-guest.ts';
import type { PreparedGuest } from './guest.ts';
import type { Translator, TranslatorStatistics } from '../vmm/translator/translator.ts';

export interface Statistics {
  readonly format: 'ringlab-run';
  readonly version: 1;
  readonly steps: number;
  readonly engine: string;
  readonly monitor: string;
  readonly isa: string;
  /** Exit status of the run. */
  readonly status: number;
  /** Traps taken, or a process's system calls: how many of each name. */
  readonly exits: Readonly<Record<string, number>>;
  /** Steps that the guest's instructions made on the machine itself; the others the monitor made. */
  readonly direct: number;
  readonly seconds: number;
}

/** What a stack of monitors adds: each one's own counts, the outermost first. `exits` and `direct` are the innermost's. */
interface Nesting {
  readonly levels: readonly Pick<Statistics, 'monitor' | 'exits' | 'direct'>[];
}

/** What the fast engine adds. */
interface Compilation {
  readonly regions: number;
  /** Batches of blocks, the first tier's code. */
  readonly batches: number;
  /** How often the engine entered compiled code. */
  readonly entries: number;
  readonly codeBytes: number;
  readonly compileSeconds: number;
  readonly compiledSteps: number;
  /** Checks in compiled code that failed, and accesses that are left to the interpreter because theirs kept failing. */
  readonly failures: number;
  readonly delegated: number;
  /** Compiled steps as a part of all, 0 to 1. */
  readonly compiledShare: number;
}

/** What a translator adds. */
interface Translation {
  readonly translator: TranslatorStatistics & {
    /** Units that are there now. */
    readonly present: number;
    /** Bytes of the cache in use. */
    readonly cacheBytes: number;
    /** Sensitive instructions that ran without an exit, each of them one under trap-and-emulate. */
    readonly exitsSaved: number;
  };
}

/** The statistics of a guest that ran for `seconds` and ended with `status`. */
export function statisticsOf(
  guest: PreparedGuest,
  monitor: string,
  status: number,
  seconds: number,
): Statistics & Partial<Compilation & Translation & Nesting> {
  const { machine, engine, isa, exits } = guest;
  const { steps } = machine;
  return {
    format: 'ringlab-run',
    version: 1,
    steps,
    engine: engine.name,
    monitor,
    isa,
    status,
    exits: sorted(exits),
    direct: guest.ledger?.direct ?? steps,
    seconds,
    ...(guest.levels.length > 1 ? { levels: guest.levels.map(levelOf) } : {}),
    ...(engine instanceof FastEngine ? compilationOf(engine, steps) : {}),
    ...(guest.translator ? translationOf(guest.translator, guest.ledger?.saved ?? 0) : {}),
  };
}

function sorted(exits: ReadonlyMap<string, number>): Statistics['exits'] {
  return Object.fromEntries([...exits].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function levelOf({ strategy, ledger }: Level): Nesting['levels'][number] {
  return { monitor: strategy, exits: sorted(ledger.exits), direct: ledger.direct };
}

function compilationOf(engine: FastEngine, steps: number): Compilation {
  const { regions, batches, entries, codeBytes, compileSeconds, compiledSteps, failures } = engine.statistics;
  const compiledShare = steps > 0 ? compiledSteps / steps : 0;
  const { delegated } = engine;
  const made = { regions, batches, entries, codeBytes, compileSeconds };
  return { ...made, compiledSteps, failures, delegated, compiledShare };
}

function translationOf(translator: Translator, exitsSaved: number): Translation {
  const present = [...translator.units()].length;
  return { translator: { ...translator.statistics, present, cacheBytes: translator.cache.used, exitsSaved } };
}

const labelWidth = 10;

/** The statistics as a few lines. */
export function formatStatistics(
  statistics: Statistics & Partial<Compilation & Translation & Nesting>,
): string {
  const { steps, seconds, engine, isa, monitor, status, exits, direct } = statistics;
  const { regions = 0, batches = 0, codeBytes = 0, compileSeconds = 0, compiledShare = 0 } = statistics;
  const { failures = 0, delegated = 0 } = statistics;
  const rate = seconds > 0 ? `, ${(steps / seconds / 1e6).toFixed(1)} million a second` : '';
  const lines: [label: string, text: string][] = [
    ['steps', `${steps} in ${seconds.toFixed(3)} s${rate}`],
    ['engine', `${engine}, ${isa}, monitor ${monitor}`],
    ['status', String(status)],
  ];
  if (monitor !== 'none') {
    lines.push([
      'direct',
      `${direct} steps (${((100 * direct) / Math.max(steps, 1)).toFixed(1)} %), ${steps - direct} by the monitor`,
    ]);
  }
  if (regions + batches > 0) {
    const share = (compiledShare * 100).toFixed(1);
    const code = (codeBytes / 1024).toFixed(1);
    lines.push([
      'compiled',
      `${share} % of the steps ran in ${count(batches, 'batch', 'es')}, ${count(regions, 'region')}:`,
    ]);
    lines.push(['', `${code} KiB of code, made in ${compileSeconds.toFixed(3)} s`]);
    if (failures > 0) lines.push(['', failedText(failures, delegated)]);
  } else if (statistics.regions !== undefined) {
    lines.push(['compiled', 'nothing: it was over before that would have paid']);
  }
  if (statistics.translator) lines.push(...translatorLines(statistics.translator));
  if (statistics.levels) lines.push(...statistics.levels.flatMap(levelLines));
  else lines.push(...exitLines('exits', exits));
  return lines.map(([label, text]) => `${label.padEnd(labelWidth)}${text}\n`).join('');
}

function exitLines(head: string, exits: Statistics['exits']): [label: string, text: string][] {
  return Object.entries(exits).map(([name, times], n) => [n === 0 ? head : '', `${times} × ${name}`]);
}

/** The exits to one monitor of a stack. */
function levelLines(
  { monitor, exits }: Nesting['levels'][number],
  n: number,
): [label: string, text: string][] {
  const all = Object.values(exits).reduce((sum, times) => sum + times, 0);
  return [[`level ${n + 1}`, `${monitor}: ${count(all, 'exit')}`], ...exitLines('', exits)];
}

/** How often checks of loads and stores failed, and what came of it. */
function failedText(failures: number, delegated: number): string {
  const left = delegated > 0 ? `; ${count(delegated, 'access', 'es')} left to the interpreter` : '';
  return `${count(failures, 'check')} of loads and stores failed${left}`;
}

function translatorLines(made: Translation['translator']): [label: string, text: string][] {
  const { units, copied, sequences, callouts, chains, invalidated, adapted, flushes } = made;
  const lost = `${invalidated} given up, ${adapted} adapted, cache emptied ${count(flushes, 'time')}`;
  return [
    ['units', `${units} translated: ${count(copied, 'instruction')} copied as they are,`],
    ['', `${sequences} rewritten, ${callouts} made callouts; ${count(chains, 'chain')}`],
    ['', `${made.present} present in ${(made.cacheBytes / 1024).toFixed(0)} KiB; ${lost}`],
    ['', `${made.exitsSaved} exits saved against trap-and-emulate`],
  ];
}

function count(n: number, what: string, plural = 's'): string {
  return `${n} ${what}${n === 1 ? '' : plural}`;
}

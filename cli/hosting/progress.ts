/** Prints a migration for people: stage by stage, round by round, in 80 columns. */
import type { MigrationReport } from '../../vmm/hosting/report.ts';
import { stageNumber } from '../../vmm/migration/stages.ts';

const mebi = 2 ** 20;

const head = '  round    sent  zeros  again     MiB    MiB/s   dirty  then down for  slowed';

/** Prints what is new in each report. */
export class Progress {
  readonly #write: (line: string) => void;
  #stages = 0;
  #rounds = 0;
  /** Tenths of its repetition that are done. */
  #repeated = -1;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  show(report: MigrationReport): void {
    if (this.#stages === 0) this.#write(title(report));
    this.#showRepeated(report);
    for (const { stage, atMs } of report.stages.slice(this.#stages)) {
      if (stage === 'stop-and-copy') this.#showRounds(report);
      const why = stage === 'stop-and-copy' ? `: ${report.reason}` : '';
      this.#write(`${seconds(atMs)}  stage ${stageNumber(stage)}, ${stage}${why}`);
      if (stage === 'pre-copy') this.#write(head);
    }
    this.#stages = report.stages.length;
    this.#showRounds(report);
  }

  #showRepeated({ repeated }: MigrationReport): void {
    const tenths = Math.floor((repeated ?? 0) / 10);
    if (repeated === null || tenths === this.#repeated) return;
    this.#repeated = tenths;
    this.#write(`             repeating ${String(repeated).padStart(2)} %`);
  }

  #showRounds({ rounds }: MigrationReport): void {
    for (const [n, round] of rounds.entries()) {
      if (n < this.#rounds) continue;
      const rate = round.seconds > 0 ? round.bytes / mebi / round.seconds : 0;
      const cells = [
        String(n + 1).padStart(7),
        String(round.sent).padStart(8),
        String(round.zero).padStart(7),
        String(round.repeated).padStart(7),
        (round.bytes / mebi).toFixed(2).padStart(8),
        rate.toFixed(1).padStart(9),
        String(round.dirtied).padStart(8),
        (round.expectedMs === null ? '–' : `${round.expectedMs.toFixed(1)} ms`).padStart(15),
        round.throttle > 0 ? `${Math.round(100 * round.throttle)} %`.padStart(8) : '',
      ];
      this.#write(cells.join('').trimEnd());
    }
    this.#rounds = Math.max(this.#rounds, rounds.length);
  }
}

function title({ guest, from, to, memory, mode, withStorage, units, unitBytes }: MigrationReport): string {
  const disk = units * unitBytes - memory;
  const what =
    withStorage && disk > 0
      ? `${memory / mebi} MiB and a disk of ${(disk / mebi).toFixed(1)} MiB`
      : `${memory / mebi} MiB`;
  return `${guest} from ${from} to ${to}: ${what}, ${mode}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3).padStart(9)} s`;
}

/** The end of a migration in a sentence. */
export function formatEnd(report: MigrationReport): string {
  const { guest, to, totalMs, downtimeMs, bytes, rounds, last, reason, state } = report;
  if (state === 'failed') return `${guest} was not moved, and still runs where it was: ${reason}`;
  const sent =
    rounds.length > 0
      ? `${count(rounds.length, 'round')} and ${count(last.sent, 'unit')} at the end`
      : count(last.sent, 'unit');
  return [
    `${guest} is on ${to}: ${(totalMs / 1000).toFixed(3)} s in all, down for ${(downtimeMs ?? 0).toFixed(1)} ms;`,
    `  ${(bytes / mebi).toFixed(2)} MiB sent, in ${sent}`,
  ].join('\n');
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

/**
 * The five stages in which a machine is provisioned, as its history shows them: it is asked for, a server of the pool is selected,
 * its software is loaded, it is configured, it is ready (Buyya, Broberg and Goscinski, Cloud Computing: Principles and
 * Paradigms, 2011, section 5.2.1).
 */
import { parseContext } from '../../isa/machine/devices/context.ts';
import type { VmRecord, WantRecord } from '../../vmm/pool/records.ts';

type HistoryLine = VmRecord['history'][number];

/** A line of what is shown: a state, or a stage that was done within one. */
export interface ShownLine extends HistoryLine {
  /** `2/5`; empty if the machine had been provisioned before. */
  readonly stage: string;
}

/** The history with its stages. A machine that is started again goes through them again. */
export function withStages({ history }: Pick<VmRecord, 'history'>, want: WantRecord): readonly ShownLine[] {
  return history.flatMap((line, n) => stagesOf(line, history[n - 1], want));
}

function stagesOf(
  line: HistoryLine,
  before: HistoryLine | undefined,
  want: WantRecord,
): readonly ShownLine[] {
  const stage = (number: number, reason: string): ShownLine => ({
    ...line,
    stage: `${number}/5`,
    reason: line.reason === '' ? reason : line.reason,
  });
  if (line.state === 'PENDING') return [stage(1, `asked for: ${whatOf(want)}`)];
  if (line.state === 'PROLOG') return [stage(2, `${line.host} is selected`)];
  if (line.state === 'BOOT' && before?.state === 'PROLOG')
    return [stage(3, `loaded: ${softwareOf(want)}`), stage(4, `configured: ${settingsOf(want)}`)];
  if (line.state === 'RUNNING' && before?.state === 'BOOT') return [stage(5, 'ready')];
  return [{ ...line, stage: '' }];
}

function whatOf({ appliance, memory, tenant }: WantRecord): string {
  return `${appliance ?? 'a program'}, ${memory / 1024}K of memory, for ${tenant}`;
}

function softwareOf({ image, patches = [] }: WantRecord): string {
  const count =
    patches.length === 0 ? '' : `, ${patches.length} ${patches.length === 1 ? 'patch' : 'patches'}`;
  return `image ${image.slice(0, 12)}${count}`;
}

/** The keys alone: values may be secret. */
function settingsOf({ context }: WantRecord): string {
  if (context === undefined) return 'no settings';
  return [...parseContext(context).keys()].join(', ') || 'no settings';
}

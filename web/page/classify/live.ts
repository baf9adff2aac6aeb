/** Measuring in the page: in a worker of its own, which is ended afterwards, so that each measurement is made anew. */
import { effect, signal } from '@preact/signals';
import type { InstructionSummary } from '../../../isa/classify/summary.ts';
import type { Measured } from '../../worker/classify.ts';
import { Client, Stopped } from '../client.ts';
import { startWorker } from '../embedded.ts';
import { said, variant } from '../state.ts';

export interface Live {
  readonly state: 'measuring' | 'stopped' | 'done';
  readonly instructions: readonly InstructionSummary[];
  /** The whole result, with how many executions it took; undefined before it is done. */
  readonly measured: Measured | undefined;
}

/** What is measured in the page; undefined: what the build measured is shown. */
export const live = signal<Live | undefined>(undefined);

/** The worker that measures, and that writes programs for witnesses. */
export const meter: Client = new Client(startWorker, {});

/** Measures the chosen processor. */
export async function measure(): Promise<void> {
  meter.end();
  live.value = { state: 'measuring', instructions: [], measured: undefined };
  try {
    const measured = await meter.ask(
      'classify',
      { variant: variant.value },
      (instructions: readonly InstructionSummary[]) => {
        live.value = { state: 'measuring', instructions, measured: undefined };
      },
    );
    live.value = { state: 'done', instructions: measured.instructions, measured };
    said.value = `Measured ${measured.instructions.length} instructions`;
    meter.end();
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  }
}

/** Leaves off: what is measured stays. */
export function stopMeasuring(): void {
  const now = live.value;
  meter.end();
  if (now?.state === 'measuring') live.value = { ...now, state: 'stopped' };
}

/** Back to what the build measured. */
export function showBuilt(): void {
  if (live.value === undefined) return;
  meter.end();
  live.value = undefined;
}

let measuredFor = variant.peek();

/** What was measured of another processor says nothing of this one. */
effect(() => {
  if (variant.value === measuredFor) return;
  measuredFor = variant.value;
  showBuilt();
});

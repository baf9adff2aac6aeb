/** Whether a system row's meaning reads no state at all: then one execution stands for all. */
import type { Row } from '../table/row.ts';
import { step } from './execute.ts';
import { samplesOf } from './operands.ts';
import { Recorder } from './recorder.ts';
import { applyState, defaultState } from './states.ts';

/** True when no sample of `row` reads anything of the machine. */
export function readsNothing(row: Row): boolean {
  const machine = new Recorder();
  return samplesOf(row).every((sample) => {
    applyState(machine, defaultState);
    machine.reads.clear();
    step(machine, sample);
    return machine.reads.size === 0;
  });
}

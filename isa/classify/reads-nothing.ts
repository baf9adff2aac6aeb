/** Tests whether a system row's meaning reads no state at all. If so, all executions are the same as one. */
import type { Row } from '../table/row.ts';
import { step } from './execute.ts';
import { samplesOf } from './operands.ts';
import { Recorder } from './recorder.ts';
import { applyState, defaultState } from './states.ts';

/** Whether no sample of `row` reads any state of the machine. */
export function readsNothing(row: Row): boolean {
  const machine = new Recorder();
  return samplesOf(row).every((sample) => {
    applyState(machine, defaultState);
    machine.reads.clear();
    step(machine, sample);
    return machine.reads.size === 0;
  });
}

/** Execution: the kernel of many functions, on each engine, a slice at a time for as long as is asked. */
import { modes } from '../catalogue.ts';
import { prepareKernel } from '../run-kernel.ts';
import type { Case, Part } from './part.ts';

/** Repetitions that no measurement sees the end of. */
const endless = 100_000_000;

function runCases(engine: 'fast' | 'interpreter', count: number): readonly Case[] {
  return modes.map((mode) => {
    const { machine, run } = prepareKernel({ kernel: 'mixed', mode, engine, repeat: endless });
    const call = () => {
      run(machine.steps + count);
      return machine.steps + machine.pc;
    };
    return { name: `${mode} mode`, unit: 'steps', count, call };
  });
}

export const interpretPart: Part = { name: 'interpret', cases: () => runCases('interpreter', 20_000) };
export const runPart: Part = { name: 'run', cases: () => runCases('fast', 2_000_000) };

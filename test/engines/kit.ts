/** Small programs on both engines, in the same state at the same steps, with compiled code in play. */
import { expect } from 'vitest';
import { FastEngine, type FastOptions } from '../../isa/engines/fast/fast.ts';
import { Interpreter } from '../../isa/engines/interpreter/interpreter.ts';
import { type Image, loadImage } from '../../isa/machine/image.ts';
import { Machine } from '../../isa/machine/machine.ts';
import type { Storage } from '../../isa/machine/storage.ts';
import { type Variant, variantNamed } from '../../isa/table/variants.ts';
import { difference, processorDifference } from '../property/lockstep.ts';
import { cleanStorage } from '../property/own.ts';
import { image } from '../vmm/assembled.ts';

const memory = 2 ** 20;
function machineWith(program: Image, variant: string, storage?: Storage): Machine {
  const options = { memory, variant: variantNamed(variant) as Variant, ...(storage ? { storage } : {}) };
  const machine = new Machine(options);
  loadImage(program, machine.memory.bytes);
  machine.pc = program.entry;
  return machine;
}

/**
 * Steps between two comparisons: never until the end, seldom, often; and when code is compiled: by the second tier, by the
 * first one and then the second, or by the first one only.
 */
const ways: readonly (FastOptions & { readonly hot: number; readonly stride: number })[] = [
  { stride: Number.MAX_SAFE_INTEGER, hot: 2 },
  { stride: Number.MAX_SAFE_INTEGER, hot: 30, early: 2 },
  { stride: 997, hot: 2 },
  { stride: 997, hot: 2 ** 30, early: 1 },
  { stride: 61, hot: 2, early: 1 },
];

type Way = (typeof ways)[number];
const most = 2_000_000;

interface Alike {
  readonly spanning: number;
  readonly failures: number;
}

/**
 * Runs the assembly `text` in lockstep with the interpreter in several ways, until it
 * powers off; expects that exit status, and that more than `share` of all steps
 * were executed by compiled code where little suffices to compile. Returns how many regions had spans, and how many
 * checks failed when the guest ran in one go and was compiled early.
 */
export function expectAlike(text: string, status: number, share = 0.2, variant = 'ring32-v'): Alike {
  const program = image(`    .globl _start\n_start:\n${text}`);
  let [spanning, failures] = [0, 0];
  for (const way of ways) {
    const said = `every ${way.stride} steps, hot ${way.hot}, early ${way.early}`;
    const made = runAlike(program, variant, way, status, said);
    const { steps, compiledSteps } = made;
    spanning += made.spanning;
    if (way === ways[0]) failures = made.failures;
    if (way.stride > 900) expect(compiledSteps / steps, said).toBeGreaterThan(way.hot === 2 ? share : 0);
  }
  return { spanning, failures };
}

/** In one way, which is `said` of what fails; the fast engine's counts. */
function runAlike(
  program: Image,
  variant: string,
  { stride, hot, early }: Way,
  status: number,
  said: string,
) {
  const oracle = machineWith(program, variant);
  const machine = machineWith(program, variant, cleanStorage(memory));
  const interpreter = new Interpreter(oracle);
  const fast = new FastEngine(machine, { hot, early });
  for (let until = Math.min(stride, most); ; until += stride) {
    const stop = interpreter.run(until);
    expect(fast.run(until), `${said}, step ${oracle.steps}`).toEqual(stop);
    expect(processorDifference(oracle, machine), `${said}, step ${oracle.steps}`).toBeUndefined();
    if (stop.kind === 'limit' && until < most) continue;
    expect(stop, said).toEqual({ kind: 'power', status });
    break;
  }
  expect(difference(oracle, machine), said).toBeUndefined();
  fast.close();
  return { steps: oracle.steps, ...fast.statistics };
}

/** Ends with the status in s11. */
export const end = `
    li   t0, 1
    out  t0, s11`;

/** A trap handler at `handler` that skips what trapped and counts in s10. */
export const skipping = `
    la   t0, handler
    mts  TVEC, t0
    j    1f
handler:
    addi s10, s10, 1
    mfs  t6, EPC
    addi t6, t6, 4
    mts  EPC, t6
    iret
1:`;

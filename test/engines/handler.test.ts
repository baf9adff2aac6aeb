/** A host's trap handler reads and changes registers at an instruction that traps in hot code, and compiled code goes on. */
import { expect, it } from 'vitest';
import { createEngine } from '../../isa/engines/engine.ts';
import { FastEngine } from '../../isa/engines/fast/fast.ts';
import { wasmStorage } from '../../isa/engines/fast/layout.ts';
import type { Engine } from '../../isa/engines/engine.ts';
import { loadImage } from '../../isa/machine/image.ts';
import { Machine } from '../../isa/machine/machine.ts';
import { SR } from '../../isa/table/sysregs.ts';
import { CAUSE } from '../../isa/table/traps.ts';
import { goOn } from '../../vmm/guest/enter.ts';
import { image } from '../vmm/assembled.ts';

const memory = 2 ** 18;
const [s1, s2] = [9, 18];
const program = image(`
    .globl _start
_start:
    li   s0, 3000
1:  addi s1, s1, 3
    getf s2
    add  s3, s3, s1
    add  s4, s4, s2
    addi s0, s0, -1
    bnez s0, 1b
    ebreak
`);

/** Runs the program in ring 3. The handler adds s1 up in s2, and adds 4 to s1; it stops at the breakpoint. */
function run(make: (machine: Machine) => Engine): { machine: Machine; engine: Engine } {
  const machine = new Machine({ memory, hosted: true, storage: wasmStorage(memory) });
  loadImage(program, machine.memory.bytes);
  machine.pc = program.entry;
  machine.status = 3;
  let sum = 0;
  machine.handler = () => {
    if (machine.readSystem(SR.ECAUSE) !== CAUSE.PRIVILEGED) return false;
    sum = (sum + (machine.x[s1] as number)) | 0;
    machine.x[s2] = sum;
    machine.x[s1] = (machine.x[s1] as number) + 4;
    machine.writeSystem(SR.EPC, machine.readSystem(SR.EPC) + 4);
    goOn(machine, 2 ** 20);
    return true;
  };
  const engine = make(machine);
  expect(engine.run(Number.POSITIVE_INFINITY).kind).toBe('trap');
  return { machine, engine };
}

it('A handler finds in the registers what compiled code has computed, and compiled code finds what the handler has changed', () => {
  const expected = run((machine) => createEngine('interpreter', machine));
  const found = run((machine) => new FastEngine(machine, { hot: 50 }));
  expect([...found.machine.x]).toEqual([...expected.machine.x]);
  expect(found.machine.steps).toBe(expected.machine.steps);
  const { entries, regions, compiledSteps } = (found.engine as FastEngine).statistics;
  expect(regions).toBeGreaterThan(0);
  expect(entries).toBeLessThan(100);
  expect(compiledSteps).toBeGreaterThan(10_000);
});

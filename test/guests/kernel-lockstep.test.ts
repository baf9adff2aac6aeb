/** The teaching kernels on two engines, compared again and again on the way: registers, system registers, memory. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../assembler/index.ts';
import { type EngineName, storageFor } from '../../isa/engines/engine.ts';
import { FastEngine } from '../../isa/engines/fast/fast.ts';
import { Interpreter } from '../../isa/engines/interpreter/interpreter.ts';
import { Console } from '../../isa/machine/devices/console.ts';
import { MemoryDisk } from '../../isa/machine/devices/disk.ts';
import { loadImage, readImage } from '../../isa/machine/image.ts';
import { Machine } from '../../isa/machine/machine.ts';
import { variantNamed, type Variant } from '../../isa/table/variants.ts';
import { difference } from '../property/lockstep.ts';
import { parseExpectations } from './expectations.ts';
import { fillSectors, guestText } from './run.ts';

/** All that the kernels use. */
const MEMORY = 2 ** 20;

function start(file: string, engine: EngineName): Machine {
  const path = fileURLToPath(new URL(`../../guests/${file}`, import.meta.url));
  const { elf } = assemble([{ name: path, text: guestText(file) }], {
    readFile: (included, from) => readFileSync(resolve(dirname(from), included)),
  });
  const { disk, input } = parseExpectations(guestText(file));
  const console = new Console(() => {});
  console.feed(Buffer.from(input));
  console.close();
  const machine = new Machine({
    variant: variantNamed('ring32-v') as Variant,
    console,
    memory: MEMORY,
    storage: storageFor(engine, MEMORY),
    disk: new MemoryDisk(Buffer.from(fillSectors(disk ?? []).join(''), 'latin1')),
  });
  const image = readImage(elf);
  loadImage(image, machine.memory.bytes);
  machine.pc = image.entry;
  return machine;
}

describe.each([
  ['kernel/kernel.s', 1009],
  ['kernel/mini.s', 101],
])('Both engines, running %s', (file, slice) => {
  it(`are in the same state every ${slice} steps, up to the end`, () => {
    const machines = [start(file, 'interpreter'), start(file, 'fast')] as const;
    const oracle = new Interpreter(machines[0]);
    const fast = new FastEngine(machines[1], { hot: 20 });
    for (let until = slice; ; until += slice) {
      const stop = oracle.run(until);
      expect(fast.run(until)).toEqual(stop);
      expect(difference(...machines), `at step ${machines[0].steps}`).toBeUndefined();
      if (stop.kind === 'limit') continue;
      expect(stop).toEqual({ kind: 'power', status: 0 });
      expect(fast.statistics.compiledSteps).toBeGreaterThan(slice);
      return;
    }
  });
});

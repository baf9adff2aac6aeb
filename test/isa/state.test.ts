/** State as data: what `save` gives, `restore` takes back; the dirty log. */
import { describe, expect, it } from 'vitest';
import { createEngine, type EngineName, storageFor } from '../../isa/engines/engine.ts';
import { MemoryDisk } from '../../isa/machine/devices/disk.ts';
import { DirtyLog } from '../../isa/machine/dirty-log.ts';
import { Machine } from '../../isa/machine/machine.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { eager, expectCompiled } from '../engines/compiled.ts';
import { difference } from '../property/lockstep.ts';
import { image } from '../vmm/assembled.ts';
import { loadImage } from '../../isa/machine/image.ts';

const memory = 2 ** 17;

/** Counts in memory, a page at a time, the disk and the timer busy meanwhile. */
const walker = image(`    .globl _start
_start:
    li   t0, 0x20
    li   t1, 3
    out  t0, t1
    li   t0, 0x21
    li   t1, 0x9000
    out  t0, t1
    li   t0, 0x22
    li   t1, 1
    out  t0, t1
    li   t0, 5000
    mts  TIMER, t0
1:  li   t0, 0x8000
    li   t1, 0x18000
2:  lw   t2, 0(t0)
    addi t2, t2, 1
    sw   t2, 0(t0)
    add  t0, t0, t3
    li   t3, 4096
    bltu t0, t1, 2b
    j    1b
`);

const engines = ['interpreter', 'fast'] as const;

function machineWith(name: EngineName) {
  const disk = new MemoryDisk(Uint8Array.from({ length: 4096 }, (_, n) => n * 7));
  const machine = new Machine({ memory, disk, storage: storageFor(name, memory) });
  loadImage(walker, machine.memory.bytes);
  machine.pc = walker.entry;
  return { machine, engine: createEngine(name, machine, eager) };
}

describe('A machine saved and restored', () => {
  it.each(engines)('goes on as if nothing had happened, on the engine %s', (name) => {
    for (const at of [0, 1, 9, 500, 1008, 1500, 40_000]) {
      const [one, other] = [machineWith('interpreter'), machineWith(name)];
      one.engine.run(at);
      other.engine.run(20_000);
      other.machine.restore(structuredClone(one.machine.save()));
      other.machine.memory.fill(0, one.machine.memory.bytes);
      expect(difference(one.machine, other.machine)).toBeUndefined();
      for (const until of [at + 1, at + 700, 60_000]) {
        one.engine.run(until);
        other.engine.run(until);
        expect(difference(one.machine, other.machine)).toBeUndefined();
      }
      expectCompiled(other.engine, 10_000);
    }
  });
});

describe('The dirty log', () => {
  it.each(engines)('has every page that was written, and no other, on the engine %s', (name) => {
    const { machine, engine } = machineWith(name);
    engine.run(30_000);
    const log = new DirtyLog(machine.memory);
    expect(log.take()).toEqual([]);
    for (let until = 30_500; until < 60_000; until += 97) {
      const before = machine.memory.bytes.slice();
      engine.run(until);
      const changed = Array.from({ length: memory / PAGE }, (_, page) => page).filter(
        (page) =>
          Buffer.compare(
            before.subarray(page * PAGE, (page + 1) * PAGE),
            machine.memory.bytes.subarray(page * PAGE, (page + 1) * PAGE),
          ) !== 0,
      );
      expect(log.take()).toEqual(changed);
    }
    log.close();
    engine.run(70_000);
    expect(log.take()).toEqual([]);
    expectCompiled(engine, 10_000);
  });
});

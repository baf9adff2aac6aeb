/** The TLB: what it holds, what makes it forget, and that no guest can tell that it is there. `SEED=…` repeats a run. */
import { describe, expect, it } from 'vitest';
import { Memory, WATCH } from '../../isa/machine/memory.ts';
import { plainStorage } from '../../isa/machine/storage.ts';
import { Tlb } from '../../isa/machine/tlb.ts';
import { LOAD, STORE } from '../../isa/machine/translate.ts';
import { type Variant, variantNamed } from '../../isa/table/variants.ts';
import { oracleOf } from '../property/bare.ts';
import { randomProgram } from '../property/generate.ts';
import { difference } from '../property/lockstep.ts';

const seed = Number(process.env.SEED ?? 20);
const [root, leaf] = [0x1000, 0x2004];

/** A TLB that has walked a page for loads in ring 0. */
function walked() {
  const memory = new Memory(plainStorage(0x8000), 0x8000);
  const tlb = new Tlb(memory);
  tlb.watch(root >>> 12);
  tlb.watch(leaf >>> 12);
  tlb.add(0x40000123, LOAD, 0x5123);
  return { memory, tlb };
}

describe('The TLB', () => {
  it('finds the page that was walked, for that kind of access in that ring', () => {
    const { tlb } = walked();
    expect(tlb.find(0x40000ffc, LOAD)).toBe(0x5000);
    expect(tlb.find(0x40000ffc, STORE)).toBe(-1);
    expect(tlb.find(0x40001000, LOAD)).toBe(-1);
    tlb.enter(3);
    expect(tlb.find(0x40000ffc, LOAD)).toBe(-1);
    tlb.enter(1);
    expect(tlb.find(0x40000ffc, LOAD)).toBe(0x5000);
  });

  it('forgets when a table that it walked is written, and watches that table no more', () => {
    for (const table of [root, leaf & -4096]) {
      const { memory, tlb } = walked();
      expect((memory.watched[table >>> 12] as number) & WATCH.WALKED).not.toBe(0);
      memory.write(table + 8, 4, 0);
      expect(tlb.find(0x40000000, LOAD)).toBe(-1);
      expect((memory.watched[table >>> 12] as number) & WATCH.WALKED).toBe(0);
    }
  });

  it('forgets when a write begins before such a table and ends in it', () => {
    const { memory, tlb } = walked();
    memory.write(root - 2, 4, 0);
    expect(tlb.find(0x40000000, LOAD)).toBe(-1);
  });

  it('remembers when A or D is set, and when other memory is written', () => {
    const { memory, tlb } = walked();
    memory.mark(leaf, 0x5061);
    memory.write(0x5000, 4, 1);
    expect(tlb.find(0x40000000, LOAD)).toBe(0x5000);
  });

  it('forgets when another root table is in use, however often', () => {
    const { tlb } = walked();
    for (let n = 0; n < 3000; n++) {
      tlb.watch(root >>> 12);
      tlb.watch(leaf >>> 12);
      tlb.add(0x40000000, LOAD, 0x5000);
      tlb.flush();
      expect(tlb.find(0x40000000, LOAD)).toBe(-1);
    }
  });
});

describe(`Random guests (seed ${seed})`, () => {
  it('cannot tell a machine with a TLB from one that forgets at each step', () => {
    const variant = variantNamed('ring32-x') as Variant;
    let remembered = 0;
    for (let n = 0; n < 60; n++) {
      const program = randomProgram(seed, n);
      const [one, forgetful] = [oracleOf(program, variant), oracleOf(program, variant)];
      for (let until = 1; until <= 400; until++) {
        const stop = one.run(until);
        forgetful.machine.restore(forgetful.machine.save());
        if (forgetful.run(until).kind !== stop.kind || one.machine.pc !== forgetful.machine.pc) break;
        if (one.machine.memory.watched.some((bits) => (bits & WATCH.WALKED) !== 0)) remembered += 1;
        if (stop.kind !== 'limit') break;
      }
      expect(difference(one.machine, forgetful.machine), `case ${n}`).toBeUndefined();
    }
    expect(remembered).toBeGreaterThan(3000);
  });
});

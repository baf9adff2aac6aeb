import { describe, expect, test } from 'vitest';
import { gist } from './kit.ts';

/** A mnemonic of RISC-V that Ring32 does not have: whose it is, and what to do here. */
const foreign: Readonly<Record<string, readonly [whose: string, instead: RegExp]>> = {
  csrr: ['extension Zicsr', /`mfs rd, sr` reads one, `mts sr, rs1` writes one/],
  CSRRWI: ['extension Zicsr', /`mfs rd, sr` reads one/],
  rdcycleh: ['extension Zicntr', /`mfs rd, TIME` gives the steps so far/],
  mret: ['the privileged architecture of RISC-V', /Ring32 has `iret`/],
  wfi: ['the privileged architecture of RISC-V', /Ring32 has `hlt`/],
  'sfence.vma': ['the privileged architecture of RISC-V', /leave it out/],
  'amoadd.w.aqrl': ['extension A', /one processor/],
  'lr.w': ['extension A', /one processor/],
  flw: ['extension F, D or Q', /-march=rv32im/],
  'fcvt.w.s': ['extension F, D or Q', /in software/],
  'vadd.vv': ['extension V', /a loop/],
  vsetvli: ['extension V', /a loop/],
  'c.addi': ['extension C', /write `addi`, which takes 4 bytes/],
  'c.lwsp': ['extension C', /-march=rv32im/],
  andn: ['extension Zba or Zbb', /-march=rv32im/],
  clmulh: ['extension Zbs, Zbc or Zbkb', /-march=rv32im/],
  addw: ['RV64', /registers have 32 bits here: write `add`/],
  ld: ['RV64', /registers have 32 bits here: write `lw`/],
  'cbo.zero': ['extension Zawrs, Zihintpause or Zicbom', /leave it out/],
};

describe('instructions of other extensions', () => {
  test.each(Object.entries(foreign))('%s is told to be another’s', (name, [whose, instead]) => {
    const [said, hint] = gist(`${name} a0, a1`).split('\n');
    expect(said).toBe(`t.s:1:1: error: \`${name}\` belongs to ${whose}, which Ring32 does not have`);
    expect(hint).toMatch(instead);
  });

  test('a misspelt instruction of Ring32 is not taken for another’s', () => {
    expect(gist('fence.x')).toMatch(/there is no instruction `fence\.x`\n.*`fence\.i`/);
    expect(gist('stow a0')).toBe('t.s:1:1: error: there is no instruction `stow`');
  });
});

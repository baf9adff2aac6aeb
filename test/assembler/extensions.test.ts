import { describe, expect, test } from 'vitest';
import { gist } from './kit.ts';

/** A mnemonic of RISC-V that Ring32 does not have: whose it is, and what to do here. */
const foreign: Readonly<Record<string, readonly [whose: string, instead: RegExp]>> = {
  csrr: ['of extension Zicsr', /`mfs rd, sr` reads one, `mts sr, rs1` writes one/],
  CSRRWI: ['of extension Zicsr', /`mfs rd, sr` reads one/],
  rdcycleh: ['of extension Zicntr', /`mfs rd, TIME` gives the steps so far/],
  mret: ['of the privileged architecture of RISC-V', /Ring32 has `iret`/],
  wfi: ['of the privileged architecture of RISC-V', /Ring32 has `hlt`/],
  'sfence.vma': ['of the privileged architecture of RISC-V', /leave it out/],
  'amoadd.w.aqrl': ['of extension A', /one processor/],
  'lr.w': ['of extension A', /one processor/],
  flw: ['of extension F, D or Q', /-march=rv32im/],
  'fcvt.w.s': ['of extension F, D or Q', /in software/],
  'vadd.vv': ['of extension V', /a loop/],
  vsetvli: ['of extension V', /a loop/],
  'c.addi': ['of extension C', /write `addi`, which takes 4 bytes/],
  'c.lwsp': ['of extension C', /-march=rv32im/],
  andn: ['of extension Zba or Zbb', /-march=rv32im/],
  clmulh: ['of extension Zbs, Zbc or Zbkb', /-march=rv32im/],
  addw: ['of RV64', /registers have 32 bits here: write `add`/],
  ld: ['of RV64', /registers have 32 bits here: write `lw`/],
  'cbo.zero': ['of extension Zawrs, Zihintpause or Zicbom', /leave it out/],
};

describe('instructions of other extensions', () => {
  test.each(Object.entries(foreign))('%s is told to be another’s', (name, [whose, instead]) => {
    const [said, hint] = gist(`${name} a0, a1`).split('\n');
    expect(said).toBe(`t.s:1:1: error: \`${name}\` is ${whose}, which Ring32 does not have`);
    expect(hint).toMatch(instead);
  });

  test('a misspelt instruction of Ring32 is not taken for another’s', () => {
    expect(gist('fence.x')).toMatch(/there is no instruction `fence\.x`\n.*`fence\.i`/);
    expect(gist('stow a0')).toBe('t.s:1:1: error: there is no instruction `stow`');
  });
});

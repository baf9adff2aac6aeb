/**
 * What each instruction does, said a second time and independently of the table: in
 * BigInt arithmetic over mathematical integers, from the manuals. The row tests compare.
 */

/** The state an instruction starts from. `a`, `b`: rs1 and rs2 as signed words. */
export interface Before {
  readonly a: bigint;
  readonly b: bigint;
  readonly imm: bigint;
  readonly pc: bigint;
  readonly ring: bigint;
  readonly status: bigint;
  readonly tvec: bigint;
  readonly ptbr: bigint;
  readonly base: bigint;
  readonly bound: bigint;
  /** Reads memory at a virtual address, little-endian, unsigned. */
  readonly memory: (address: bigint, width: number) => bigint;
  readonly system: (number: bigint) => bigint;
}

/** What changes; whatever is not mentioned stays, pc goes to the next instruction. Words modulo 2^32. */
export interface After {
  readonly rd?: bigint;
  readonly pc?: bigint;
  readonly store?: { readonly address: bigint; readonly width: number; readonly value: bigint };
  readonly trap?: { readonly cause: number; readonly value: bigint };
  readonly status?: bigint;
  readonly relocation?: readonly [bigint, bigint];
  readonly system?: readonly [number: bigint, value: bigint];
  readonly output?: readonly [port: bigint, value: bigint];
  readonly waiting?: true;
}

const u = (x: bigint) => BigInt.asUintN(32, x);
const bit = (x: boolean) => (x ? 1n : 0n);
const low = (x: bigint) => u(x) % 32n;

type Expectation = (before: Before) => After;

const rd =
  (value: (x: Before) => bigint): Expectation =>
  (x) => ({ rd: value(x) });

/** Jumps to `target` unless it is misaligned. */
const jump = (target: bigint, link: After): After =>
  u(target) % 4n === 0n ? { ...link, pc: target } : { trap: { cause: 0, value: u(target) } };

const branch =
  (taken: (x: Before) => boolean): Expectation =>
  (x) =>
    taken(x) ? jump(x.pc + x.imm, {}) : {};

const load = (width: number, signed: boolean): Expectation =>
  rd((x) => {
    const value = x.memory(u(x.a + x.imm), width);
    return signed ? BigInt.asIntN(width * 8, value) : value;
  });

const store =
  (width: number): Expectation =>
  (x) => ({ store: { address: u(x.a + x.imm), width, value: BigInt.asUintN(width * 8, x.b) } });

const RING = 3n;
const IF = 4n;
const UF = 0xff00n;

export const expectations: Readonly<Record<string, Expectation>> = {
  lui: rd((x) => x.imm),
  auipc: rd((x) => x.pc + x.imm),
  addi: rd((x) => x.a + x.imm),
  slti: rd((x) => bit(x.a < x.imm)),
  sltiu: rd((x) => bit(u(x.a) < u(x.imm))),
  xori: rd((x) => x.a ^ x.imm),
  ori: rd((x) => x.a | x.imm),
  andi: rd((x) => x.a & x.imm),
  slli: rd((x) => x.a << x.imm),
  srli: rd((x) => u(x.a) >> x.imm),
  srai: rd((x) => x.a >> x.imm),
  add: rd((x) => x.a + x.b),
  sub: rd((x) => x.a - x.b),
  sll: rd((x) => x.a << low(x.b)),
  slt: rd((x) => bit(x.a < x.b)),
  sltu: rd((x) => bit(u(x.a) < u(x.b))),
  xor: rd((x) => x.a ^ x.b),
  srl: rd((x) => u(x.a) >> low(x.b)),
  sra: rd((x) => x.a >> low(x.b)),
  or: rd((x) => x.a | x.b),
  and: rd((x) => x.a & x.b),
  mul: rd((x) => x.a * x.b),
  mulh: rd((x) => (x.a * x.b) >> 32n),
  mulhsu: rd((x) => (x.a * u(x.b)) >> 32n),
  mulhu: rd((x) => (u(x.a) * u(x.b)) >> 32n),
  div: rd((x) => (x.b === 0n ? -1n : x.a / x.b)),
  divu: rd((x) => (x.b === 0n ? -1n : u(x.a) / u(x.b))),
  rem: rd((x) => (x.b === 0n ? x.a : x.a % x.b)),
  remu: rd((x) => (x.b === 0n ? x.a : u(x.a) % u(x.b))),
  lb: load(1, true),
  lh: load(2, true),
  lw: load(4, true),
  lbu: load(1, false),
  lhu: load(2, false),
  sb: store(1),
  sh: store(2),
  sw: store(4),
  beq: branch((x) => x.a === x.b),
  bne: branch((x) => x.a !== x.b),
  blt: branch((x) => x.a < x.b),
  bge: branch((x) => x.a >= x.b),
  bltu: branch((x) => u(x.a) < u(x.b)),
  bgeu: branch((x) => u(x.a) >= u(x.b)),
  jal: (x) => jump(x.pc + x.imm, { rd: x.pc + 4n }),
  jalr: (x) => jump((u(x.a + x.imm) / 2n) * 2n, { rd: x.pc + 4n }),
  ecall: () => ({ trap: { cause: 8, value: 0n } }),
  ebreak: () => ({ trap: { cause: 3, value: 0n } }),
  fence: () => ({}),
  'fence.i': () => ({}),

  iret: (x) => ({
    pc: x.system(4n),
    status: x.system(5n),
    relocation: [x.system(6n), x.system(7n)],
  }),
  hlt: () => ({ waiting: true }),
  cli: (x) => ({ status: x.status & ~IF }),
  sti: (x) => ({ status: x.status | IF }),
  lrel: (x) => ({ relocation: [u(x.a), u(x.b)] }),
  in: rd((x) => (u(x.a) === 0x24n ? 3n : [0x01n, 0x11n, 0x20n, 0x21n, 0x23n].includes(u(x.a)) ? 0n : -1n)),
  out: (x) => ({ output: [u(x.a), u(x.b)] }),
  mfs: (x) => (x.imm > 18n ? { trap: { cause: 2, value: -1n } } : { rd: x.system(x.imm) }),
  mts: (x) =>
    x.imm > 18n || [12n, 13n, 15n, 16n, 17n].includes(x.imm)
      ? { trap: { cause: 2, value: -1n } }
      : { system: [x.imm, u(x.a)] },

  getf: rd((x) => x.status & ~RING),
  setf: (x) => {
    const mine = x.ring === 0n ? UF | IF : UF;
    return { status: (x.status & ~mine) | (u(x.a) & mine) };
  },
  sring: rd((x) => x.ring),
  svec: rd((x) => x.tvec),
  sptb: rd((x) => x.ptbr),
  smsw: rd((x) => (x.ptbr & 1n) | (x.status & IF ? 2n : 0n)),
  lra: rd((x) => (u(x.a) < x.bound ? x.base + u(x.a) : -1n)),
  lar: rd((x) => (u(x.a) < x.bound ? 0x1en : 0n)),
  verr: rd((x) => bit(u(x.a) < x.bound)),
  verw: rd((x) => bit(u(x.a) < x.bound)),
  retf: (x) =>
    u(x.a) % 4n === 0n
      ? { pc: u(x.a), status: (x.status & ~RING) | (x.ring > u(x.b) % 4n ? x.ring : u(x.b) % 4n) }
      : { trap: { cause: 0, value: u(x.a) } },
  vmcall: () => ({ trap: { cause: 2, value: -1n } }),
  vmrun: () => ({ trap: { cause: 2, value: -1n } }),
};

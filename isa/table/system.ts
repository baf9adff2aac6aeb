/**
 * The system half, in RISC-V's custom-0 opcode. Every row except `mfs` and `mts` is
 * R-type, with funct3 000 and its number in funct7, so that GNU `as` can write it:
 * `.insn r CUSTOM_0, 0, 17, x0, a0, x0` is `setf a0`. Unused fields must be zero.
 *
 * The functions here do not check privilege: the engine has already compared `privilege`
 * with the ring.
 */
import type { SystemMeaning } from './effects.ts';
import type { Processor } from './processor.ts';
import { type Instruction, type Row, rows } from './row.ts';
import { SR, STATUS, systemRegisters } from './sysregs.ts';
import { CAUSE } from './traps.ts';

/** The meaning `rd = value`; continues at the next instruction. */
function result(value: (cpu: Processor, at: Instruction) => number): SystemMeaning {
  return (cpu, at, pc) => {
    const word = value(cpu, at);
    if (at.rd !== 0) cpu.x[at.rd] = word;
    return (pc + 4) | 0;
  };
}

/** The meaning that does something; continues at the next instruction. */
function action(act: (cpu: Processor, at: Instruction) => void): SystemMeaning {
  return (cpu, at, pc) => {
    act(cpu, at);
    return (pc + 4) | 0;
  };
}

function source1(cpu: Processor, at: Instruction): number {
  return cpu.x[at.rs1] as number;
}

function source2(cpu: Processor, at: Instruction): number {
  return cpu.x[at.rs2] as number;
}

const iret: SystemMeaning = (cpu, _at, _pc) => {
  cpu.status = cpu.readSystem(SR.ESTATUS);
  cpu.writeSystem(SR.RBASE, cpu.readSystem(SR.ERBASE));
  cpu.writeSystem(SR.RBOUND, cpu.readSystem(SR.ERBOUND));
  return cpu.readSystem(SR.EPC);
};

const mfs: SystemMeaning = (cpu, at, pc) => {
  if (systemRegisters[at.imm] === undefined) return cpu.trap(CAUSE.ILLEGAL, at.word, pc);
  if (at.rd !== 0) cpu.x[at.rd] = cpu.readSystem(at.imm);
  return (pc + 4) | 0;
};

const mts: SystemMeaning = (cpu, at, pc) => {
  if (systemRegisters[at.imm]?.mask === undefined) return cpu.trap(CAUSE.ILLEGAL, at.word, pc);
  cpu.writeSystem(at.imm, source1(cpu, at));
  return (pc + 4) | 0;
};

const lrel = action((cpu, at) => {
  const base = source1(cpu, at);
  const bound = source2(cpu, at);
  cpu.writeSystem(SR.RBASE, base);
  cpu.writeSystem(SR.RBOUND, bound);
});

const setf = action((cpu, at) => {
  const mine = (cpu.status & STATUS.RING) === 0 ? STATUS.UF | STATUS.IF : STATUS.UF;
  cpu.status = (cpu.status & ~mine) | (source1(cpu, at) & mine);
});

const smsw = result((cpu) => (cpu.readSystem(SR.PTBR) & 1) | ((cpu.status & STATUS.IF) === 0 ? 0 : 2));

const retf: SystemMeaning = (cpu, at, pc) => {
  const target = source1(cpu, at);
  if ((target & 3) !== 0) return cpu.trap(CAUSE.MISALIGNED, target, pc);
  const ring = Math.max(cpu.status & STATUS.RING, source2(cpu, at) & STATUS.RING);
  cpu.status = (cpu.status & ~STATUS.RING) | ring;
  return target;
};

const vmcall: SystemMeaning = (cpu, at, pc) =>
  cpu.callMonitor === undefined ? cpu.trap(CAUSE.ILLEGAL, at.word, pc) : cpu.callMonitor(at.word, pc);

const vmrun: SystemMeaning = (cpu, at, pc) =>
  cpu.enterGuest?.(source1(cpu, at), at.word, pc) ?? cpu.trap(CAUSE.ILLEGAL, at.word, pc);

/** Rights in a page-table entry, and in the result of `lar`. */
const READ = 2;
const WRITE = 4;

function reachable(right: number): SystemMeaning {
  return result((cpu, at) => ((cpu.probe(source1(cpu, at)).rights & right) === 0 ? 0 : 1));
}

/* biome-ignore format: one row per instruction, in columns */
export const systemRows: readonly Row[] = [
  ...rows('Privileged in every variant', [
    { name: 'iret', bits: '0000000 00000 00000 000 00000 0001011', operands: '', privilege: 'always', sensitive: ['control', 'state'], kin: 'IRET, LPSW', effect: { kind: 'system', run: iret }, says: 'Return from a trap: STATUS = ESTATUS, RBASE = ERBASE, RBOUND = ERBOUND, pc = EPC.' },
    { name: 'hlt', bits: '0000001 00000 00000 000 00000 0001011', operands: '', privilege: 'always', sensitive: ['control'], kin: 'HLT', effect: { kind: 'system', run: action((cpu) => cpu.wait()) }, says: 'Wait for a pending interrupt line, whether or not IF is 1; time skips to the next event. If no line can become pending any more, the machine stops.' },
    { name: 'cli', bits: '0000010 00000 00000 000 00000 0001011', operands: '', privilege: 'always', sensitive: ['control'], kin: 'CLI', effect: { kind: 'system', run: action((cpu) => { cpu.status &= ~STATUS.IF; }) }, moves: ['IF', '0'], says: 'IF = 0: no interrupts from here on.' },
    { name: 'sti', bits: '0000011 00000 00000 000 00000 0001011', operands: '', privilege: 'always', sensitive: ['control'], kin: 'STI', effect: { kind: 'system', run: action((cpu) => { cpu.status |= STATUS.IF; }) }, moves: ['IF', '1'], says: 'IF = 1: a pending interrupt is taken before the next instruction.' },
    { name: 'lrel', bits: '0000100 rs2 rs1 000 00000 0001011', operands: 'rs1, rs2', privilege: 'always', sensitive: ['control'], kin: 'Honeywell LBAR', effect: { kind: 'system', run: lrel }, says: 'RBASE = rs1, RBOUND = rs2, from the next fetch on.' },
    { name: 'in', bits: '0000101 00000 rs1 000 rd 0001011', operands: 'rd, rs1', privilege: 'always', sensitive: ['control', 'state'], kin: 'IN', port: 'input', effect: { kind: 'system', run: result((cpu, at) => cpu.input(source1(cpu, at))) }, says: 'rd = input from the port whose number is in rs1.' },
    { name: 'out', bits: '0000110 rs2 rs1 000 00000 0001011', operands: 'rs1, rs2', privilege: 'always', sensitive: ['control'], kin: 'OUT', port: 'output', effect: { kind: 'system', run: action((cpu, at) => cpu.output(source1(cpu, at), source2(cpu, at))) }, says: 'Write rs2 to the port whose number is in rs1.' },
    { name: 'mfs', bits: 'sr 00000 001 rd 0001011', operands: 'rd, sr', privilege: 'always', sensitive: ['location', 'state'], kin: 'MOV from CRn', effect: { kind: 'system', run: mfs }, moves: ['rd', 'sr'], says: 'rd = the system register with the number sr; an unknown number is an illegal instruction.' },
    { name: 'mts', bits: 'sr rs1 010 00000 0001011', operands: 'sr, rs1', privilege: 'always', sensitive: ['control'], kin: 'MOV to CRn, LIDT', effect: { kind: 'system', run: mts }, moves: ['sr', 'rs1'], says: 'The system register with the number sr = rs1, only its writable bits; an unknown or read-only one is an illegal instruction.' },
    { name: 'vmrun', bits: '0000111 00000 rs1 000 00000 0001011', operands: 'rs1', privilege: 'always', sensitive: ['control'], kin: 'VMRUN, VMLAUNCH', feature: 'guest', effect: { kind: 'system', run: vmrun }, says: 'Enter guest mode by the control block at physical address rs1 (see Guest mode). Without the feature `guest`, or if rs1 is not the address of a page in memory, an illegal instruction.' },
  ]),
  ...rows('Sensitive, and privileged where the variant says so', [
    { name: 'getf', bits: '0010000 00000 00000 000 rd 0001011', operands: 'rd', privilege: 'variant', sensitive: ['state'], kin: 'PUSHF', effect: { kind: 'system', run: result((cpu) => cpu.status & ~STATUS.RING) }, moves: ['rd', 'flags'], says: 'Get flags: rd = STATUS with the bits RING as 0. It shows the real IF.' },
    { name: 'setf', bits: '0010001 00000 rs1 000 00000 0001011', operands: 'rs1', privilege: 'variant', sensitive: ['control', 'mode'], kin: 'POPF', effect: { kind: 'system', run: setf }, moves: ['flags', 'rs1'], says: 'Set flags: UF = the bits UF of rs1. In ring 0 also IF = the bit IF of rs1; in other rings IF silently stays. RING stays.' },
    { name: 'sring', bits: '0010010 00000 00000 000 rd 0001011', operands: 'rd', privilege: 'variant', sensitive: ['mode'], kin: 'PUSH CS, MOV from CS, STR', effect: { kind: 'system', run: result((cpu) => cpu.status & STATUS.RING) }, moves: ['rd', 'ring'], says: 'Store ring: rd = RING.' },
    { name: 'svec', bits: '0010011 00000 00000 000 rd 0001011', operands: 'rd', privilege: 'variant', sensitive: ['state'], kin: 'SIDT', effect: { kind: 'system', run: result((cpu) => cpu.readSystem(SR.TVEC)) }, moves: ['rd', 'TVEC'], says: 'Store vector: rd = TVEC.' },
    { name: 'sptb', bits: '0010100 00000 00000 000 rd 0001011', operands: 'rd', privilege: 'variant', sensitive: ['location'], kin: 'SGDT, SLDT', effect: { kind: 'system', run: result((cpu) => cpu.readSystem(SR.PTBR)) }, moves: ['rd', 'PTBR'], says: 'Store page-table base: rd = PTBR.' },
    { name: 'smsw', bits: '0010101 00000 00000 000 rd 0001011', operands: 'rd', privilege: 'variant', sensitive: ['location', 'state'], kin: 'SMSW', effect: { kind: 'system', run: smsw }, moves: ['rd', 'msw'], says: 'Store machine status word: bit 0 paging on, bit 1 IF.' },
    { name: 'lra', bits: '0010110 00000 rs1 000 rd 0001011', operands: 'rd, rs1', privilege: 'variant', sensitive: ['location'], kin: 'IBM LRA', effect: { kind: 'system', run: result((cpu, at) => cpu.probe(source1(cpu, at)).physical) }, says: 'Load real address: rd = physical address of rs1; all ones if unmapped or out of bounds.' },
    { name: 'lar', bits: '0010111 00000 rs1 000 rd 0001011', operands: 'rd, rs1', privilege: 'variant', sensitive: ['mode', 'location'], kin: 'LAR, LSL', effect: { kind: 'system', run: result((cpu, at) => cpu.probe(source1(cpu, at)).rights) }, says: 'Load access rights: the R W X U bits of address rs1 as accessible from this ring; 0 if none.' },
    { name: 'verr', bits: '0011000 00000 rs1 000 rd 0001011', operands: 'rd, rs1', privilege: 'variant', sensitive: ['mode', 'location'], kin: 'VERR', effect: { kind: 'system', run: reachable(READ) }, says: 'Verify for reading: rd = 1 if this ring can read address rs1, else 0.' },
    { name: 'verw', bits: '0011001 00000 rs1 000 rd 0001011', operands: 'rd, rs1', privilege: 'variant', sensitive: ['mode', 'location'], kin: 'VERW', effect: { kind: 'system', run: reachable(WRITE) }, says: 'Verify for writing: rd = 1 if this ring can write address rs1, else 0.' },
    { name: 'retf', bits: '0011010 rs2 rs1 000 00000 0001011', operands: 'rs1, rs2', privilege: 'variant', sensitive: ['control'], kin: 'RET far, JMP far, PDP-10 JRST 1', effect: { kind: 'system', run: retf }, says: 'Return far: pc = rs1, RING = the larger of RING and rs2 & 3. Traps (cause 0) if rs1 is not a multiple of 4. It lowers privilege without a trap.' },
  ]),
  ...rows('Hypercalls', [
    { name: 'vmcall', bits: '0100000 00000 00000 000 00000 0001011', operands: '', kin: 'VMCALL', effect: { kind: 'system', run: vmcall, calls: true }, says: 'A call to the monitor: its number is in a7, its arguments are in a0 to a2, its result goes to a0. Outside ring 0, and on a machine that is not paravirtual, an illegal instruction.' },
  ]),
];

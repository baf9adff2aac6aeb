/** What people see of a machine: symbols, the crash report, the trace's lines. */
import { describe, expect, it } from 'vitest';
import { assemble } from '../../assembler/index.ts';
import { Interpreter } from '../../isa/engines/interpreter/interpreter.ts';
import { type ImageSymbol, loadImage, readImage } from '../../isa/machine/image.ts';
import { describePlace, formatCrash } from '../../isa/machine/crash.ts';
import { ProgramMap } from '../../isa/machine/program-map.ts';
import { Machine } from '../../isa/machine/machine.ts';
import {
  describeAddress,
  describeTrap,
  explainForeign,
  formatCode,
  formatRegisters,
  sourceLine,
} from '../../isa/machine/report.ts';
import { SymbolTable } from '../../isa/machine/symbols.ts';
import { formatStep, Tracer } from '../../isa/machine/tracer.ts';
import { hex } from '../../isa/table/disassemble.ts';
import { CAUSE, trapCauses } from '../../isa/table/traps.ts';
import { mappedElsewhere } from '../vmm/assembled.ts';
import { word } from './kit.ts';

function symbol(name: string, address: number, global = false): ImageSymbol {
  return { name, address, size: 0, kind: 'other', global };
}

/** A machine of 128 KiB with the program, and its symbols. */
function machineOf(text: string) {
  const image = readImage(assemble([{ name: 't.s', text }]).elf);
  const machine = new Machine({ memory: 2 ** 17 });
  loadImage(image, machine.memory.bytes);
  machine.pc = image.entry;
  const program = new ProgramMap(image);
  return { machine, symbols: program.symbols, program };
}

describe('A symbol table', () => {
  const table = new SymbolTable([
    symbol('end', 0x300),
    symbol('main', 0x100, true),
    symbol('also_main', 0x100),
    symbol('.L1', 0x104),
    symbol('$x', 0x108),
    symbol('loop', 0x200),
  ]);

  it('names an address by the nearest symbol before it', () => {
    expect([0x0ff, 0x100, 0x10c, 0x200, 0x2ff, 0x300].map((at) => table.describe(at))).toEqual([
      '',
      'main',
      'main+0xc',
      'loop',
      'loop+0xff',
      'end',
    ]);
  });

  it('names nothing more than 64 KiB after the last symbol', () => {
    expect(table.describe(0x300 + 0xffff)).toBe('end+0xffff');
    expect(table.describe(0x300 + 0x10000)).toBe('');
    expect(new SymbolTable([]).describe(0)).toBe('');
  });

  it('knows exact places, and places by name', () => {
    expect([table.exact(0x200), table.exact(0x204)]).toEqual(['loop', undefined]);
    expect([table.address('loop'), table.address('.L1'), table.address('none')]).toEqual([
      0x200,
      0x104,
      undefined,
    ]);
  });
});

describe('A crash report', () => {
  it('says a trap in words, with what its value means', () => {
    expect(describeTrap(7, 0x1234)).toBe('store access fault at address 0x00001234');
    expect(describeTrap(0, 6)).toBe('instruction address misaligned: jump to 0x00000006');
    expect(describeTrap(2, 0xffffffff)).toBe('illegal instruction: the word 0xffffffff is no instruction');
    expect(describeTrap(24, word('cli'))).toBe('privileged instruction: cli');
    expect(describeTrap(8, 0)).toBe('ecall');
    expect(describeTrap(77, 0)).toBe('trap 77');
    for (const { cause, name } of trapCauses) expect(describeTrap(cause, 0)).toContain(name);
  });

  it('shows all registers in 80 columns', () => {
    const lines = formatRegisters(Int32Array.from({ length: 32 }, (_, n) => -n)).split('\n');
    expect(lines).toHaveLength(8);
    expect(lines[0]).toBe('  zero 0x00000000    ra 0xffffffff    sp 0xfffffffe    gp 0xfffffffd');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('shows the code around pc, with labels and names for targets', () => {
    const { machine, symbols } = machineOf('_start: nop\nhere: ecall\n j here\n');
    machine.pc += 4;
    expect(formatCode(machine, symbols, 1)).toBe(
      [
        '_start:',
        '   0x00010000  00000013  addi zero, zero, 0',
        'here:',
        '=> 0x00010004  00000073  ecall',
        '   0x00010008  ffdff06f  jal zero, here',
      ].join('\n'),
    );
  });

  it('shows no code where there is none', () => {
    const { machine, symbols } = machineOf('nop');
    for (const pc of [0x7fff0000, 0xfffffffc]) {
      machine.pc = pc;
      expect(formatCode(machine, symbols)).toBe('');
    }
    machine.pc = 0;
    expect(formatCode(machine, symbols, 1).split('\n')).toHaveLength(2);
  });

  it('is made of cause, place, registers and code', () => {
    const { machine, symbols, program } = machineOf('_start: nop\n ebreak\n');
    const stop = new Interpreter(machine).run(10);
    expect(stop).toEqual({ kind: 'unhandled', cause: 3, value: 0 });
    expect(describeAddress(machine.pc, symbols)).toBe('0x00010004 (_start+0x4)');
    const report = formatCrash({ machine, cause: 3, value: 0, program, isProcess: false }, ['A remark.']);
    expect(report).toMatch(/^breakpoint\n {2}at pc 0x00010004 \(_start\+0x4\), ring 0, step 1\n/);
    expect(report).toMatch(/\n {2}source line t\.s:2\n {2}Likely cause: ebreak [\s\S]*\n {2}A remark\.\n\n/);
    expect(report).toContain(formatRegisters(machine.x));
    expect(report.endsWith(formatCode(machine, symbols))).toBe(true);
  });
});

describe('The source line of a place', () => {
  it('is that of the code which is there, wherever paging has it', () => {
    const { machine, program } = machineOf(mappedElsewhere('ebreak\n'));
    new Interpreter(machine).run(100);
    expect(hex(machine.pc)).toMatch(/^0x400100/);
    expect(describePlace(machine, program)).toMatch(/\n {2}source line t\.s:14$/);
    expect(sourceLine(machine, program, 0x10000)).toBeDefined();
    expect(sourceLine(machine, program, 0x80010000)).toBeUndefined();
  });
});

describe('An instruction of another RISC-V machine', () => {
  it.each([
    [0x00004501, 'a compressed instruction, of 16 bits (extension C)'],
    [0x9002a501, 'a compressed instruction, of 16 bits (extension C)'],
    [0x00052007, 'a floating-point load (extension F or D)'],
    [0x00a52027, 'a floating-point store (extension F or D)'],
    [0x00b57553, 'a floating-point instruction (extension F or D)'],
    [0x60b57543, 'a floating-point instruction (extension F or D)'],
    [0x1005252f, 'an atomic instruction (extension A)'],
    [0x0d0572d7, 'a vector instruction (extension V)'],
    [0x300025f3, 'an access to a control and status register (extension Zicsr)'],
    [0x30200073, 'an instruction of the privileged architecture of RISC-V'],
  ])('%i, %s, is named in the crash report, with what to do', (foreign, name) => {
    const { machine, program } = machineOf(`_start: .word ${foreign}`);
    const stop = new Interpreter(machine).run(1);
    expect(stop).toMatchObject({ kind: 'unhandled', cause: CAUSE.ILLEGAL });
    const crash = { machine, cause: CAUSE.ILLEGAL, value: foreign, program, isProcess: false };
    const report = formatCrash(crash).replace(/\s+/g, ' ');
    expect(report).toContain(`In RISC-V this word is ${name}, which Ring32 does not have.`);
    expect(report).toContain('-march=rv32im -mabi=ilp32');
  });

  it('is not seen where RISC-V has none', () => {
    for (const nothing of [0, 0x12340000, 0xffffffff, 0x4000000b])
      expect(explainForeign(CAUSE.ILLEGAL, nothing)).toBeUndefined();
    expect(explainForeign(CAUSE.LOAD_ACCESS, 0x4501)).toBeUndefined();
  });

  it('is the reason for a jump between two words', () => {
    expect(explainForeign(CAUSE.MISALIGNED, 0x10002)).toContain('compressed instructions');
  });
});

describe('A tracer', () => {
  const program = `
_start: la t0, handler
        mts TVEC, t0
        li a0, 5
        ecall
        li t1, 2
        mts TIMER, t1
        sti
        nop
        nop
handler: iret
`;

  /** Traces `count` steps. */
  function traced(count: number) {
    const { machine, symbols } = machineOf(program);
    const causes: number[] = [];
    machine.onTrap = (cause) => causes.push(cause >>> 0);
    const interpreter = new Interpreter(machine);
    const tracer = new Tracer(machine);
    const steps = Array.from({ length: count }, () => {
      const { record } = tracer.step((until) => interpreter.run(until));
      return { record, line: formatStep(record, machine.x, symbols) };
    });
    return { machine, causes, steps };
  }

  it('says where each step was, what it was and which registers it changed', () => {
    const { steps } = traced(4);
    expect(steps[3]?.record).toEqual({
      step: 3,
      pc: 0x1000c,
      ring: 0,
      word: word('addi', { rd: 10, imm: 5 }),
      trap: undefined,
      changed: [10],
      exits: [],
    });
    expect(steps[3]?.line).toBe('       3 0 0001000c _start+0xc        addi a0, zero, 5         a0=00000005');
  });

  it('tells a trap, and passes it on to who listened before', () => {
    const { steps, causes } = traced(5);
    expect(steps[4]?.record.trap).toEqual({ cause: 8, value: 0 });
    expect(steps[4]?.line).toBe('       4 0 00010010 _start+0x10       ecall                    trap: ecall');
    expect(causes).toEqual([8]);
  });

  it('tells an interrupt as a step without an instruction', () => {
    const { machine } = machineOf(program.replace('ecall', 'nop').replaceAll('nop', 'addi a1, a1, 1'));
    const interpreter = new Interpreter(machine);
    const tracer = new Tracer(machine);
    const records = Array.from({ length: 12 }, () => tracer.step((until) => interpreter.run(until)).record);
    const interrupt = records.find(({ trap }) => trap !== undefined);
    expect(interrupt?.trap?.cause).toBe(0x80000000);
    expect(formatStep(interrupt as (typeof records)[0], machine.x, new SymbolTable([]))).toMatch(
      /^ +\d+ 0 000100\w\w +trap: timer interrupt$/,
    );
  });

  it('does not change what it watches', () => {
    const { machine } = machineOf(program);
    new Interpreter(machine).run(8);
    const { machine: watched } = traced(8);
    expect([...watched.x, watched.pc, watched.steps]).toEqual([...machine.x, machine.pc, machine.steps]);
  });
});

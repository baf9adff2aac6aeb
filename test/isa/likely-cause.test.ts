/** What a crash most likely comes from: one small guest a mistake. */
import { describe, expect, it } from 'vitest';
import { assemble } from '../../assembler/index.ts';
import { Interpreter } from '../../isa/engines/interpreter/interpreter.ts';
import { type Image, loadImage, readImage } from '../../isa/machine/image.ts';
import { type Crash, likelyCause } from '../../isa/machine/likely-cause.ts';
import { formatCrash } from '../../isa/machine/crash.ts';
import { Machine } from '../../isa/machine/machine.ts';
import { ProgramMap } from '../../isa/machine/program-map.ts';
import { Process } from '../../vmm/process/process.ts';

function imageOf(text: string): Image {
  return readImage(assemble([{ name: 't.s', text }]).elf);
}

function machineCrash(text: string): Crash {
  const image = imageOf(text);
  const machine = new Machine({ memory: 2 ** 20 });
  loadImage(image, machine.memory.bytes);
  machine.pc = image.entry;
  const stop = new Interpreter(machine).run(1000);
  if (stop.kind !== 'unhandled') throw new Error(`stopped by ${stop.kind}`);
  return { machine, cause: stop.cause, value: stop.value, program: new ProgramMap(image), isProcess: false };
}

function processCrash(text: string): Crash {
  const image = imageOf(text);
  const streams = { read: () => new Uint8Array(), write: () => {} };
  const guest = new Process(image, { argv: ['t'], streams, engine: 'interpreter', memory: 2 ** 20 });
  const stop = guest.run(1000);
  if (stop.kind !== 'killed') throw new Error(`stopped by ${stop.kind}`);
  const { machine } = guest;
  return { machine, cause: stop.cause, value: stop.value, program: new ProgramMap(image), isProcess: true };
}

describe('The likely cause of a crash', () => {
  const onMachines: readonly [string, string, RegExp][] = [
    [
      'a program without an end',
      '_start: li a0, 5\n',
      /past its last instruction \(t\.s:1\).*power port: li t0, 1;/,
    ],
    ['a return to nobody', '_start: li a0, 5\n ret\n', /address 0, as ret does while ra is 0.*power port/],
    [
      'a call through a pointer that was not set',
      '_start: jalr t0\n',
      /pointer to a function that was never set/,
    ],
    [
      'a jump into data',
      '_start: la t0, tab\n jr t0\n .data\ntab: .word 0\n',
      /\(tab\) is in \.data.*is in t0\./,
    ],
    ['data among code', '_start: nop\nmsg: .asciz "hello"\n', /If it is data \(msg\), put it into \.data/],
    ['a wild jump', '_start: li t0, 0x80000\n jr t0\n', /No part of the program.*is in t0\./],
    ['a jump outside memory', '_start: li t0, 0x800000\n jr t0\n', /No part of the program/],
    [
      'a stack that was never set',
      '_start: addi sp, sp, -16\n sw ra, 12(sp)\n',
      /sp is 0xfffffff0: it was never set/,
    ],
    [
      'a store outside memory',
      '_start: li t0, 0x200000\n sw a0, 4(t0)\n',
      /t0, .* 0x00200000; 1 MiB of memory end/,
    ],
    [
      'a process',
      '_start: li a7, 93\n ecall\n',
      /program for Linux \(a7, the number of the call, is 93\).*--process/,
    ],
    ['an ebreak', '_start: ebreak\n', /for debuggers.*power port/],
    ['compressed code', '_start: li t0, 2\n jr t0\n', /compressed instructions .*rv32im/],
    [
      'floating point',
      '_start: .word 0x00052507\n',
      /floating-point load .* rv32im|floating-point load.*rv32im/,
    ],
    ['an early ring 3', '_start: la t0, u\n li t1, 3\n retf t0, t1\nu: cli\n', /Ring 0 may do this alone/],
    ['an early interrupt', '_start: li t0, 5\n mts TIMER, t0\n sti\n1: j 1b\n', /before there was a handler/],
  ];

  it.each(onMachines)('is told of %s on a machine', (_name, text, message) => {
    expect(likelyCause(machineCrash(text))).toMatch(message);
  });

  const onProcesses: readonly [string, string, RegExp][] = [
    ['a program without an end', '_start: li a0, 5\n', /past its last instruction.*li a7, 93; ecall/],
    [
      'a program for a machine',
      '_start: li t0, 1\n out t0, zero\n',
      /for a machine, run it without --process/,
    ],
    [
      'a wild store',
      '_start: li t0, -4\n sw zero, 0(t0)\n',
      /t0, through which it was accessed, holds 0xfffffffc/,
    ],
  ];

  it.each(onProcesses)('is told of %s in a process', (_name, text, message) => {
    expect(likelyCause(processCrash(text))).toMatch(message);
  });

  it('is no guess where there is nothing to go by', () => {
    const crash = machineCrash('_start: sw a0, -4(zero)\n');
    expect(likelyCause(crash)).toBeUndefined();
    expect(formatCrash(crash)).not.toContain('Likely cause');
  });

  it('is told in 80 columns, with its source line', () => {
    for (const [, text] of onMachines) {
      const report = formatCrash(machineCrash(text));
      for (const line of report.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    }
    expect(formatCrash(machineCrash('\n\n_start: ebreak\n'))).toContain('\n  source line t.s:3\n');
  });
});

/** What is said of a guest that goes on: its loop, what it waits for there, or how it would end. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../../assembler/index.ts';
import { Interpreter } from '../../../isa/engines/interpreter/interpreter.ts';
import { Console } from '../../../isa/machine/devices/console.ts';
import { MemoryDisk } from '../../../isa/machine/devices/disk.ts';
import { loadImage, readImage } from '../../../isa/machine/image.ts';
import { Machine } from '../../../isa/machine/machine.ts';
import { ProgramMap } from '../../../isa/machine/program-map.ts';
import { lookAhead } from '../../../vmm/debug/lookahead.ts';
import { describeAhead, lookaheadSteps } from '../../../vmm/debug/loops.ts';
import { Process } from '../../../vmm/process/process.ts';
import { mappedElsewhere } from '../assembled.ts';

function imageOf(text: string) {
  return readImage(assemble([{ name: 't.s', text }]).elf);
}

function sumOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What is said of the guest at step `at`; the machine must not change by that. */
function saidOf(text: string, at = 100): string {
  const image = imageOf(text);
  const printed: number[] = [];
  const disk = new MemoryDisk(new Uint8Array(1024));
  const machine = new Machine({ memory: 2 ** 17, console: new Console((byte) => printed.push(byte)), disk });
  loadImage(image, machine.memory.bytes);
  machine.pc = image.entry;
  new Interpreter(machine).run(at);
  const before = [machine.save(), printed.length, sumOf(machine.memory.bytes), sumOf(disk.bytes)];
  const ahead = lookAhead(machine, lookaheadSteps);
  expect([machine.save(), printed.length, sumOf(machine.memory.bytes), sumOf(disk.bytes)]).toEqual(before);
  return ahead === undefined ? '' : describeAhead(ahead, new ProgramMap(image), undefined).join('\n');
}

function processSaid(text: string, at = 100): string {
  const image = imageOf(text);
  const streams = { read: () => new Uint8Array(), write: () => {} };
  const guest = new Process(image, { argv: ['t'], streams, memory: 2 ** 20 });
  guest.run(at);
  const ahead = lookAhead(guest.machine, lookaheadSteps, guest.answers);
  return ahead === undefined ? '' : describeAhead(ahead, new ProgramMap(image), guest.answers).join('\n');
}

describe('Of a guest that goes on', () => {
  it('a loop is listed, with source lines and the registers that change', () => {
    expect(saidOf('_start: li a0, 0\nloop: addi a0, a0, 1\n j loop\n')).toBe(
      [
        '  It is in a loop of 2 instructions:',
        '    0x00010004  addi a0, a0, 1                   t.s:2',
        '    0x00010008  jal zero, loop                   t.s:3',
        '  From one time round to the next it changes a0.',
      ].join('\n'),
    );
  });

  it('a loop in code that paging has elsewhere is listed with its own source lines', () => {
    const text = mappedElsewhere('again: addi a0, a0, 1\n j again\n');
    const lines = saidOf(text).split('\n');
    expect(lines[1]).toMatch(/^ {4}0x400100[\da-f]{2} {2}addi a0, a0, 1 +t\.s:14$/);
    expect(lines[2]).toMatch(/t\.s:15$/);
  });

  it('a loop that nothing can end is told to be one', () => {
    expect(saidOf('_start: j _start\n').replace(/\s+/g, ' ')).toContain('it cannot end by itself.');
    // A timer that interrupts can end it, and so can a store.
    const timed = '_start: la t0, h\n mts TVEC, t0\n li t0, 20000\n mts TIMER, t0\n sti\n1: j 1b\nh: hlt\n';
    expect(saidOf(timed)).not.toContain('cannot end');
    expect(saidOf('_start: la t0, _start\n1: sw t0, 0(t0)\n j 1b\n')).not.toContain('cannot end');
  });

  it('polling is told by the port', () => {
    const said = saidOf('_start: li t0, 0x11\n1: in t1, t0\n beqz t1, 1b\n');
    expect(said).toContain('It asks port 0x11 (PORT_CONSOLE_CONTROL) again and again.');
  });

  it('sleeping and being interrupted is told', () => {
    const said = saidOf(`_start: la t0, h\n mts TVEC, t0\n sti\n1: li t0, 500\n mts TIMER, t0\n hlt\n j 1b
h: mts TIMER, zero\n iret\n`);
    expect(said).toContain('(sleeps in hlt, ');
    expect(said).toContain('trap: timer interrupt');
    expect(said).toContain('Each time round it sleeps in hlt until an interrupt.');
  });

  it('a trap that is taken again and again is told', () => {
    const said = saidOf('_start: la t0, h\n mts TVEC, t0\n1: lw a0, -8(zero)\n j 1b\nh: li a1, 1\n j 1b\n');
    expect(said).toContain('trap: load access fault at address 0xfffffff8');
  });

  it('a long loop is told by its places', () => {
    const said = saidOf(`_start: call far\n j _start\nfar: ${' nop\n'.repeat(20)} ret\n`, 1000);
    expect(said).toMatch(
      /It is in a loop of 24 instructions\.\n {2}It is at far \(88 %\), _start \(13 %\)\./,
    );
  });

  it('a loop within another is not taken for all', () => {
    const said = saidOf('_start: li a0, 0\n1: addi a0, a0, 1\n andi a1, a0, 7\n bnez a1, 1b\n j _start\n');
    expect(said).toContain('It is in a loop of 26 instructions.');
  });

  it('an end is foreseen', () => {
    expect(
      saidOf('_start: li a0, 100\n1: addi a0, a0, -1\n bnez a0, 1b\n li t0, 1\n out t0, zero\n', 11),
    ).toBe('  It is in no loop: it would end by itself after 192 more steps.');
    expect(saidOf('_start: nop\n nop\n ebreak\n', 1)).toMatch(/stopped by a trap,\s+breakpoint/);
    expect(saidOf('_start: li t0, 0x11\n li t1, 1\n out t0, t1\n hlt\n', 10)).toBe(
      '  It waits in hlt for input.',
    );
  });

  it('a loop of system calls is told with the calls, which are not made again', () => {
    const write = 'li a7, 64\n li a0, 1\n la a1, _start\n li a2, 2\n ecall\n';
    expect(processSaid(`_start: ${write} j _start\n`)).toContain('System calls made each time round: write.');
    expect(processSaid(`_start: ${write}`, 2)).toContain('it would make a system call: write.');
    expect(processSaid(`_start: li a7, 999\n1: ecall\n j 1b\n`)).toContain('system call 999');
  });

  it('nothing is said where the memory is too large to copy', () => {
    expect(lookAhead(new Machine({ memory: 2 ** 29 }), 10)).toBeUndefined();
  });
});

/** A trap handler that traps itself at once: told at the same step by every engine and under every monitor. */
import { describe, expect, it } from 'vitest';
import type { FastEngine } from '../../isa/engines/fast/fast.ts';
import { watchLockup } from '../../isa/machine/lockup.ts';
import { strategies } from '../../vmm/monitor/strategies.ts';
import { image, paging } from './assembled.ts';
import { bare, type Parts, type Side, monitored } from './kit.ts';

const variant = 'ring32-v';

function partsOf(text: string): Parts {
  return { image: image(text), variant, memory: 2 ** 20 };
}

/** Every way to run a guest. */
function sides(parts: Parts): [string, Side][] {
  return [
    ['interpreter', bare(parts, 'interpreter')],
    ['fast', bare(parts, 'fast')],
    ...strategies.map(({ name }): [string, Side] => [name, monitored(parts, name)]),
  ];
}

/** Runs to step 100,000 in parts of `stride`; where and by what it ended. */
function endOf(side: Side, stride: number) {
  const lockup = watchLockup(side.machine);
  for (;;) {
    const stop = side.run(Math.min(side.machine.steps + stride, 100_000));
    if (stop.kind === 'limit' && side.machine.steps < 100_000) continue;
    return { kind: stop.kind, found: lockup(), step: side.machine.steps, pc: side.machine.pc };
  }
}

describe('A machine whose trap handler', () => {
  const guests: readonly [string, string, number, number][] = [
    ['is no instruction', '_start: li t0, 0x80000\n mts TVEC, t0\n ecall\n', 2, 0],
    ['is outside memory', '_start: li t0, 0x800000\n mts TVEC, t0\n ecall\n', 1, 0x800000],
    ['is an ecall', '_start: la t0, h\n mts TVEC, t0\n ebreak\nh: ecall\n', 8, 0],
    [
      'stores outside memory',
      '_start: la t0, h\n mts TVEC, t0\n ebreak\nh: sw a0, -4(zero)\n',
      7,
      0xfffffffc,
    ],
    ['is not mapped', `_start:${paging()}\n li t0, 0xf0000\n mts TVEC, t0\n ecall\n`, 12, 0xf0000],
  ];

  it.each(guests)('%s is in lockup, at the same step however it is run', (_name, text, cause, value) => {
    const parts = partsOf(text);
    const ends = sides(parts).map(([name, side]) => [name, endOf(side, name.length % 2 === 0 ? 100_000 : 3)]);
    const first = (ends[0] as [string, object])[1];
    expect(first).toMatchObject({ kind: 'break', found: { kind: 'lockup', cause, value } });
    for (const [name, end] of ends) expect(end, name as string).toEqual(first);
  });

  it('is no instruction is in lockup at that step when compiled code took the first trap', () => {
    const hot =
      '_start: li t0, 0x80000\n mts TVEC, t0\n li a0, 20000\n1: addi a0, a0, -1\n bnez a0, 1b\n ecall\n';
    const [one, other] = [bare(partsOf(hot), 'interpreter'), bare(partsOf(hot), 'fast')];
    expect(endOf(other, 100_000)).toEqual(endOf(one, 100_000));
    expect(other.machine.steps).toBe(40_007);
    expect((other.engine as FastEngine).statistics.compiledSteps).toBeGreaterThan(10_000);
  });

  it('counts its traps, or can be mended by a disk, is not', () => {
    const counting = '_start: la t0, h\n mts TVEC, t0\n ebreak\nh: addi a0, a0, 1\n ecall\n';
    const reading = `_start: la t0, h\n mts TVEC, t0\n li t1, 0x21\n out t1, t0\n li t1, 0x22\n li t2, 1\n out t1, t2
 ebreak\n .data\n .balign 4\nh: .word 0\n`;
    expect(endOf(bare(partsOf(counting)), 1000)).toMatchObject({ kind: 'limit', found: undefined });
    // The sector has an instruction for where there was none: ten thousand steps further on, the machine is off.
    const disk = new Uint8Array(512);
    const program = image('_start: li t0, 1\n li t1, 9\n out t0, t1\n').segments[0]?.bytes as Uint8Array;
    disk.set(program.subarray(0, 12));
    const end = endOf(bare({ ...partsOf(reading), disk }), 100_000);
    expect(end).toMatchObject({ kind: 'power', found: undefined });
  });
});

/** The teaching kernel, native and ported to calls: to its processes it is the same, and the ported one needs fewer exits. */
import { beforeAll, describe, expect, it } from 'vitest';
import { CollectingConsole } from '../../isa/machine/devices/console.ts';
import { MemoryDisk } from '../../isa/machine/devices/disk.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import { SR } from '../../isa/table/sysregs.ts';
import { CAUSE } from '../../isa/table/traps.ts';
import { variantNamed } from '../../isa/table/variants.ts';
import { EXIT } from '../../vmm/guest/ledger.ts';
import { compareGuest } from '../../vmm/monitor/compare-guest.ts';
import { createGuest } from '../../vmm/monitor/create-guest.ts';
import { parseExpectations } from './expectations.ts';
import { fillSectors, guestText, imageOf } from './run.ts';

const native = 'kernel/kernel.s';
const ported = 'kernel/ported.s';
const { disk: sectors = [], input } = parseExpectations(guestText(native));
const diskOf = () => new MemoryDisk(Buffer.from(fillSectors(sectors).join(''), 'latin1'));

/** As in guests/kernel/layout.inc. */
const [P_PID, F_A0, FRAME] = [4, 40, 144];
const SYS = { SLEEP: 4, WAIT: 7 };
/** How many arguments each system call has, by number. */
const argumentsOf = [1, 2, 3, 0, 1, 0, 0, 0, 2];

interface Run {
  readonly console: string;
  readonly disk: Uint8Array;
  /** The system calls of each process, by pid: number, arguments, results. */
  readonly calls: ReadonlyMap<number, readonly string[]>;
  /** Which process has waited for which, sorted. */
  readonly waited: readonly string[];
  /** Exits by name; and those in the code for the disk. */
  readonly exits: ReadonlyMap<string, number>;
  readonly diskExits: number;
}

/** Runs the kernel under trap-and-emulate, and notes each system call and its result. */
function run(file: string): Run {
  const image = imageOf(file);
  const at = (name: string) => image.symbols.find((symbol) => symbol.name === name)?.address ?? Number.NaN;
  const console = new CollectingConsole(input);
  const disk = diskOf();
  const guest = createGuest({
    image,
    memory: 2 ** 20,
    monitor: 'trap-and-emulate',
    engine: 'interpreter',
    paravirtual: file === ported,
    console,
    disk,
  });
  const { machine } = guest;
  const ledger = guest.ledger as NonNullable<typeof guest.ledger>;
  let diskExits = 0;
  ledger.onExit = (name, pc) => {
    const isDisk = pc >= at('sys_read_sector') && pc < at('sys_write') && /: (in|out)$/.test(name);
    if (isDisk || name.startsWith('call: disk')) diskExits += 1;
  };
  const calls = new Map<number, string[]>();
  const waited: string[] = [];
  const open = new Map<number, string>();
  const note = (pid: number, text: string) => {
    calls.set(pid, [...(calls.get(pid) ?? []), text]);
    open.delete(pid);
  };
  machine.onTrap = (cause) => {
    if (machine.ring !== 3) return;
    // Until a process traps again, its frame has the result of its last call.
    const pid = pidOf(machine);
    const call = open.get(pid);
    if (call !== undefined) {
      const [number] = call.split(' ').map(Number);
      const result = recordWord(machine, F_A0 - FRAME);
      // What sleep gives is the time, and which child ends first is a matter of time.
      open.delete(pid);
      if (number === SYS.WAIT) waited.push(`${pid} waits for ${result}`);
      else note(pid, `${call} = ${number === SYS.SLEEP ? '…' : result}`);
    }
    if (cause === CAUSE.ECALL) open.set(pid, callOf(machine));
  };
  expect(guest.run(1_000_000)).toEqual({ kind: 'power', status: 0 });
  for (const [pid, call] of open) note(pid, `${call}: does not return`);
  return {
    console: console.text,
    disk: disk.bytes,
    calls,
    waited: waited.sort(),
    exits: ledger.exits,
    diskExits,
  };
}

/** A word of the record of the running process, or of its kernel stack below. */
function recordWord(machine: Machine, offset: number): number {
  return machine.memory.read((machine.readSystem(SR.SCRATCH0) >>> 0) + offset, 4);
}

function pidOf(machine: Machine): number {
  return recordWord(machine, P_PID);
}

function callOf({ x }: Machine): string {
  const [number, ...args] = [17, 10, 11, 12].map((n) => (x[n] as number) >>> 0);
  return [number, ...args.slice(0, argumentsOf[number as number])].join(' ');
}

/** The lines, sorted, as processes take turns at other steps; without what counts steps or the pages of the kernel itself. */
function timeless(console: string): string[] {
  return console
    .split('\n')
    .map((line) => line.replace(/tick \d+|\d+ ticks|\d+ pages free(, at boot \d+)?/g, '…'))
    .sort();
}

describe('The teaching kernel, native and ported', () => {
  let [left, right]: readonly [Run | undefined, Run | undefined] = [undefined, undefined];
  beforeAll(() => {
    [left, right] = [run(native), run(ported)];
  });

  it('prints the same lines, and leaves the same on the disk', () => {
    expect(timeless(right?.console ?? '')).toEqual(timeless(left?.console ?? 'nothing'));
    expect(right?.disk).toEqual(left?.disk);
  });

  it('answers the same system calls of each process, with the same results', () => {
    expect(right?.calls.size).toBe(9);
    expect(right?.calls).toEqual(left?.calls);
    expect(right?.waited).toEqual(left?.waited);
  });

  it('ported, needs at most a quarter of the exits for page tables and the disk', () => {
    const count = (made: Run | undefined, name: string) => made?.exits.get(name) ?? 0;
    const before = [count(left, EXIT.TRACE), left?.diskExits];
    const after = [count(right, EXIT.TRACE) + count(right, 'call: mmu_update'), right?.diskExits];
    expect(before).toEqual([98, 15]);
    expect(after).toEqual([18, 4]);
    expect(after[0] as number).toBeLessThanOrEqual((before[0] as number) / 4);
    expect((after[0] as number) + (after[1] as number)).toBeLessThanOrEqual(
      ((before[0] as number) + (before[1] as number)) / 4,
    );
  });
});

describe('The ported kernel', () => {
  const options = {
    image: imageOf(ported),
    memory: 2 ** 20,
    engine: 'interpreter',
    input,
    disk: diskOf().bytes,
    paravirtual: true,
  } as const;

  it('runs right under trap-and-emulate on a variant on which the native one does not', () => {
    const on = { ...options, variant: variantNamed('ring32-x'), monitor: 'trap-and-emulate', limit: 60_000 };
    expect(compareGuest(on).equal).toBe(true);
    expect(compareGuest({ ...on, image: imageOf(native), paravirtual: false }).equal).toBe(false);
  });

  it('says that the disk cannot be read where there is none', () => {
    const console = new CollectingConsole();
    const guest = createGuest({ image: options.image, memory: 2 ** 20, paravirtual: true, console });
    expect(guest.run(1_000_000)).toEqual({ kind: 'power', status: 0 });
    expect(console.text).toContain('disk:    that sector cannot be read\n');
  });

  it('ends with a message on a machine that answers no calls', () => {
    const console = new CollectingConsole();
    createGuest({ image: imageOf(ported), memory: 2 ** 20, console }).run(1_000_000);
    expect(console.text).toMatch(/^illegal instruction 4000000b, at \w+\npanic: a fault in the kernel\n$/);
  });
});

/**
 * Each call has the same effect as its native sequence, for random arguments: on the machine that answers calls and on one that
 * does not. Paging is off, or on with pages mapped to themselves.
 */
import { describe, expect, it } from 'vitest';
import { sameBytes } from '../../../isa/machine/bytes.ts';
import { type Call, calls } from '../../../isa/machine/paravirtual/calls.ts';
import type { Machine } from '../../../isa/machine/machine.ts';
import { SR, systemRegisters } from '../../../isa/table/sysregs.ts';
import { Random } from '../../property/random.ts';
import { seed } from '../../property/seed.ts';
import { paging } from '../../vmm/assembled.ts';
import { type Made, made, MEMORY } from './kit.ts';

/** Pages of the guest: its code is at 0x10000, page tables at 0x20000. */
const LIST = 0x30000;
const RING = 0x40000;
const DATA = 0x50000;
const NET = 0x60000;
const SPARE = 0x70000;

/** What stands in memory before the call, and its arguments. */
interface Case {
  readonly words: readonly (readonly [at: number, word: number])[];
  readonly args: readonly number[];
  readonly before?: string;
  /** Some pages are not mapped when the call is made. The native sequence needs them mapped; they are unmapped after it. */
  readonly unmaps?: boolean;
}

type Maker = (random: Random) => Case;

const list = (entries: readonly number[]) => entries.map((word, n) => [LIST + 4 * n, word] as const);

const request = (random: Random, n: number) => {
  const at = RING + 16 + 16 * n;
  const sector = random.below(20);
  const address = random.pick([
    DATA + 512 * random.below(16),
    DATA + random.below(4000),
    MEMORY - 100,
    0xfffffff0,
  ]);
  return [
    [at, sector],
    [at + 4, address],
    [at + 8, random.pick([1, 1, 2, 2, 0, 7])],
  ] as const;
};

const call = (name: string, ...args: readonly number[]) =>
  `${args.map((value, n) => `    li   a${n}, ${value}\n`).join('')}    li   a7, ${calls.find((one) => one.name === name)?.number}\n    vmcall\n`;

/** Arguments that are not refused, for each call. */
const cases: Readonly<Record<string, Maker>> = {
  version: () => ({ words: [], args: [] }),
  console_write: (random) => {
    const words = Array.from({ length: 40 }, (_, n) => [DATA + 4 * n, random.word()] as const);
    return { words, args: [DATA + random.below(20), random.below(100)] };
  },
  mmu_update: (random) => {
    const count = random.below(12);
    const entries = Array.from({ length: count }, () => {
      const at = SPARE + 4 * random.below(1024) + (random.below(4) === 0 ? 1 : 0);
      return [
        at,
        random.below(2) === 0 ? random.word() & ~1 : (random.below(256) << 12) | random.below(128) | 1,
      ];
    });
    return { words: list(entries.flat()), args: [LIST, count] };
  },
  set_table: () => ({ words: [], args: [0x20000] }),
  set_timer: (random) => ({ words: [], args: [random.pick([0, 1, 2, 50, random.word() >>> 0])] }),
  block: (random) => ({
    words: [],
    args: [],
    before: `    li   t0, ${1 + random.below(300)}\n    mts  TIMER, t0\n`,
  }),
  event_mask: (random) => ({ words: [], args: [random.below(2)], before: random.pick(['', '    sti\n']) }),
  disk_ring: (random) => ({
    words: [
      [RING, 5],
      [RING + 4, 6],
    ],
    args: [random.pick([0, RING])],
  }),
  disk_kick: (random) => {
    const count = random.below(5);
    const requests = Array.from({ length: count }, (_, n) => request(random, n)).flat();
    return {
      words: [...requests],
      args: [RING],
      before: `${call('disk_ring', RING)}    li   t0, ${count}\n    li   t1, ${RING}\n    sw   t0, 0(t1)\n`,
    };
  },
  net_ring: (random) => ({ words: [], args: [NET, random.below(128), random.below(16)] }),
  net_kick: () => ({ words: [], args: [NET], before: call('net_ring', NET, 4, 1) }),
  balloon_give: (random) => {
    const pages = [SPARE, SPARE + 0x2000, SPARE + 0x5000].slice(0, random.below(4));
    const words = pages.flatMap(
      (page) =>
        [
          [page, 1],
          [page + 4092, random.word()],
        ] as const,
    );
    return { words: [...list(pages), ...words], args: [LIST, pages.length], unmaps: true };
  },
  balloon_take: () => {
    const pages = [SPARE, SPARE + 0x2000];
    return { words: list(pages), args: [LIST, 2], before: call('balloon_give', LIST, 2), unmaps: true };
  },
};

/** What the native machine does before, in place of calls. */
function nativeBefore(text: string): string {
  return text.replaceAll(
    /((?: {4}li {3}a\d, \d+\n)*) {4}li {3}a7, (\d+)\n {4}vmcall\n/g,
    (_, set: string, number: string) => {
      const { native } = calls[Number(number)] as Call;
      return `${set}${relabelled(native)}\n`;
    },
  );
}

/** The sequence, with local labels that nothing around it uses. */
function relabelled(text: string): string {
  return text.replaceAll(/\b([123])([fb:])/g, '9$1$2');
}

function textOf(
  { words, args, before = '', unmaps = false }: Case,
  body: string,
  native: boolean,
  isPaged: boolean,
): string {
  const data = words.map(
    ([at, word]) => `    li   t0, ${at}\n    li   t1, ${word | 0}\n    sw   t1, 0(t0)\n`,
  );
  const set = args.map((value, n) => `    li   a${n}, ${value | 0}\n`).join('');
  // Every page is touched, so that A and D are set; some are given back without being mapped.
  const touch = `    li   t0, 0x30000\n    li   t2, 0x1000\n    li   t3, ${MEMORY / 2}\n1:  lw   t1, 0(t0)\n    sw   t1, 0(t0)\n    add  t0, t0, t2\n    bltu t0, t3, 1b\n`;
  const unmap = `    li   t0, ${0x21000 + (SPARE >>> 12) * 4}\n    li   t1, 8\n1:  sw   zero, 0(t0)\n    addi t0, t0, 4\n    addi t1, t1, -1\n    bnez t1, 1b\n`;
  return `    .globl _start
_start:
    la   t0, handler
    mts  TVEC, t0
${paging(MEMORY / 2).replace(/ +mts +PTBR, t0/, isPaged ? '$&' : '')}
${isPaged ? touch : ''}${data.join('')}${unmaps && !native ? unmap : ''}
${native ? nativeBefore(before) : before}
${set}${body}
${unmaps && native ? unmap : ''}done:
    j    done
handler:
    mfs  s11, ECAUSE
    mfs  s10, IPEND
    j    done
`;
}

/** Runs until the guest loops for ever and no device is busy. */
function settled({ guest, machine }: Made): Machine {
  const busy = () =>
    machine.disk.doneAt < Number.POSITIVE_INFINITY ||
    machine.network.sends ||
    (machine.paravirtual?.disk.doneAt ?? Number.POSITIVE_INFINITY) < Number.POSITIVE_INFINITY;
  for (let pc = -1; pc !== machine.pc || busy(); ) {
    ({ pc } = machine);
    guest.run(machine.steps + 499);
  }
  return machine;
}

/** Registers that a native sequence may change: t0 to t6; and a7, which only a call needs. */
const free = new Set([5, 6, 7, 17, 28, 29, 30, 31]);
/** They depend on the number of steps, or on where the code is. */
const uncompared = new Set<number>([SR.TVEC, SR.EPC, SR.TIME, SR.TIMEH, SR.TIMER]);

const compared = systemRegisters.map(({ number }) => number).filter((number) => !uncompared.has(number));
const ipend = compared.indexOf(SR.IPEND);

function state(machine: Machine, { console, disk }: Made) {
  return {
    x: [...machine.x].map((value, n) => (free.has(n) ? 0 : value)),
    status: machine.status,
    system: compared.map((number) => machine.readSystem(number)),
    printed: console.text,
    disk: Buffer.from(disk?.bytes ?? []).toString('hex'),
    network: { ...machine.network.save(), sendsAt: null },
  };
}

/** Calls that need paging, or that turn it on. */
const paged: Readonly<Record<string, boolean>> = { balloon_give: true, balloon_take: true, set_table: false };

describe(`A call and its native sequence (seed ${seed})`, () => {
  it.each(calls)('are the same to the guest: $name', ({ name, number, native, waits }) => {
    const random = new Random(seed, number);
    for (let n = 0; n < 12; n++) {
      const one = (cases[name] as Maker)(random);
      const isPaged = paged[name] ?? n % 2 === 0;
      const called = made(textOf(one, `    li   a7, ${number}\n    vmcall`, false, isPaged));
      const plain = made(textOf(one, relabelled(native), true, isPaged), { paravirtual: false });
      const sides = [called, plain].map((side) => [settled(side), side] as const);
      const [left, right] = sides.map(([machine, side]) => state(machine, side));
      // What the call leaves pending, the native sequence has waited for and acknowledged.
      if (waits) for (const side of [left, right]) side?.system.splice(ipend, 1);
      expect(left?.x[10]).toBeGreaterThanOrEqual(0);
      expect(left, `${name}, case ${n}: ${JSON.stringify(one.args)}`).toEqual(right);
      const [a, b] = sides.map(([machine]) => machine.memory.bytes.subarray(0x20000)) as [
        Uint8Array,
        Uint8Array,
      ];
      expect(sameBytes(a, b), `${name}, case ${n}: memory differs`).toBe(true);
    }
  });
});

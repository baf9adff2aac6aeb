/** Small guests that make calls, and what must come of it: what a guest may do to a ring that it shares with the monitor, and more. */
import { EXIT } from '../../../vmm/guest/ledger.ts';
import { paging } from '../assembled.ts';
import { call, made, type Making, powerOff } from '../../isa/paravirtual/kit.ts';

const RING = 0x40000;
const DATA = 0x50000;

const put = (at: number, value: number) => `    li   t0, ${at}\n    li   t1, ${value}\n    sw   t1, 0(t0)\n`;
const request = (n: number, sector: number, address: number, command = 1) =>
  put(RING + 16 + 16 * n, sector) + put(RING + 20 + 16 * n, address) + put(RING + 24 + 16 * n, command);
const kick = call('disk_kick', RING);
/** Waits until so many requests are done: at the latest for five seconds of the guest's, so to say. */
const until = (done: number) =>
  `    li   t0, ${RING}\n    li   t2, ${done}\n    li   t3, 20000\n9:  lw   t1, 4(t0)\n    beq  t1, t2, 8f\n    addi t3, t3, -1\n    bnez t3, 9b\n8:\n`;

export interface Story {
  readonly what: string;
  readonly text: string;
  /** Words that memory must contain in the end, by address. */
  readonly words: Readonly<Record<number, number>>;
  /** Registers that must contain this in the end, by number. */
  readonly registers?: Readonly<Record<number, number>>;
  /** The most exits for writes to page tables, under a monitor. */
  readonly traces?: number;
}

/** The first word of a sector of the test disk. */
const first = (sector: number) => {
  const byte = (n: number) => ((sector * 512 + n) * 7 + sector) & 0xff;
  return byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24);
};
const status = (n: number) => RING + 28 + 16 * n;

const begin = call('disk_ring', RING);
/** Counts the interrupts of line 2 in s1. */
const handler = 'handler:\n    addi s1, s1, 1\n    iret\n';

export const ringStories: readonly Story[] = [
  {
    what: 'one kick is enough for three requests',
    text: `${begin}${request(0, 1, DATA)}${request(1, 2, DATA + 512)}${request(2, 3, DATA + 1024)}${put(RING, 3)}${kick}${until(3)}`,
    words: {
      [DATA]: first(1),
      [DATA + 512]: first(2),
      [DATA + 1024]: first(3),
      [status(0)]: 2,
      [status(2)]: 2,
      [RING + 8]: 1,
    },
  },
  {
    what: 'a request that is put in while another is under way needs no kick',
    text: `${begin}${request(0, 1, DATA)}${put(RING, 1)}${kick}${request(1, 2, DATA + 512)}${put(RING, 2)}${until(2)}`,
    words: { [DATA]: first(1), [DATA + 512]: first(2), [RING + 8]: 1 },
  },
  {
    what: 'IDLE is 0 while a request is under way, and a kick then is no second start',
    text: `${begin}${request(0, 1, DATA)}${put(RING, 1)}${kick}    li   t0, ${RING}\n    lw   s2, 8(t0)\n${kick}${kick}${until(1)}`,
    words: { [RING + 4]: 1, [RING + 8]: 1 },
    registers: { 18: 0 },
  },
  {
    what: 'a request that cannot be done fails, and the next one is done',
    text: `${begin}${request(0, 99, DATA)}${request(1, 1, 0xfffffff0)}${request(2, 2, DATA, 9)}${request(3, 3, DATA)}${put(RING, 4)}${kick}${until(4)}`,
    words: { [status(0)]: 3, [status(1)]: 3, [status(2)]: 3, [status(3)]: 2, [DATA]: first(3) },
  },
  {
    what: 'what the guest writes into DONE and IDLE does not mislead the monitor',
    text: `${begin}${request(0, 1, DATA)}${request(1, 2, DATA + 512)}${put(RING, 1)}${kick}${put(RING + 4, 7)}${put(RING + 8, 1)}${put(RING, 2)}${until(2)}`,
    words: { [DATA]: first(1), [DATA + 512]: first(2), [RING + 4]: 2 },
  },
  {
    what: 'a request that is changed after its kick is done as it was',
    text: `${begin}${request(0, 1, DATA)}${put(RING, 1)}${kick}${request(0, 5, DATA + 512, 2)}${until(1)}`,
    words: { [DATA]: first(1), [DATA + 512]: 0 },
  },
  {
    what: 'a count that is spoiled while a request is under way stops the ring; when it is mended, a kick goes on',
    text: `${begin}${request(0, 1, DATA)}${request(1, 2, DATA + 512)}${put(RING, 1)}${kick}${put(RING, 0x7fffffff)}${until(1)}${kick}    mv   s2, a0\n    li   t0, ${RING}\n    lw   s3, 8(t0)\n${put(RING, 2)}${kick}${until(2)}`,
    words: { [DATA]: first(1), [DATA + 512]: first(2), [RING + 8]: 1 },
    registers: { 18: -9, 19: 1 },
  },
  {
    what: 'each request makes one interrupt, which needs no acknowledgement',
    text: `    la   t0, handler\n    mts  TVEC, t0\n    sti\n${begin}${request(0, 1, DATA)}${request(1, 2, DATA)}${put(RING, 2)}${kick}${until(2)}    nop\n`,
    words: {},
    registers: { 9: 2 },
  },
  {
    what: 'a guest that blocks is woken by a request that ended before',
    text: `    la   t0, handler\n    mts  TVEC, t0\n${begin}${request(0, 1, DATA)}${put(RING, 1)}${kick}${until(1)}${call('block')}`,
    words: {},
    registers: { 9: 1 },
  },
  {
    what: 'a guest that blocks is woken by a request that ends later',
    text: `    la   t0, handler\n    mts  TVEC, t0\n${begin}${request(0, 1, DATA)}${put(RING, 1)}${kick}${call('block')}`,
    words: { [DATA]: first(1) },
    registers: { 9: 1 },
  },
];

/** Tables of two address spaces: both map the first MiB, but the second one does not map SPARE. */
const SPARE = 0x90000;
const spaces = `${paging(2 ** 20)}
    li   t0, 0x22000
    li   t1, 0x23001
    sw   t1, 0(t0)
    li   t0, 0x21000
    li   t1, 0x23000
    li   t2, 0x22000
1:  lw   t3, 0(t0)
    sw   t3, 0(t1)
    addi t0, t0, 4
    addi t1, t1, 4
    bltu t0, t2, 1b
${put(0x23000 + 4 * (SPARE >>> 12), 0)}`;
const give = `${put(0x30000, SPARE)}${call('balloon_give', 0x30000, 1)}    mv   s2, a0\n`;
const access = (instruction: string) =>
  `    la   t0, faulted\n    mts  TVEC, t0\n    li   t0, ${SPARE}\n    ${instruction}\n    j    3f\nfaulted:\n    mfs  s3, ECAUSE\n3:\n`;
const first4 = (page: number) => `    li   t0, ${page}\n    li   t1, 77\n    sw   t1, 0(t0)\n`;

/** What comes of the other calls. */
export const callStories: readonly Story[] = [
  {
    what: 'a page that was given back is out of reach of an address space that still maps it',
    text: `${spaces}${first4(SPARE)}${call('set_table', 0x22000)}${give}${call('set_table', 0x20000)}${access('lw   s4, 0(t0)')}`,
    words: { [SPARE]: 0 },
    registers: { 18: 1, 19: 5, 20: 0 },
  },
  {
    what: 'a page that was given back cannot be written, and with paging off, neither',
    text: `${spaces}${first4(SPARE)}${call('set_table', 0x22000)}${give}    mts  PTBR, zero\n${access('sw   t0, 0(t0)')}`,
    words: { [SPARE]: 0 },
    registers: { 18: 1, 19: 7 },
  },
  {
    what: 'a page that is taken again contains zeros, and can be used',
    text: `${spaces}${first4(SPARE)}${call('set_table', 0x22000)}${give}${call('balloon_take', 0x30000, 1)}${call('set_table', 0x20000)}    li   t0, ${SPARE}\n    lw   s3, 0(t0)\n${first4(SPARE)}`,
    words: { [SPARE]: 77 },
    registers: { 18: 1, 19: 0 },
  },
  {
    what: 'a program in ring 3 cannot make calls',
    text: `    la   t0, faulted\n    mts  TVEC, t0\n    la   t0, user\n    mts  EPC, t0\n    li   t0, 3\n    mts  ESTATUS, t0\n    mfs  t0, RBOUND\n    mts  ERBOUND, t0\n    iret\nuser:\n${call('version')}    ebreak\nfaulted:\n    mfs  s3, ECAUSE\n`,
    words: {},
    registers: { 19: 2 },
  },
  {
    what: 'the monitor does not watch a page that was a page table and is none any more',
    text: `${spaces}${call('set_table', 0x22000)}    nop\n${call('set_table', 0x20000)}${put(0x30000, 0x23001)}${call('mmu_update', 0x30000, 1)}    li   t0, 0x23000\n    li   t2, 0x24000\n1:  sw   zero, 0(t0)\n    addi t0, t0, 4\n    bltu t0, t2, 1b\n`,
    words: { 143360: 0 },
    traces: 0,
  },
];

/** What has gone wrong in the story; undefined = nothing. */
export function storyFinding(
  { text, words, registers = {}, traces }: Story,
  how: Pick<Making, 'monitor' | 'make'>,
): string | undefined {
  const { guest, machine } = made(
    `    .globl _start\n_start:\n${text}${powerOff}    j    .\n${handler}`,
    how,
  );
  const stop = guest.run(200_000);
  if (stop.kind !== 'power') return `it stops by ${stop.kind}`;
  for (const [at, word] of Object.entries(words))
    if (machine.memory.read(Number(at), 4) !== word)
      return `at ${Number(at).toString(16)} is ${machine.memory.read(Number(at), 4)}, not ${word}`;
  for (const [n, word] of Object.entries(registers))
    if (machine.x[Number(n)] !== word) return `x${n} is ${machine.x[Number(n)]}, not ${word}`;
  const hits = guest.ledger?.exits.get(EXIT.TRACE) ?? 0;
  return hits > (traces ?? hits) ? `${hits} exits for writes to page tables, not ${traces}` : undefined;
}

/**
 * Hostile calls, each with the reason for which it is refused. Nothing but a0 changes, and the guest goes on. The guest has 1 MiB of
 * memory. Its first 512 KiB are mapped to themselves, by tables at 0x20000 and 0x21000; its code is at 0x10000.
 */
import type { CollectingConsole } from '../../../isa/machine/devices/console.ts';
import { sameBytes } from '../../../isa/machine/bytes.ts';
import { calls } from '../../../isa/machine/paravirtual/calls.ts';
import { REFUSED, type RefusalName } from '../../../isa/machine/paravirtual/refusal.ts';
import { call, type Making, made, numberOf } from '../../isa/paravirtual/kit.ts';
import { paging } from '../assembled.ts';

export interface Hostile {
  /** What it does, for the title of the test. */
  readonly what: string;
  /** The call, by name or number, and its arguments. */
  readonly call: string | number;
  readonly args: readonly number[];
  readonly refused: RefusalName;
  /** Words in memory: address, then value. */
  readonly words?: readonly (readonly [at: number, value: number])[];
  /** Assembly before the call. */
  readonly before?: string;
  readonly unpaged?: true;
  readonly diskless?: true;
}

const LIST = 0x30000;
const MEMORY = 0x100000;
/** A page that is not mapped, so that it can be given back. */
const SPARE = 0x90000;
const RING = 0x40000;
const entryOf = (page: number) => 0x21000 + (page >>> 12) * 4;

const list = (...words: readonly number[]) => words.map((value, n) => [LIST + 4 * n, value] as const);
const put = (at: number, value: number) =>
  `    li   t0, ${at}\n    li   t1, ${value | 0}\n    sw   t1, 0(t0)\n`;
const given = `${put(LIST + 0x800, SPARE)}${call('balloon_give', LIST + 0x800, 1)}`;
const ring = call('disk_ring', RING);
const busy = `${ring}${put(RING + 16, 1)}${put(RING + 20, 0x50000)}${put(RING + 24, 1)}${put(RING, 1)}${call('disk_kick', RING)}`;
const network = call('net_ring', 0x60000, 4, 15);

type Row = readonly [what: string, args: readonly number[], refused: RefusalName, more?: Partial<Hostile>];
const rows = (name: string | number, ...of: readonly Row[]): Hostile[] =>
  of.map(([what, args, refused, more]) => ({ what, call: name, args, refused, ...more }));

export const hostiles: readonly Hostile[] = [
  ...rows(
    'console_write',
    ['a text where nothing is mapped', [0xfffff000, 16], 'BAD_BUFFER'],
    ['a text that begins where pages are mapped, and ends where none are', [0x7fff0, 32], 'BAD_BUFFER'],
    ['a text across the end of the address space', [0xfffffff0, 32], 'BAD_BUFFER'],
    ['a text of 2^32 - 1 bytes', [0x50000, 0xffffffff], 'TOO_MANY'],
    ['a text of 2^31 bytes', [0x50000, 0x80000000], 'TOO_MANY'],
    ['a text of 4097 bytes', [0x50000, 4097], 'TOO_MANY'],
    [
      'a text on a page that can only be executed',
      [0x50000, 4],
      'BAD_BUFFER',
      { before: put(entryOf(0x50000), 0x50009) },
    ],
    [
      'a text on a page that was given back',
      [0x51000, 4],
      'BAD_BUFFER',
      { before: `${given}${put(entryOf(0x51000), SPARE | 15)}` },
    ],
    [
      'with paging off, a text past the end of R',
      [0x1fff8, 16],
      'BAD_BUFFER',
      { unpaged: true, before: '    li   t0, 0x20000\n    lrel zero, t0\n' },
    ],
    ['with paging off, a text past the end of memory', [0xffff8, 16], 'BAD_BUFFER', { unpaged: true }],
  ),
  ...rows(
    'mmu_update',
    ['a list at an odd address', [LIST + 1, 1], 'MISALIGNED'],
    ['a list of 2^32 - 1 updates', [LIST, 0xffffffff], 'TOO_MANY'],
    ['a list of 2^29 updates, whose bytes are 2^32', [LIST, 2 ** 29], 'TOO_MANY'],
    ['a list of 513 updates', [LIST, 513], 'TOO_MANY'],
    ['a list that ends where nothing is mapped', [0x7fff8, 2], 'BAD_BUFFER'],
    ['a list across the end of the address space', [0xfffffffc, 1], 'BAD_BUFFER'],
    ['an entry just past the end of memory', [LIST, 1], 'NOT_YOURS', { words: list(MEMORY, 0) }],
    ['an entry at the end of the address space', [LIST, 1], 'NOT_YOURS', { words: list(0xfffffffc, 0) }],
    [
      'an entry at an address that is not a multiple of 4',
      [LIST, 1],
      'MISALIGNED',
      { words: list(0x21002, 0) },
    ],
    [
      'an entry that maps the frame past the end of memory',
      [LIST, 1],
      'NOT_YOURS',
      { words: list(0x21000, MEMORY | 15) },
    ],
    [
      "an entry that maps a frame of the monitor's page tables",
      [LIST, 1],
      'NOT_YOURS',
      { words: list(0x21000, (MEMORY + 0x1000) | 15) },
    ],
    [
      'an entry that maps the last frame of the address space',
      [LIST, 1],
      'NOT_YOURS',
      { words: list(0x21000, 0xfffff00f) },
    ],
    [
      'an entry that maps a page that was given back',
      [LIST, 1],
      'NOT_YOURS',
      { before: given, words: list(0x21000, SPARE | 15) },
    ],
    [
      'an entry on a page that was given back',
      [LIST, 1],
      'NOT_YOURS',
      { before: given, words: list(SPARE, 0) },
    ],
    ['a table outside memory in the root', [LIST, 1], 'NOT_YOURS', { words: list(0x20004, MEMORY | 1) }],
    [
      'a good update before a bad one',
      [LIST, 2],
      'NOT_YOURS',
      { words: list(0x21000, 0x5000f, 0x21004, MEMORY | 15) },
    ],
    ['a freed table outside memory', [LIST, 1], 'NOT_YOURS', { words: list(MEMORY | 1, 0) }],
  ),
  ...rows(
    'set_table',
    ['a root that is not at a page', [0x20004], 'MISALIGNED'],
    ['a root with the bit of PTBR', [0x20001], 'MISALIGNED'],
    ['a root past the end of memory', [MEMORY], 'NOT_YOURS'],
    ["a root in the monitor's memory", [MEMORY + 0x2000], 'NOT_YOURS'],
    ['a root at the end of the address space', [0xfffff000], 'NOT_YOURS'],
    ['a root that was given back', [SPARE], 'NOT_YOURS', { before: given }],
  ),
  ...rows('event_mask', ['a mask of 2', [2], 'BAD_VALUE'], ['a mask of all ones', [0xffffffff], 'BAD_VALUE']),
  ...rows(
    'disk_ring',
    ['a ring that is not at a page', [RING + 16], 'MISALIGNED'],
    ['a ring past the end of memory', [MEMORY], 'NOT_YOURS'],
    ['a ring at the end of the address space', [0xfffff000], 'NOT_YOURS'],
    ['a ring on a page that was given back', [SPARE], 'NOT_YOURS', { before: given }],
    ['another ring while a request is under way', [0x42000], 'IN_USE', { before: busy }],
    ['the same ring while a request is under way', [RING], 'IN_USE', { before: busy }],
    ['the end of the ring while a request is under way', [0], 'IN_USE', { before: busy }],
    ['the page of the network rings', [0x60000], 'IN_USE', { before: network }],
    ['a ring for a disk that is not there', [RING], 'NO_DEVICE', { diskless: true }],
  ),
  ...rows(
    'disk_kick',
    ['a kick without a ring', [RING], 'BAD_RING'],
    ['a kick for page 0 without a ring', [0], 'BAD_RING'],
    ['a kick for another page', [0x41000], 'BAD_RING', { before: ring }],
    ['a kick for an address within the ring', [RING + 4], 'BAD_RING', { before: ring }],
    ['a kick with 129 requests', [RING], 'BAD_RING', { before: ring, words: [[RING, 129]] }],
    [
      'a kick with a count that has gone back',
      [RING],
      'BAD_RING',
      { before: ring, words: [[RING, 0xffffffff]] },
    ],
    ['a kick for a ring that has ended', [RING], 'BAD_RING', { before: `${ring}${call('disk_ring', 0)}` }],
  ),
  ...rows(
    'net_ring',
    ['rings of 128 descriptors, which do not fit on a page', [0x60000, 128, 0], 'TOO_MANY'],
    ['rings of 2^32 - 1 descriptors', [0x60000, 0xffffffff, 0], 'TOO_MANY'],
    ['rings of 2^28 descriptors, whose bytes are 2^32', [0x60000, 2 ** 28, 0], 'TOO_MANY'],
    ['rings that are not at a page', [0x60010, 4, 0], 'MISALIGNED'],
    ['rings past the end of memory', [MEMORY, 4, 0], 'NOT_YOURS'],
    ['rings on a page that was given back', [SPARE, 4, 0], 'NOT_YOURS', { before: given }],
    ['rings on the page of the disk ring', [RING, 4, 0], 'IN_USE', { before: ring }],
    [
      'other rings while the device sends',
      [0x61000, 4, 0],
      'IN_USE',
      { before: `${network}${call('net_kick', 0x60000)}` },
    ],
  ),
  ...rows(
    'net_kick',
    ['a kick without rings', [0x60000], 'BAD_RING'],
    ['a kick for another page', [0x61000], 'BAD_RING', { before: network }],
  ),
  ...rows(
    'balloon_give',
    ['a list at an odd address', [LIST + 2, 1], 'MISALIGNED'],
    ['a list of 1025 pages', [LIST, 1025], 'TOO_MANY'],
    ['a list of 2^30 pages, whose bytes are 2^32', [LIST, 2 ** 30], 'TOO_MANY'],
    ['a list where nothing is mapped', [SPARE, 1], 'BAD_BUFFER'],
    ['an address within a page', [LIST, 1], 'MISALIGNED', { words: list(SPARE + 4) }],
    ['a page past the end of memory', [LIST, 1], 'NOT_YOURS', { words: list(MEMORY) }],
    ['the last page of the address space', [LIST, 1], 'NOT_YOURS', { words: list(0xfffff000) }],
    ['a page twice', [LIST, 2], 'NOT_YOURS', { words: list(SPARE, SPARE) }],
    ['a page that was given back already', [LIST, 1], 'NOT_YOURS', { before: given, words: list(SPARE) }],
    ['a page that is mapped', [LIST, 1], 'IN_USE', { words: list(0x50000) }],
    ['the page of the code that makes the call', [LIST, 1], 'IN_USE', { words: list(0x10000) }],
    ['the page of the list itself', [LIST, 1], 'IN_USE', { words: list(LIST) }],
    [
      'the root page table',
      [LIST, 1],
      'IN_USE',
      { before: `${put(entryOf(0x20000), 0)}`, words: list(0x20000) },
    ],
    ['a page table', [LIST, 1], 'IN_USE', { before: `${put(entryOf(0x21000), 0)}`, words: list(0x21000) }],
    [
      'the page of the disk ring',
      [LIST, 1],
      'IN_USE',
      { before: call('disk_ring', SPARE), words: list(SPARE) },
    ],
    [
      'the page of the network rings',
      [LIST, 1],
      'IN_USE',
      { before: call('net_ring', SPARE, 4, 0), words: list(SPARE) },
    ],
    ['a good page before one in use', [LIST, 2], 'IN_USE', { words: list(SPARE, 0x50000) }],
    [
      'a page while paging is off, when all can be reached',
      [LIST, 1],
      'IN_USE',
      { unpaged: true, words: list(SPARE) },
    ],
  ),
  ...rows(
    'balloon_take',
    ['a list at an odd address', [LIST + 3, 1], 'MISALIGNED'],
    ['a list of 2^32 - 1 pages', [LIST, 0xffffffff], 'TOO_MANY'],
    ['a list where nothing is mapped', [SPARE, 1], 'BAD_BUFFER'],
    ['a page that was never given back', [LIST, 1], 'NOT_YOURS', { words: list(SPARE) }],
    ['a page past the end of memory', [LIST, 1], 'NOT_YOURS', { before: given, words: list(MEMORY) }],
    ['a page twice', [LIST, 2], 'NOT_YOURS', { before: given, words: list(SPARE, SPARE) }],
    [
      'a page that was given back, before one that was not',
      [LIST, 2],
      'NOT_YOURS',
      { before: given, words: list(SPARE, SPARE + 0x1000) },
    ],
  ),
  ...rows(13, ['the number after the last one', [], 'UNKNOWN_CALL']),
  ...rows(0xffffffff, ['the number -1', [], 'UNKNOWN_CALL']),
  ...rows(0x80000000, ['the number 2^31', [], 'UNKNOWN_CALL']),
];

function textOf({ call: which, args, words = [], before = '', unpaged }: Hostile): string {
  const number = typeof which === 'number' ? which : numberOf(which);
  return `    .globl _start
_start:
${unpaged ? '' : paging()}
${before}${words.map(([at, value]) => put(at, value)).join('')}${args.map((value, n) => `    li   a${n}, ${value | 0}\n`).join('')}    li   a7, ${number | 0}
hostile:
    vmcall
    j    .
`;
}

/** What is wrong after the hostile call; undefined = it was refused as the table says, and changed nothing else. */
export function hostileFinding(hostile: Hostile, how: Pick<Making, 'monitor' | 'make'>): string | undefined {
  const { guest, machine, console, disk, image } = made(textOf(hostile), {
    ...how,
    isDiskless: hostile.diskless,
  });
  const at = image.symbols.find(({ name }) => name === 'hostile')?.address;
  while (machine.pc !== at) {
    if (guest.run(machine.steps + 1).kind !== 'limit' || machine.steps > 20_000)
      return 'it does not come to the call';
  }
  const [before, memory] = [guest.save(), machine.memory.bytes.slice()];
  guest.run(machine.steps + 1);
  const after = guest.save();
  const [number] = REFUSED[hostile.refused];
  if (after.registers[10] !== number) return `a0 is ${after.registers[10]}, not ${number}`;
  const registers = before.registers.map((value, n) => (n === 10 ? number : value));
  const expected = { ...before, registers, pc: before.pc + 4, steps: before.steps + 1 };
  if (JSON.stringify(after) !== JSON.stringify(expected))
    return `more has changed: ${JSON.stringify([expected, after])}`;
  if (!sameBytes(memory, machine.memory.bytes)) return 'memory has changed';
  return (
    lost(console, disk?.bytes) ??
    (guest.run(machine.steps + 3000).kind === 'limit' ? undefined : 'it does not go on')
  );
}

function lost(console: CollectingConsole, disk: Uint8Array | undefined): string | undefined {
  if (console.text !== '') return 'something was printed';
  return disk?.some((byte, n) => byte !== ((n * 7 + (n >>> 9)) & 0xff)) ? 'the disk has changed' : undefined;
}

/** Whether the table says that the call can be refused for this. */
export function isStated({ call: which, refused }: Hostile): boolean {
  return (
    refused === 'UNKNOWN_CALL' || calls.find(({ name }) => name === which)?.refused.includes(refused) === true
  );
}

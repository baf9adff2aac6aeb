/**
 * The calls that `vmcall` makes on a paravirtual machine: one row a call. The reference machine and every monitor answer from this
 * table, the manual prints it, and the tests compare each call with its native sequence.
 *
 *   number       what the guest puts into a7
 *   name         as in guests/include/calls.inc
 *   arguments    what a0, a1 and a2 contain, in this order
 *   gives        what a0 contains afterwards, if the call is not refused
 *   says         one sentence for the manual
 *   native       assembly that has the same effect on a machine without calls: in ring 0, with paging off or with pages mapped
 *                to themselves, A and D set. It may change t0 to t6. Devices may take longer; see `waits`
 *   waits        the native sequence waits for the device, which the call does not
 *   refused      why the call may be refused, in the order of the checks, besides UNKNOWN_CALL
 *   run          checks everything, and throws CallRefusal; then does it, in one step, and returns what a0 is to contain
 *
 * Words are unsigned.
 */
import { SR, STATUS } from '../../table/sysregs.ts';
import { PORT } from '../devices/ports.ts';
import { PAGE } from '../storage.ts';
import { PTE } from '../translate.ts';
import { type Caller, GuestBuffer, listOf, mustBePage, pagesInUse } from './caller.ts';
import { RING_PLACES } from './disk-ring.ts';
import * as native from './native.ts';
import { NET_RING_MOST } from './network-ring.ts';
import type { Paravirtual } from './paravirtual.ts';
import { must, type RefusalName } from './refusal.ts';

/** What `version` gives in a0 ("RING") and a1. */
export const MAGIC = 0x474e4952;
const VERSION = 1;

/** The most bytes of a console_write, entries of an mmu_update, and pages of a balloon call. */
export const MOST = { BYTES: 4096, UPDATES: 512, PAGES: 1024 } as const;

/** In an mmu_update, bit 0 of the address: the page is no table any more. */
const FREED = 1;

export interface Call {
  readonly number: number;
  readonly name: string;
  readonly arguments: readonly string[];
  readonly gives: string;
  readonly says: string;
  readonly native: string;
  readonly waits?: boolean;
  readonly refused: readonly RefusalName[];
  readonly run: (caller: Caller, state: Paravirtual, args: readonly [number, number, number]) => number;
}

/** Checks an update of a page-table entry: the entry and what it maps are the guest's. */
function checkUpdate({ memory }: Caller, address: number, value: number): void {
  must((address & 2) === 0, 'MISALIGNED');
  must(memory.has((address & ~FREED) >>> 0, 4), 'NOT_YOURS');
  const maps = (address & FREED) === 0 && (value & PTE.V) !== 0;
  must(!maps || memory.has((value & PTE.FRAME) >>> 0, PAGE), 'NOT_YOURS');
}

function update(caller: Caller, state: Paravirtual, at: number, count: number): number {
  const list = listOf(caller, at, count, 2, MOST.UPDATES);
  const { words } = list;
  const updates = Array.from(
    { length: count },
    (_, n) => [words[2 * n] ?? 0, words[2 * n + 1] ?? 0] as const,
  );
  for (const [address, value] of updates) checkUpdate(caller, address, value);
  list.touch();
  for (const [address, value] of updates) {
    if ((address & FREED) === 0) caller.memory.write(address, 4, value);
    else state.onTableFreed?.(address >>> 12);
  }
  return count;
}

/** The pages in a list of a balloon call, by number: each once, and each given back or not as `absent` says. */
function listedPages(caller: Caller, list: GuestBuffer, absent: boolean): number[] {
  const { memory } = caller;
  const gone = new Set(memory.absent);
  const pages = new Set<number>();
  for (const address of list.words) {
    const page = address / PAGE;
    must(Number.isInteger(page), 'MISALIGNED');
    must(address + PAGE <= memory.size && gone.has(page) === absent && !pages.has(page), 'NOT_YOURS');
    pages.add(page);
  }
  return [...pages];
}

function giveBack(caller: Caller, state: Paravirtual, at: number, count: number): number {
  const list = listOf(caller, at, count, 1, MOST.PAGES);
  const pages = listedPages(caller, list, false);
  // With paging off, all pages can be reached.
  const used = caller.paging ? pagesInUse(caller) : undefined;
  for (const page of pages)
    must(used !== undefined && !used.has(page * PAGE) && !state.pages.includes(page * PAGE), 'IN_USE');
  list.touch();
  caller.memory.giveBack(pages);
  return count;
}

function takeBack(caller: Caller, at: number, count: number): number {
  const list = listOf(caller, at, count, 1, MOST.PAGES);
  const pages = listedPages(caller, list, true);
  list.touch();
  caller.memory.takeBack(pages);
  return count;
}

function openDiskRing(caller: Caller, { disk, networkPage }: Paravirtual, page: number): number {
  must(caller.disk.sectors > 0, 'NO_DEVICE');
  if (page !== 0) mustBePage(caller, page);
  must(disk.doneAt === Number.POSITIVE_INFINITY && (page === 0 || page !== networkPage), 'IN_USE');
  disk.open(page === 0 ? undefined : page, caller.memory);
  return 0;
}

function kickDisk(caller: Caller, { disk }: Paravirtual, page: number): number {
  must(disk.page === page && disk.waiting(caller.memory) <= RING_PLACES, 'BAD_RING');
  disk.start(caller.after, caller.memory);
  return 0;
}

function openNetworkRing(
  caller: Caller,
  state: Paravirtual,
  page: number,
  count: number,
  control: number,
): number {
  must(count <= NET_RING_MOST, 'TOO_MANY');
  if (count > 0) mustBePage(caller, page);
  must(!caller.network.sends && (count === 0 || page !== state.disk.page), 'IN_USE');
  state.openNetworkRing(count === 0 ? undefined : page, count, control);
  return 0;
}

function kickNetwork(caller: Caller, state: Paravirtual, page: number): number {
  must(state.networkPage === page, 'BAD_RING');
  state.startNetwork(caller.after);
  return 0;
}

/** Every call, by number. */
export const calls: readonly Call[] = [
  {
    number: 0,
    name: 'version',
    arguments: [],
    gives: `${MAGIC} ("RING"), and in a1 the version, ${VERSION}`,
    says: 'Shows that there is a monitor that answers calls: without one, `vmcall` is an illegal instruction.',
    native: native.version(MAGIC, VERSION),
    refused: [],
    run: ({ x }) => {
      x[11] = VERSION;
      return MAGIC;
    },
  },
  {
    number: 1,
    name: 'console_write',
    arguments: ['the address of a text', `its length in bytes, at most ${MOST.BYTES}`],
    gives: 'the length',
    says: 'Prints the text.',
    native: native.consoleWrite,
    refused: ['TOO_MANY', 'BAD_BUFFER'],
    run: (caller, _state, [at, length]) => {
      must(length <= MOST.BYTES, 'TOO_MANY');
      const text = new GuestBuffer(caller, at, length);
      text.touch();
      for (const byte of text.bytes) caller.output(PORT.CONSOLE_DATA, byte);
      return length;
    },
  },
  {
    number: 2,
    name: 'mmu_update',
    arguments: ['the address of a list, a multiple of 4', `how many updates it has, at most ${MOST.UPDATES}`],
    gives: 'the number of updates',
    says: 'Writes page-table entries: each update is a word with the physical address of the entry and a word with its new value. If bit 0 of the address is 1, nothing is written: the monitor learns that this page is no page table any more.',
    native: native.mmuUpdate,
    refused: ['MISALIGNED', 'TOO_MANY', 'BAD_BUFFER', 'NOT_YOURS'],
    run: (caller, state, [at, count]) => update(caller, state, at, count),
  },
  {
    number: 3,
    name: 'set_table',
    arguments: ['the physical address of a root page table'],
    gives: '0',
    says: 'Turns paging on with this root table.',
    native: native.setTable,
    refused: ['MISALIGNED', 'NOT_YOURS'],
    run: (caller, _state, [root]) => {
      mustBePage(caller, root);
      caller.writeSystem(SR.PTBR, root | 1);
      return 0;
    },
  },
  {
    number: 4,
    name: 'set_timer',
    arguments: ['a number of steps; 0 = off'],
    gives: '0',
    says: 'Arms the timer, and clears line 0 if it is pending.',
    native: native.setTimer,
    refused: [],
    run: (caller, _state, [count]) => {
      caller.writeSystem(SR.TIMER, count);
      return 0;
    },
  },
  {
    number: 5,
    name: 'block',
    arguments: [],
    gives: '0',
    says: 'Sleeps until an interrupt line is pending, with IF 1 from here on: the interrupt is taken at once, and none is missed between a look and the sleep.',
    native: native.block,
    refused: [],
    run: (caller) => {
      caller.wait();
      caller.status |= STATUS.IF;
      return 0;
    },
  },
  {
    number: 6,
    name: 'event_mask',
    arguments: ['1 = mask, 0 = unmask'],
    gives: 'what the mask was: 1 or 0',
    says: 'Masks interrupts (IF is 0) or unmasks them (IF is 1), and gives what was before.',
    native: native.eventMask,
    refused: ['BAD_VALUE'],
    run: (caller, _state, [mask]) => {
      must(mask <= 1, 'BAD_VALUE');
      const before = (caller.status & STATUS.IF) === 0 ? 1 : 0;
      caller.status = (caller.status & ~STATUS.IF) | (mask === 0 ? STATUS.IF : 0);
      return before;
    },
  },
  {
    number: 7,
    name: 'disk_ring',
    arguments: ['the physical address of a page; 0 = no ring any more'],
    gives: '0',
    says: 'Makes the page the disk ring, and empties it.',
    native: native.diskRing,
    refused: ['NO_DEVICE', 'MISALIGNED', 'NOT_YOURS', 'IN_USE'],
    run: (caller, state, [page]) => openDiskRing(caller, state, page),
  },
  {
    number: 8,
    name: 'disk_kick',
    arguments: ['the physical address of the disk ring'],
    gives: '0',
    says: 'Has the monitor look at the disk ring. It goes on by itself until nothing is left to do.',
    native: native.diskKick,
    waits: true,
    refused: ['BAD_RING'],
    run: (caller, state, [page]) => kickDisk(caller, state, page),
  },
  {
    number: 9,
    name: 'net_ring',
    arguments: [
      'the physical address of a page',
      `the descriptors of each ring, at most ${NET_RING_MOST}; 0 = no ring any more`,
      'what the network control port is to contain',
    ],
    gives: '0',
    says: 'Puts both rings of the network device into the page: a word IDLE, which is 1 while the device rests, then from byte 16 on the transmit ring and the receive ring.',
    native: native.netRing,
    refused: ['TOO_MANY', 'MISALIGNED', 'NOT_YOURS', 'IN_USE'],
    run: (caller, state, [page, count, control]) => openNetworkRing(caller, state, page, count, control),
  },
  {
    number: 10,
    name: 'net_kick',
    arguments: ['the physical address of the page of the rings'],
    gives: '0',
    says: 'Has the network device look at its transmit ring. It goes on by itself until it finds a descriptor that is not READY.',
    native: native.netKick,
    waits: true,
    refused: ['BAD_RING'],
    run: (caller, state, [page]) => kickNetwork(caller, state, page),
  },
  {
    number: 11,
    name: 'balloon_give',
    arguments: ['the address of a list, a multiple of 4', `how many words it has, at most ${MOST.PAGES}`],
    gives: 'the number of pages',
    says: 'Gives the pages back whose physical addresses are in the list. Their contents are lost. From here on they are outside the memory of the guest: an access to them is an access fault.',
    native: native.balloonGive,
    refused: ['MISALIGNED', 'TOO_MANY', 'BAD_BUFFER', 'NOT_YOURS', 'IN_USE'],
    run: (caller, state, [at, count]) => giveBack(caller, state, at, count),
  },
  {
    number: 12,
    name: 'balloon_take',
    arguments: ['the address of a list, a multiple of 4', `how many words it has, at most ${MOST.PAGES}`],
    gives: 'the number of pages',
    says: 'Takes pages again that were given back. They contain zeros.',
    native: native.balloonTake,
    refused: ['MISALIGNED', 'TOO_MANY', 'BAD_BUFFER', 'NOT_YOURS'],
    run: (caller, _state, [at, count]) => takeBack(caller, at, count),
  },
];

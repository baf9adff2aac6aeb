/** The machine as calls see it, and what they find out about the addresses that the guest names. */
import type { Probe } from '../../table/processor.ts';
import { SR } from '../../table/sysregs.ts';
import type { Disk } from '../devices/disk.ts';
import type { Network } from '../devices/network.ts';
import type { Memory } from '../memory.ts';
import { PAGE } from '../storage.ts';
import { type Access, LOAD, PTE } from '../translate.ts';
import { must } from './refusal.ts';

/** What calls use of the machine. Words are signed or unsigned. */
export interface Caller {
  readonly x: Int32Array;
  status: number;
  readonly paging: boolean;
  readonly memory: Memory;
  readonly disk: Disk;
  readonly network: Network;
  /** The step count after the call. */
  readonly after: number;
  readSystem(number: number): number;
  writeSystem(number: number, value: number): void;
  probe(va: number): Probe;
  locate(va: number, width: number, access: Access, named: boolean): number;
  output(port: number, value: number): void;
  wait(): void;
}

/** A buffer that the guest names by its virtual address, and of which ring 0 can read all bytes. */
export class GuestBuffer {
  /** A copy of its bytes, so that nothing that the call does changes what it read. */
  readonly bytes: Uint8Array;
  readonly #caller: Caller;
  readonly #at: number;

  /** `length` bytes from `va` (unsigned) on. Throws CallRefusal. */
  constructor(caller: Caller, va: number, length: number) {
    must(va + length <= 2 ** 32, 'BAD_BUFFER');
    this.#caller = caller;
    this.#at = va;
    this.bytes = new Uint8Array(length);
    for (const [from, bytes] of this.#parts()) {
      const { physical, rights } = caller.probe(from);
      const good = physical >= 0 && (rights & PTE.R) !== 0;
      // With paging off, R may end within the page.
      must(
        good && caller.probe(from + bytes.length - 1).physical === physical + bytes.length - 1,
        'BAD_BUFFER',
      );
      bytes.set(caller.memory.bytes.subarray(physical, physical + bytes.length));
    }
  }

  /** The words in it. */
  get words(): Uint32Array {
    return new Uint32Array(this.bytes.buffer);
  }

  /** Has the machine set A for its pages, as loads do. */
  touch(): void {
    for (const [from] of this.#parts()) this.#caller.locate(from, 1, LOAD, false);
  }

  /** The buffer page by page: the virtual address, and the part of `bytes` that belongs there. */
  *#parts(): Generator<readonly [number, Uint8Array]> {
    for (let done = 0; done < this.bytes.length; ) {
      const from = this.#at + done;
      const length = Math.min(PAGE - (from % PAGE), this.bytes.length - done);
      yield [from, this.bytes.subarray(done, done + length)];
      done += length;
    }
  }
}

/** A list of `count` entries of `words` words each, at `va`; both unsigned. Throws CallRefusal, if it is longer than `most`, too. */
export function listOf(caller: Caller, va: number, count: number, words: number, most: number): GuestBuffer {
  must(va % 4 === 0, 'MISALIGNED');
  must(count <= most, 'TOO_MANY');
  return new GuestBuffer(caller, va, count * words * 4);
}

/** Checks that `address` (unsigned) is that of a page of the guest's memory. Throws CallRefusal. */
export function mustBePage({ memory }: Pick<Caller, 'memory'>, address: number): void {
  must(address % PAGE === 0, 'MISALIGNED');
  must(memory.has(address, PAGE), 'NOT_YOURS');
}

/** Addresses of all pages that the current page tables consist of or map. */
export function pagesInUse(caller: Caller): Set<number> {
  const { words } = caller.memory;
  const root = (caller.readSystem(SR.PTBR) & PTE.FRAME) >>> 0;
  const used = new Set<number>([root]);
  for (let n = 0; n < PAGE / 4; n++) {
    const pointer = words[(root >>> 2) + n] ?? 0;
    if ((pointer & (PTE.V | PTE.R | PTE.W | PTE.X)) !== PTE.V) continue;
    const table = (pointer & PTE.FRAME) >>> 0;
    used.add(table);
    for (let m = 0; m < PAGE / 4; m++) {
      const entry = words[(table >>> 2) + m] ?? 0;
      if ((entry & PTE.V) !== 0) used.add((entry & PTE.FRAME) >>> 0);
    }
  }
  return used;
}

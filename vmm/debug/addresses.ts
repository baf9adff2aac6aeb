/** A guest's memory by its own virtual addresses, as they are mapped now, whatever the rights. */
import { joined } from '../../isa/machine/bytes.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import { PAGE } from '../../isa/machine/storage.ts';

/** A part of physical memory. */
export interface Part {
  readonly at: number;
  readonly length: number;
}

/** Where `length` bytes from virtual address `va` on are; parts end at the first page that is not there. */
export function partsOf(machine: Machine, va: number, length: number): Part[] {
  const parts: Part[] = [];
  for (let done = 0; done < length; ) {
    const address = va + done;
    const { physical } = address < 2 ** 32 ? machine.probe(address) : { physical: -1 };
    if (physical < 0 || physical >= machine.memory.size) break;
    const inPage = Math.min(PAGE - (address % PAGE), length - done, machine.memory.size - physical);
    parts.push({ at: physical, length: inPage });
    done += inPage;
  }
  return parts;
}

/** The bytes from `va` on, as many of `length` as are there. */
export function peek(machine: Machine, va: number, length: number): Uint8Array {
  const parts = partsOf(machine, va, length);
  return joined(parts.map((part) => machine.memory.bytes.subarray(part.at, part.at + part.length)));
}

/** Bytes that parts have in all. */
export function lengthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

/**
 * The IOMMU (feature `iommu`): a map between a device and memory. A device that moves data itself uses the addresses that its
 * driver has given it. If the driver is a guest's, these are guest-physical; the map makes physical ones of them, and refuses
 * those that are not the guest's. It has the form of the nested map (../nested.ts), so a monitor can use one map for both.
 *
 * Each device has a port with the root of its map. While the map is off, the device uses physical addresses.
 */
import type { Component } from '../component.ts';
import type { Memory } from '../memory.ts';
import { NestedMap } from '../nested.ts';
import { PAGE } from '../storage.ts';
import { type Access, LOAD, PTE, STORE } from '../translate.ts';
import type { DmaMemory } from './dma.ts';

/** The word of each device's port: the root of its map, and bit 0, which is 1 while the map is on. Unsigned. */
export interface IommuState {
  readonly disk: number;
  readonly network: number;
}

/** All maps are off. */
const off: IommuState = { disk: 0, network: 0 };

/** Bit 0 of the word of a port. */
const ON = 1;

export class Iommu implements Component<IommuState | undefined> {
  readonly #memory: Memory;
  #words = off;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  read(device: keyof IommuState): number {
    return this.#words[device];
  }

  /** Sets the word of a device's port; bits that it does not have are ignored. */
  write(device: keyof IommuState, word: number): void {
    this.#words = { ...this.#words, [device]: (word & (PTE.FRAME | ON)) >>> 0 };
  }

  /** Whether the map of the device is on. */
  isOn(device: keyof IommuState): boolean {
    return (this.#words[device] & ON) !== 0;
  }

  /** Memory as the device sees it now. */
  memoryFor(device: keyof IommuState): DmaMemory {
    if (!this.isOn(device)) return this.#memory;
    const root = (this.#words[device] & PTE.FRAME) >>> 0;
    return new MappedMemory(this.#memory, new NestedMap(this.#memory, root));
  }

  /** The words of the ports; undefined if all maps are off, as at reset. */
  save(): IommuState | undefined {
    return this.#words.disk === 0 && this.#words.network === 0 ? undefined : this.#words;
  }

  restore(words: IommuState | undefined): void {
    this.#words = words ?? off;
  }
}

/** Bytes that lie together in memory: `at` is their physical address, `from` how many of the transfer come before them. */
interface Piece {
  readonly at: number;
  readonly from: number;
  readonly length: number;
}

class MappedMemory implements DmaMemory {
  readonly #memory: Memory;
  readonly #map: NestedMap;

  constructor(memory: Memory, map: NestedMap) {
    this.#memory = memory;
    this.#map = map;
  }

  readable(address: number, length: number): Uint8Array | undefined {
    const pieces = this.#pieces(address, length, LOAD);
    if (pieces === undefined) return undefined;
    const bytes = new Uint8Array(length);
    for (const { at, from, length: size } of pieces)
      bytes.set(this.#memory.bytes.subarray(at, at + size), from);
    return bytes;
  }

  put(address: number, bytes: Uint8Array): boolean {
    const pieces = this.#pieces(address, bytes.length, STORE);
    for (const { at, from, length } of pieces ?? [])
      this.#memory.fill(at, bytes.subarray(from, from + length));
    return pieces !== undefined;
  }

  /** Where the bytes are, page by page; undefined if the map does not allow all of them. */
  #pieces(address: number, length: number, access: Access): readonly Piece[] | undefined {
    const pieces: Piece[] = [];
    for (let from = 0; from < length; ) {
      const at = this.#map.host(address + from, access);
      if (at < 0) return undefined;
      const size = Math.min(length - from, PAGE - (at % PAGE));
      pieces.push({ at, from, length: size });
      from += size;
    }
    return pieces;
  }
}

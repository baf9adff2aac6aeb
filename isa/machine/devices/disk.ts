/**
 * The disk: 512-byte sectors, moved by DMA, one command at a time.
 *
 * A command uses the sector and the address that are set when it is given. It moves all its
 * data at once, `DISK_STEPS` steps later. Then the status is done or failed, and line 2 is
 * pending until the status port is written. While a command is under way, another one is
 * ignored. A command fails if the sector is not on the disk, if the address is not in memory,
 * or if the command is unknown.
 */
import type { Component } from '../component.ts';
import type { DmaMemory } from './dma.ts';

/** Bytes of a disk sector. */
export const SECTOR = 512;

/** Steps from the command to its interrupt. */
export const DISK_STEPS = 1000;

/** Stores the sectors. */
export interface DiskStore {
  /** How many sectors there are. They are numbered from 0. */
  readonly sectors: number;
  /** Fills `into` (one sector long) from sector `n`, which exists. */
  read(n: number, into: Uint8Array): void;
  /** Writes `from` (one sector long) to sector `n`, which exists. */
  write(n: number, from: Uint8Array): void;
}

/** A disk in memory; `bytes` is padded to whole sectors. */
export class MemoryDisk implements DiskStore {
  /** The whole contents; writes change them. */
  readonly bytes: Uint8Array;
  /** How many sectors there are. */
  readonly sectors: number;

  constructor(bytes: Uint8Array) {
    this.sectors = Math.ceil(bytes.length / SECTOR);
    this.bytes = new Uint8Array(this.sectors * SECTOR);
    this.bytes.set(bytes);
  }

  /** Fills `into` (one sector long) from sector `n`. */
  read(n: number, into: Uint8Array): void {
    into.set(this.bytes.subarray(n * SECTOR, (n + 1) * SECTOR));
  }

  /** Writes `from` (one sector long) to sector `n`. */
  write(n: number, from: Uint8Array): void {
    this.bytes.set(from, n * SECTOR);
  }
}

export const DISK_STATUS = { IDLE: 0, BUSY: 1, DONE: 2, FAILED: 3 } as const;

const READ_COMMAND = 1;
const WRITE_COMMAND = 2;

export interface DiskState {
  readonly sector: number;
  readonly address: number;
  readonly status: number;
  /** The command under way, with its sector and address; null if there is none. */
  readonly command: {
    readonly number: number;
    readonly sector: number;
    readonly address: number;
    readonly doneAt: number;
  } | null;
}

/** A command with its operands, each an unsigned word: 1 reads the sector to the physical address, 2 writes it from there. */
export interface DiskRequest {
  readonly command: number;
  readonly sector: number;
  readonly address: number;
}

/** The sectors are not part of the state: they belong to whoever provides the store. */
export class Disk implements Component<DiskState> {
  sector = 0;
  address = 0;
  status: number = DISK_STATUS.IDLE;
  /** The step at which the command under way is done; Infinity if there is none. */
  doneAt = Number.POSITIVE_INFINITY;
  #command = 0;
  #sector = 0;
  #address = 0;
  readonly #store: DiskStore | undefined;

  constructor(store?: DiskStore) {
    this.#store = store;
  }

  get sectors(): number {
    return this.#store?.sectors ?? 0;
  }

  /** The store of its sectors, if there is a disk. */
  get store(): DiskStore | undefined {
    return this.#store;
  }

  /** Starts a command at step `now`. */
  start(command: number, now: number): void {
    if (this.status === DISK_STATUS.BUSY) return;
    this.#command = command;
    this.#sector = this.sector;
    this.#address = this.address;
    this.status = DISK_STATUS.BUSY;
    this.doneAt = now + DISK_STEPS;
  }

  /** Moves the data of the command under way, and ends the command. */
  finish(memory: DmaMemory): void {
    this.doneAt = Number.POSITIVE_INFINITY;
    const latched = { command: this.#command, sector: this.#sector, address: this.#address };
    this.status = this.move(latched, memory) ? DISK_STATUS.DONE : DISK_STATUS.FAILED;
  }

  /** Acknowledges the interrupt. A command under way continues. */
  acknowledge(): void {
    if (this.status !== DISK_STATUS.BUSY) this.status = DISK_STATUS.IDLE;
  }

  save(): DiskState {
    const { sector, address, status, doneAt } = this;
    const latched = { number: this.#command, sector: this.#sector, address: this.#address, doneAt };
    return { sector, address, status, command: status === DISK_STATUS.BUSY ? latched : null };
  }

  restore({ sector, address, status, command }: DiskState): void {
    this.sector = sector;
    this.address = address;
    this.status = status;
    this.#command = command?.number ?? 0;
    this.#sector = command?.sector ?? 0;
    this.#address = command?.address ?? 0;
    this.doneAt = command?.doneAt ?? Number.POSITIVE_INFINITY;
  }

  /** Moves a sector as a command says. Returns false, and moves nothing, if the command fails. */
  move({ command, sector, address }: DiskRequest, memory: DmaMemory): boolean {
    if (this.#store === undefined || sector >= this.#store.sectors) return false;
    if (command === READ_COMMAND) {
      const bytes = new Uint8Array(SECTOR);
      this.#store.read(sector, bytes);
      return memory.put(address, bytes);
    }
    if (command !== WRITE_COMMAND) return false;
    const bytes = memory.readable(address, SECTOR);
    if (bytes !== undefined) this.#store.write(sector, bytes);
    return bytes !== undefined;
  }
}

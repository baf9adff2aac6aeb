/**
 * What migration knows of a guest that moves, of its disk, and of where the target saves what it has
 * received. Hosting has all three; so does a test.
 */
import type { DiskStore } from '../../isa/machine/devices/disk.ts';
import type { Memory } from '../../isa/machine/memory.ts';
import type { GuestSpec } from '../wire/messages.ts';
import type { Units } from './image/units.ts';

/** A disk that says which sectors are written while it is copied. */
export interface MovingDisk extends DiskStore {
  onWrite: ((sector: number) => void) | undefined;
}

/** Where a target saves a guest, so that the guest outlives its host's process. */
export interface GuestStore {
  /** The machine's state (encodeState). */
  state: Uint8Array | undefined;
  /** Writes units that follow each other. */
  writeUnits(first: number, contents: Uint8Array): void;
  /** The same while others go on; `done` is called once, with the error if there was one. */
  writeUnitsLater(first: number, contents: Uint8Array, done: (error?: Error) => void): void;
  /** Notes units as present, after their contents were saved. */
  notePresent(units: readonly number[]): void;
}

/** What a guest has printed, byte 0 being the first ever. It moves with the guest. */
export interface MovingLog {
  /** Offsets of the first byte that is stored, and behind the last. */
  readonly start: number;
  readonly end: number;
  /** Bytes from an offset on, at most so many. */
  read(offset: number, most: number): Uint8Array;
  /** Adds a part of the other side's log. Returns whether it follows what is here. */
  follow(offset: number, bytes: Uint8Array): boolean;
}

export interface MovingGuest {
  readonly spec: GuestSpec;
  readonly machine: { readonly steps: number; readonly memory: Memory };
  /** Its memory in units, with its disk if that moves too. */
  units(withDisk: boolean): Units;
  /** Hands over what it printed and sent. */
  flush(): void;
  /** Its state as bytes, without memory and disk; and taken back. `restore` throws FieldError. */
  save(): Uint8Array;
  restore(state: Uint8Array): void;
}

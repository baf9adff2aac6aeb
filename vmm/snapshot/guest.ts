/**
 * Captures a guest between two steps, bare or under a monitor. Nothing here depends on the engine or the strategy
 * that runs it, and a snapshot stores nothing about either.
 */
import { utf8 } from '../../isa/machine/bytes.ts';
import type { Component } from '../../isa/machine/component.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import type { MachineState } from '../../isa/machine/state.ts';
import type { Memory } from '../../isa/machine/memory.ts';
import { type Variant, variantData, variantFrom } from '../../isa/table/variants.ts';
import type { Sha256 } from '../wire/sha256.ts';
import { BLOCK, isZero } from './blocks.ts';
import { type Configuration, ID_BYTES, type SavedSymbol } from './description.ts';
import type { Opened } from './read.ts';
import { encodeState } from './state.ts';
import type { ThinDisk } from './thin-disk.ts';
import type { Content } from './encode.ts';

export interface SnapshotParts {
  /** The guest's own machine: the bare one, or the virtual CPU. */
  readonly machine: Machine;
  /** Saves and restores its state: the machine itself, or the virtual machine of a monitor. */
  readonly state: Component<MachineState>;
  readonly disk?: ThinDisk | undefined;
}

/** Where the guest of a first snapshot comes from. */
export interface Provenance {
  readonly name: string;
  readonly program: string;
  readonly symbols: readonly SavedSymbol[];
}

/** Captures the whole guest. The pages share memory with the guest, so write them before it continues. */
export function captureAll(
  { machine, state, disk }: SnapshotParts,
  { name, program, symbols }: Provenance,
  sha256: Sha256,
): Content {
  const saved = state.save();
  const memory = new Map<number, Uint8Array>();
  for (let page = 0; page * BLOCK < machine.memory.size; page++) {
    const bytes = pageOf(machine.memory, page);
    if (!isZero(bytes)) memory.set(page, bytes);
  }
  return {
    id: null,
    name,
    parent: null,
    template: false,
    configuration: configurationOf(machine, disk?.sectors ?? 0, identityOf(name, program, saved, sha256)),
    program,
    symbols: symbols.map((symbol) => ({ name: symbol.name, address: symbol.address, global: symbol.global })),
    state: saved,
    memory,
    disk: disk?.all() ?? new Map<number, Uint8Array>(),
  };
}

/**
 * Captures what the guest has changed since the snapshot `parent`: the pages `dirty` and the disk blocks written. As
 * with `captureAll`, write them before it continues.
 */
export function captureChanges(
  { machine, state, disk }: SnapshotParts,
  name: string,
  parent: Opened,
  dirty: readonly number[],
): Content {
  const { configuration, program } = parent.description;
  return {
    id: null,
    name,
    parent: { id: parent.id, name: parent.description.name },
    template: false,
    configuration,
    program,
    symbols: [],
    state: state.save(),
    memory: new Map(dirty.map((page) => [page, pageOf(machine.memory, page)])),
    disk: disk?.written ?? new Map<number, Uint8Array>(),
  };
}

function pageOf(memory: Memory, page: number): Uint8Array {
  return memory.bytes.subarray(page * BLOCK, (page + 1) * BLOCK);
}

function configurationOf({ variant, memory }: Machine, sectors: number, identity: Uint8Array): Configuration {
  return {
    identity,
    variant: variantData(variant),
    memory: memory.size,
    sectors,
  };
}

/**
 * The identity of a new machine. It follows from its name, program and state, so that a repeated run gives the same
 * machine.
 */
function identityOf(name: string, program: string, state: MachineState, sha256: Sha256): Uint8Array {
  const hash = sha256();
  hash.update(utf8(`${name}\n${program}\n`));
  hash.update(encodeState(state));
  return new Uint8Array(hash.digest().subarray(0, ID_BYTES));
}

export function variantOf({ variant }: Configuration): Variant {
  return variantFrom(variant);
}

/** Writes one page, and calls the watchers if it is watched. */
export function putPage(memory: Memory, page: number, bytes: Uint8Array): void {
  if (memory.watched[page] === 0) memory.bytes.set(bytes, page * BLOCK);
  else memory.fill(page * BLOCK, bytes);
}

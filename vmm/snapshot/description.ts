/**
 * The description of a snapshot, which is everything but the contents of blocks: the machine, its state, its parent.
 */
import { MEMORY, PAGE } from '../../isa/machine/storage.ts';
import type { MachineState } from '../../isa/machine/state.ts';
import { SR } from '../../isa/table/sysregs.ts';
import { featureNames } from '../../isa/table/features.ts';
import { type VariantData, variantRows } from '../../isa/table/variants.ts';
import {
  bytes,
  flag,
  integer,
  list,
  nullable,
  oneOf,
  optional,
  record,
  type Shape,
  text,
  unsigned,
  where,
} from '../wire/schema.ts';
import { machineState } from './state.ts';

/** Bytes of a snapshot's id and of a machine's identity. */
export const ID_BYTES = 16;

const mostSymbols = 1_000_000;
const mostText = 4096;

/** The hardware. It does not change while the guest runs. */
export interface Configuration {
  /** Identifies the machine: all its snapshots have the same identity, and each clone has another. */
  readonly identity: Uint8Array;
  readonly variant: VariantData;
  /** Bytes of memory, whole pages. */
  readonly memory: number;
  /** Sectors of the disk; 0 = none. */
  readonly sectors: number;
}

/** A symbol of the program that the machine began with, for crash reports. */
export interface SavedSymbol {
  readonly name: string;
  readonly address: number;
  readonly global: boolean;
}

/** How blocks are stored: `plain` = as they are; `deflate` = in groups, each deflated. */
export const packings = ['plain', 'deflate'] as const;
export type Packing = (typeof packings)[number];

export interface Description {
  /**
   * Its id, if the file was written again after the snapshot was taken; null = the id is the beginning of the check
   * sum.
   */
  readonly id: Uint8Array | null;
  readonly name: string;
  /** The snapshot that this one contains only the differences to; null = it contains everything. */
  readonly parent: { readonly id: Uint8Array; readonly name: string } | null;
  /** It cannot run; only clones of it can. */
  readonly template: boolean;
  readonly configuration: Configuration;
  /** The name of the file that the machine began with. */
  readonly program: string;
  /** The symbols of that program. Empty if there is a parent: the first snapshot has them. */
  readonly symbols: readonly SavedSymbol[];
  readonly state: MachineState;
  /** Tables (blocks.ts) as little-endian words. */
  readonly memory: Uint8Array;
  readonly disk: Uint8Array;
  /**
   * The stored blocks: how many there are, how they are packed, the bytes of each group if packed, and the SHA-256 of
   * the stored bytes.
   */
  readonly blocks: {
    readonly count: number;
    readonly packing: Packing;
    readonly sizes: readonly number[];
    readonly sha256: Uint8Array;
  };
}

/** Names that a snapshot can have. They are also names of files. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** The same rule in words. */
export const nameRule = 'a name has letters, digits, dots, hyphens and underscores, at most 64';

const name = where(
  text(64),
  (value) => namePattern.test(value),
  'letters, digits, dots, hyphens and underscores',
);
const id = bytes(ID_BYTES, ID_BYTES);
const mostBlocks = 2 ** 31 - 1;
const table = where(bytes(2 ** 30), ({ length }) => length % 8 === 0, 'whole pairs of words');

const configuration: Shape<Configuration> = record({
  identity: id,
  variant: record<VariantData>({
    name: text(mostText),
    cpuid: unsigned,
    unprivileged: list(oneOf(...variantRows), 0, variantRows.length),
    features: optional(list(oneOf(...featureNames), 1, featureNames.length)),
  }),
  memory: where(integer(MEMORY.min, MEMORY.max), (size) => size % PAGE === 0, 'whole pages'),
  sectors: unsigned,
});

/** Addresses of the pages that the state of a paravirtual machine names. */
function pagesOf({ paravirtual }: MachineState): number[] {
  if (paravirtual === undefined) return [];
  const { disk, networkPage, absent } = paravirtual;
  return [disk.page ?? 0, networkPage ?? 0, ...absent.map((page) => page * PAGE)];
}

/** The shape of a description. */
export const description: Shape<Description> = where(
  record({
    id: nullable(id),
    name,
    parent: nullable(record({ id, name })),
    template: flag,
    configuration,
    program: text(mostText),
    symbols: list(record({ name: text(mostText), address: unsigned, global: flag }), 0, mostSymbols),
    state: machineState,
    memory: table,
    disk: table,
    blocks: record({
      count: integer(0, mostBlocks),
      packing: oneOf(...packings),
      sizes: list(unsigned, 0, mostBlocks),
      sha256: bytes(32, 32),
    }),
  }),
  ({ configuration: { memory, variant }, state }) =>
    state.system[SR.MEMSIZE] === memory &&
    (state.system[SR.CPUID] as number) >>> 0 === variant.cpuid &&
    pagesOf(state).every((address) => address < memory),
  'MEMSIZE and CPUID to be as the configuration has them, and all pages to be in memory',
);

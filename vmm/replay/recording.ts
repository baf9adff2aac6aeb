/**
 * A recording of a machine's run: its inputs, and whose run it was. The file around it: container.ts.
 *
 * Engine and monitor are no part of it: any that is right runs to the same state at the same step.
 */
import { sameBytes, utf8 } from '../../isa/machine/bytes.ts';
import { CONTEXT_MAX } from '../../isa/machine/devices/context.ts';
import type { DiskStore } from '../../isa/machine/devices/disk.ts';
import { SECTOR } from '../../isa/machine/devices/disk.ts';
import { FRAME } from '../../isa/machine/devices/network.ts';
import type { Image } from '../../isa/machine/image.ts';
import { MEMORY } from '../../isa/machine/storage.ts';
import { systemRegisters } from '../../isa/table/sysregs.ts';
import { featureNames } from '../../isa/table/features.ts';
import { type Variant, variantData, variantRows } from '../../isa/table/variants.ts';
import {
  bytes,
  flag,
  integer,
  kinds,
  list,
  nullable,
  oneOf,
  optional,
  record,
  type Shape,
  step,
  text,
  where,
} from '../wire/schema.ts';
import type { Sha256 } from '../wire/sha256.ts';
import { RecordingError, seal, unseal, VERSION } from './container.ts';
import type { Input, RecordedInput } from './inputs.ts';

/** What a run depends on beside its inputs. Sums are SHA-256. */
export interface Identity {
  /** Sum of the image, 32 bytes. */
  readonly image: Uint8Array;
  /** Name of the variant. */
  readonly variant: string;
  /** Instructions that do not trap outside ring 0, in alphabetical order. */
  readonly unprivileged: readonly string[];
  /** What the machine has for running guests, in alphabetical order; left out if nothing. */
  readonly features?: readonly string[] | undefined;
  /** Bytes of the guest's memory. */
  readonly memory: number;
  /** Sum of the disk at the beginning, 32 bytes; null = no disk. */
  readonly disk: Uint8Array | null;
  /** Whether calls to the monitor were answered; missing = no. */
  readonly paravirtual?: boolean;
  /** The context that the machine was given; missing = none. A run is repeated with it. */
  readonly context?: Uint8Array | undefined;
}

/** A machine's run: whose it was, and its inputs. */
export interface Recording {
  /** What the run depends on besides its inputs. */
  readonly identity: Identity;
  /** Console input that was all available from the beginning; null = it was typed, and is among the inputs. */
  readonly prepared: Uint8Array | null;
  /** The inputs in the order of their steps. */
  readonly inputs: readonly RecordedInput[];
  /** The step at which the recording ends. */
  readonly end: number;
  /** Whether the guest ended there by itself. */
  readonly ended: boolean;
}

// ---- Whose run it was ----

/** What the run of a guest that makes no calls depends on. Reads the whole disk. */
export function identityOf(
  image: Image,
  variant: Variant,
  memory: number,
  disk: DiskStore | undefined,
  sha256: Sha256,
): Identity {
  const { name, unprivileged, features } = variantData(variant);
  return {
    image: imageSum(image, sha256),
    variant: name,
    unprivileged,
    ...(features === undefined ? {} : { features }),
    memory,
    disk: disk === undefined ? null : diskSum(disk, sha256),
  };
}

/** SHA-256 of an image. */
export function imageSum({ entry, segments }: Image, sha256: Sha256): Uint8Array {
  const hash = sha256();
  hash.update(utf8(`${entry}`));
  for (const { address, size, bytes: contents } of segments) {
    hash.update(utf8(` ${address} ${size} ${contents.length} `));
    hash.update(contents);
  }
  return new Uint8Array(hash.digest());
}

function diskSum(disk: DiskStore, sha256: Sha256): Uint8Array {
  const hash = sha256();
  hash.update(utf8(`${disk.sectors} `));
  const sector = new Uint8Array(SECTOR);
  for (let n = 0; n < disk.sectors; n++) {
    disk.read(n, sector);
    hash.update(sector);
  }
  return new Uint8Array(hash.digest());
}

/** Throws RecordingError when it is another run's, and says in what. */
export function checkIdentity(recorded: Identity, present: Identity): void {
  const same = (a: Uint8Array | null, b: Uint8Array | null) =>
    a === null || b === null ? a === b : sameBytes(a, b);
  if (!same(recorded.image, present.image)) throw new RecordingError('a recording of another program');
  const variants = [recorded, present].map(
    ({ variant, unprivileged, features }) => `${variant} ${unprivileged.join()} ${features?.join()}`,
  );
  if (variants[0] !== variants[1])
    throw new RecordingError(
      `a recording on ${recorded.variant}, not on this ${present.variant}: give --isa`,
    );
  if (recorded.memory !== present.memory)
    throw new RecordingError(`a recording with other memory: give --memory ${recorded.memory / 1024}K`);
  if ((recorded.paravirtual ?? false) !== (present.paravirtual ?? false))
    throw new RecordingError(
      recorded.paravirtual
        ? 'a recording of a machine that answers calls: give --paravirtual'
        : 'a recording of a machine that answers no calls: leave out --paravirtual',
    );
  if (!same(recorded.disk, present.disk))
    throw new RecordingError('a recording with another disk, or with none: give --disk as it was then');
}

// ---- Bytes ----

const mostBytes = 2 ** 26;
const mostInputs = 2 ** 24;

const number = integer(-(2 ** 31), 2 ** 32 - 1);

const input: Shape<Input> = kinds<Input>({
  console: record({ kind: oneOf('console'), bytes: bytes(mostBytes) }),
  'console-end': record({ kind: oneOf('console-end') }),
  frame: record({ kind: oneOf('frame'), bytes: bytes(FRAME.MAX), at: step }),
  memory: record({ kind: oneOf('memory'), at: integer(0, MEMORY.max), bytes: bytes(mostBytes) }),
  register: record({
    kind: oneOf('register'),
    file: oneOf('general', 'system', 'pc', 'status'),
    number: integer(0, Math.max(31, systemRegisters.length - 1)),
    value: number,
  }),
});

const sum = bytes(32, 32);

const recording: Shape<Recording> = where(
  record<Recording>({
    identity: record<Identity>({
      image: sum,
      variant: text(200),
      unprivileged: list(oneOf(...variantRows), 0, variantRows.length),
      features: optional(list(oneOf(...featureNames), 1, featureNames.length)),
      memory: integer(MEMORY.min, MEMORY.max),
      disk: nullable(sum),
      paravirtual: optional(flag),
      context: optional(bytes(CONTEXT_MAX)),
    }),
    prepared: nullable(bytes(mostBytes)),
    inputs: list(record<RecordedInput>({ step, input }), 0, mostInputs),
    end: step,
    ended: flag,
  }),
  ({ inputs, end }) => inputs.every((one, n) => one.step <= (inputs[n + 1]?.step ?? end)),
  'inputs in the order of their steps, none after the end',
);

/** The recording as a file's bytes. */
export function encodeRecording(data: Recording, sha256: Sha256): Uint8Array {
  return seal(sha256, VERSION.MACHINE, recording, data);
}

/** A file's bytes as a recording. Throws RecordingError. */
export function decodeRecording(file: Uint8Array, sha256: Sha256): Recording {
  return unseal(sha256, VERSION.MACHINE, recording, file);
}

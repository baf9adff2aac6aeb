/**
 * The messages between hosts: a number for each kind, and the shape of its payload. Small messages are CBOR, checked field by
 * field; batch.ts defines the layout of PAGES.
 *
 *     dialer                      listener
 *     HELLO nonce            ->
 *                            <-   CHALLENGE nonce, proof
 *     PROOF proof            ->                          from here on every frame is sealed
 *
 *     source                      target
 *     RESERVE what, who      ->                          stage 1
 *                            <-   RESERVED | REFUSED why, or instead of RESERVED,
 *                                 over a connection that the target makes: FETCH id
 *     PAGES …, ROUND_END n   ->                          stage 2, round after round
 *                            <-   RECEIVED n, and BUSY now and then until it has it
 *     CONSOLE at, bytes      ->                          before ROUND_END and STATE: what was printed since
 *     STOPPED                ->                          stage 3
 *     PAGES …, STATE …, END  ->
 *                            <-   PREPARED               stage 4
 *     COMMIT                 ->
 *                            <-   ACTIVATED              stage 5
 *     either: ABORT why, until the source has decided
 *
 *     after post-copy's COMMIT the target says HAVE once and WANT as it faults; the source
 *     sends PAGES until the target says COMPLETE.
 *
 *     after a cut:  source RESUME id   ->  target ACTIVATED | ABORT why
 *                   target ASK id      ->  source OUTCOME committed | aborted | undecided
 *
 *     whoever has the key: CONTROL request, INPUT bytes …  ->  EVENT …, REPLY
 *     … and to start a guest: CONTROL start  ->  EVENT ready;  PAGES …, STATE …, END  ->  REPLY
 */
import type { VariantData } from '../../isa/table/variants.ts';
import {
  bytes,
  type Checked,
  FieldError,
  flag,
  integer,
  list,
  nullable,
  oneOf,
  optional,
  record,
  type Shape,
  step,
  unsigned,
  where,
} from './schema.ts';
import { ADDRESS_BYTES } from '../../isa/machine/devices/network.ts';
import { MEMORY, PAGE } from '../../isa/machine/storage.ts';

export const MESSAGE = {
  HELLO: 1,
  CHALLENGE: 2,
  PROOF: 3,
  RESERVE: 16,
  RESERVED: 17,
  REFUSED: 18,
  PAGES: 19,
  ROUND_END: 20,
  RECEIVED: 21,
  STOPPED: 22,
  STATE: 23,
  END: 24,
  PREPARED: 25,
  COMMIT: 26,
  ACTIVATED: 27,
  ABORT: 28,
  FETCH: 29,
  BUSY: 30,
  HAVE: 32,
  WANT: 33,
  COMPLETE: 34,
  CONSOLE: 35,
  RESUME: 40,
  ASK: 41,
  OUTCOME: 42,
  CONTROL: 48,
  EVENT: 49,
  REPLY: 50,
  INPUT: 51,
} as const;

export type MessageName = keyof typeof MESSAGE;

const names = new Map(Object.entries(MESSAGE).map(([name, type]) => [type as number, name as MessageName]));

/** The name of the message of that type; undefined if there is none. */
export function messageName(type: number): MessageName | undefined {
  return names.get(type);
}

/** The longest payload before both sides have proved that they know the key, and after. */
export const LONGEST = { STRANGER: 256, FRIEND: 2 ** 19 } as const;

/** Text of at most `most` characters that matches the pattern. */
export function text(most: number, pattern = /^[^\0]*$/u): Shape<string> {
  return (value, at) => {
    if (typeof value === 'string' && value.length <= most && pattern.test(value)) return value;
    throw new FieldError(`${at}: expected text of at most ${most} characters, like ${pattern.source}`);
  };
}

const nonce = bytes(32, 32);
const proof = bytes(32, 32);

/** The name of a guest, which is also used in names of files. */
export const guestName = text(64, /^[\w][\w.-]*$/);
/** A migration: 16 random bytes in hex. */
export const migrationId = text(32, /^[\da-f]{32}$/);
/** HOST:PORT. */
export const address = text(256, /^\S+:\d{1,5}$/);

const mostSectors = 2 ** 28;

/** A guest's address on the network, six bytes; null = it is on no network. */
export const guestAddress = nullable(bytes(ADDRESS_BYTES, ADDRESS_BYTES));

/** The kind of a machine. */
export const variantShape = record<VariantData>({
  name: text(64),
  unprivileged: list(text(16), 0, 64),
  cpuid: unsigned,
  features: optional(list(text(16), 1, 16)),
});

/** The name of a port group (vmm/network/vlan.ts). */
const portGroup = text(64, /^[A-Za-z][\w.-]*$/);

/** What a guest is, apart from its state. */
export interface GuestSpec {
  readonly name: string;
  readonly variant: VariantData;
  /** In bytes, a multiple of a page. */
  readonly memory: number;
  /** Sectors of its disk; 0 = it has none. */
  readonly sectors: number;
  /** Where the disk is, as every host names it; null = it has none. */
  readonly disk: string | null;
  /** Distinguishes that disk from another of the same name. */
  readonly diskIdentity: string | null;
  /** Its address; null = it is on no network. */
  readonly network: Uint8Array | null;
  /** The port group that it is plugged into; without it, the network of no VLAN. */
  readonly group?: string;
  /** The devices whose state belongs to it. */
  readonly devices: readonly string[];
}

export const guestSpec: Shape<GuestSpec> = where(
  record<GuestSpec>({
    name: guestName,
    variant: variantShape,
    memory: where(integer(MEMORY.min, MEMORY.max), (size) => size % PAGE === 0, 'whole pages'),
    sectors: integer(0, mostSectors),
    disk: nullable(text(1024)),
    diskIdentity: nullable(text(128)),
    network: guestAddress,
    group: optional(portGroup),
    /** The devices whose state belongs to it. */
    devices: list(text(32), 0, 32),
  }),
  ({ sectors, disk }) => sectors > 0 === (disk !== null),
  'a disk exactly when there are sectors',
);

/** How the guest is moved, as far as it concerns the target. */
export const modes = ['pre-copy', 'post-copy', 'cold'] as const;

/** Version of the state's encoding (vmm/snapshot/state.ts) that this program writes. */
export const STATE_VERSION = 1;

/** The shapes of the messages that are CBOR. */
export const shapes = {
  hello: record({ nonce }),
  challenge: record({ nonce, proof }),
  proof: record({ proof }),
  reserve: record({
    id: migrationId,
    guest: guestSpec,
    /** How often the guest has moved, this one included. */
    epoch: integer(1, 2 ** 31),
    mode: oneOf(...modes),
    /** The disk is copied with the guest. */
    withStorage: flag,
    /** The disk was made for the guest, and is to be removed with it. */
    ownDisk: flag,
    /** Its user has stopped it, and it stays so. */
    held: flag,
    /** Bytes that it has printed so far. */
    printed: step,
    /** The address at which the source can be asked how it decided. */
    from: address,
    /** Version of the state's encoding. */
    stateVersion: integer(0, 255),
  }),
  round: record({ round: integer(1, 2 ** 20) }),
  end: record({
    steps: step,
    printed: step,
    /** Sum of the source's manifest (migration/image/manifest.ts); null = not all units were sent. */
    digest: nullable(unsigned),
  }),
  why: record({ reason: text(500) }),
  id: record({ id: migrationId }),
  outcome: record({ id: migrationId, outcome: oneOf('committed', 'aborted', 'undecided') }),
  want: record({ unit: integer(0, 2 ** 28) }),
} as const;

export type Reserve = Checked<typeof shapes.reserve>;
export type End = Checked<typeof shapes.end>;
export type CommitOutcome = Checked<typeof shapes.outcome>['outcome'];

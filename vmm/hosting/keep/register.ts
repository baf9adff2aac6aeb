/**
 * The register: one small file for each guest that a host has to do with, which says whose
 * the guest is. It is written whole or not at all, and that write is the moment at which
 * the guest changes hands:
 *
 *     phase      on this host        meaning
 *     prepared   target              a whole image is here; the source decides, ask it
 *     leaving    source              decided: the guest is the target's, which may not know yet
 *     owned      either              it is ours
 *     (none)                         it is not ours
 *
 * The file is CBOR behind a head: magic "RLGR", version, length and CRC-32, checked before
 * anything of it is parsed.
 */
import { joined, sameBytes, utf8, viewOf } from '../../../isa/machine/bytes.ts';
import { decodeAs, encodeAs } from '../../wire/codec.ts';
import {
  FieldError,
  flag,
  integer,
  list,
  nullable,
  oneOf,
  record,
  type Checked,
  type Shape,
  step,
} from '../../wire/schema.ts';
import { crc32 } from '../../wire/crc32.ts';
import { address, guestSpec, migrationId, text } from '../../wire/messages.ts';
import type { Shelf } from './shelf.ts';

const registered = record({
  spec: guestSpec,
  phase: oneOf('prepared', 'leaving', 'owned'),
  /** How often it has moved. */
  epoch: integer(0, 2 ** 31),
  /** Name of its keep (keep.ts). */
  keep: text(128),
  /** Bytes it had printed when its keep's base was taken. */
  printed: step,
  /** Its disk was made for it, and is to be removed with it. */
  ownDisk: flag,
  /** The migration that it came by, or goes by, copies the disk. */
  withStorage: flag,
  /** All units are here: false while post-copy fetches them. */
  whole: flag,
  /** Stopped by its user, and stays so. */
  held: flag,
  /** The migration it came by, or goes by. */
  migration: nullable(migrationId),
  /** The other host of that migration. */
  peer: nullable(address),
  /** The step at which it stood still for going. */
  stoppedAt: nullable(step),
});

export type Registered = Checked<typeof registered>;

/** Migrations whose end the other side may still ask for. */
const mostSettled = 1024;
const settledIds = list(migrationId, 0, mostSettled);

const suffix = '.guest';
const settledName = 'settled';
const magic = 'RLGR';
const version = 1;
const head = 16;

export class Register {
  readonly #shelf: Shelf;

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  names(): string[] {
    const files = this.#shelf.list().filter((name) => name.endsWith(suffix));
    return files.map((name) => name.slice(0, -suffix.length));
  }

  /** Throws FieldError for a file that is damaged. */
  get(name: string): Registered | undefined {
    return this.#read(`${name}${suffix}`, registered);
  }

  /** That a guest leaves is written for good: see shelf.ts. */
  put(entry: Registered): void {
    this.#write(`${entry.spec.name}${suffix}`, registered, entry, entry.phase === 'leaving');
  }

  remove(name: string): void {
    this.#shelf.remove(`${name}${suffix}`);
  }

  /** Whether a guest came here for good by that migration, whatever became of it since. */
  isSettled(migration: string): boolean {
    return this.#settled().includes(migration);
  }

  settle(migration: string): void {
    const ids = [...this.#settled(), migration].slice(-mostSettled);
    this.#write(settledName, settledIds, ids);
  }

  #settled(): readonly string[] {
    return this.#read(settledName, settledIds) ?? [];
  }

  #write<T>(name: string, shape: Shape<T>, data: T, forGood = false): void {
    const body = encodeAs(shape, data);
    const header = new Uint8Array(head);
    header.set(utf8(magic));
    const view = viewOf(header);
    view.setUint32(4, version, true);
    view.setUint32(8, body.length, true);
    view.setUint32(12, crc32(body), true);
    this.#shelf.put(name, joined([header, body]), forGood);
  }

  #read<T>(name: string, shape: Shape<T>): T | undefined {
    const file = this.#shelf.read(name);
    if (file === undefined) return undefined;
    const body = file.subarray(head);
    const view = viewOf(file);
    if (file.length < head || !sameBytes(file.subarray(0, 4), utf8(magic)))
      throw new FieldError(`${name}: not a file of a host's register`);
    if (view.getUint32(4, true) !== version)
      throw new FieldError(`${name}: version ${view.getUint32(4, true)}; this is version ${version}`);
    if (view.getUint32(8, true) !== body.length || view.getUint32(12, true) !== crc32(body))
      throw new FieldError(`${name}: damaged: its length or its checksum is wrong`);
    return decodeAs(shape, body);
  }
}

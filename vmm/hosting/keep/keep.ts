/**
 * A guest's keep: what a host stores so that the guest survives the death of the host's process.
 *
 * A run is a function of its start and its inputs. So the keep has a base, which is the
 * guest's whole state at one step, and the input that came after it.
 *
 *     state      the machine's state at the base
 *     units      memory at the base, and its disk if that came with it
 *     present    numbers of the units that are there, while some are still missing
 *     input      console input and frames since the base, each at its step
 *     sent       a byte for each frame it sent since the base
 *     undo       what sectors had at the base, each before it was first overwritten
 *
 * After a death the disk is put back, the base loaded and the run repeated. What the guest then prints is in its log
 * already (console-log.ts) and is left out, as many bytes as the log has since the base; then the guest goes on. Nothing
 * is lost and nothing printed twice. The price is the time to run from the base again, which is why the base is taken
 * anew while the guest runs (rebase.ts).
 */
import { joined, sameBytes, viewOf } from '../../../isa/machine/bytes.ts';
import { SECTOR } from '../../../isa/machine/devices/disk.ts';
import { UNIT } from '../../migration/image/units.ts';
import type { GuestDisk } from './guest-disk.ts';
import type { Shelf } from './shelf.ts';

/** What came from outside while the guest had made so many steps. No bytes on the console = the end of input; a stop has the status. */
export interface GuestInput {
  readonly kind: 'console' | 'frame' | 'stop';
  readonly step: number;
  readonly bytes: Uint8Array;
}

/** Step (a double), length, and kind: one byte. */
const inputHeader = 13;
const inputKinds = ['console', 'frame', 'stop'] as const;
const undoEntry = 4 + SECTOR;

const files = ['state', 'units', 'present', 'input', 'undo', 'sent'] as const;
type File = (typeof files)[number];

const zeros = new Uint8Array(UNIT);

export class Keep {
  readonly #shelf: Shelf;
  readonly folder: string;

  /** The keep under that name, new or from before. */
  constructor(shelf: Shelf, folder: string) {
    this.#shelf = shelf;
    this.folder = folder;
  }

  #name(file: File): string {
    return `${this.folder}.${file}`;
  }

  #read(file: File): Uint8Array {
    return this.#shelf.read(this.#name(file)) ?? new Uint8Array();
  }

  // ---- The base ----

  /** The machine's state at the base (encodeState). */
  set state(bytes: Uint8Array) {
    this.#shelf.put(this.#name('state'), bytes);
  }

  get state(): Uint8Array | undefined {
    return this.#shelf.read(this.#name('state'));
  }

  /** Stores units that follow each other; `contents` has their bytes. */
  writeUnits(first: number, contents: Uint8Array): void {
    this.#shelf.writeAt(this.#name('units'), first * UNIT, contents);
  }

  /** As `writeUnits`, while others go on: see shelf.ts. */
  writeUnitsLater(first: number, contents: Uint8Array, done: (error?: Error) => void): void {
    this.#shelf.writeLater(this.#name('units'), first * UNIT, contents, done);
  }

  /** Stores a unit of a new keep. One that is zero need not be stored. */
  writeNew(unit: number, contents: Uint8Array): void {
    if (!sameBytes(contents, zeros)) this.writeUnits(unit, contents);
  }

  readUnit(unit: number): Uint8Array {
    const contents = new Uint8Array(UNIT);
    this.#shelf.readAt(this.#name('units'), unit * UNIT, contents);
    return contents;
  }

  /** Notes units as present, after their contents were stored. */
  notePresent(units: readonly number[]): void {
    const bytes = new Uint8Array(units.length * 4);
    for (const [n, unit] of units.entries()) viewOf(bytes).setUint32(n * 4, unit, true);
    this.#shelf.append(this.#name('present'), bytes);
  }

  present(): number[] {
    const view = viewOf(this.#read('present'));
    return Array.from({ length: Math.floor(view.byteLength / 4) }, (_, n) => view.getUint32(n * 4, true));
  }

  // ---- Since the base ----

  /** Notes input, before the guest gets it. */
  noteInput({ kind, step, bytes }: GuestInput): void {
    const header = new Uint8Array(inputHeader);
    const view = viewOf(header);
    view.setFloat64(0, step, true);
    view.setUint32(8, bytes.length, true);
    view.setUint8(12, inputKinds.indexOf(kind));
    this.#shelf.append(this.#name('input'), joined([header, bytes]));
  }

  /** All input that was noted; one whose noting was cut off never reached the guest. */
  inputs(): GuestInput[] {
    const log = this.#read('input');
    const view = viewOf(log);
    const inputs: GuestInput[] = [];
    for (let at = 0; at + inputHeader <= log.length; ) {
      const end = at + inputHeader + view.getUint32(at + 8, true);
      if (end > log.length) break;
      const kind = inputKinds[log[at + 12] as number] ?? 'console';
      inputs.push({ kind, step: view.getFloat64(at, true), bytes: log.subarray(at + inputHeader, end) });
      at = end;
    }
    return inputs;
  }

  /** Notes that frames were sent. */
  noteSent(count: number): void {
    this.#shelf.append(this.#name('sent'), new Uint8Array(count));
  }

  /** How many frames were sent since the base. */
  get sent(): number {
    return this.#shelf.size(this.#name('sent'));
  }

  /** Saves what the disk's sectors have from here on before they are overwritten. */
  watch(disk: GuestDisk): void {
    disk.keepOld((sector, old) => {
      const entry = new Uint8Array(undoEntry);
      viewOf(entry).setUint32(0, sector, true);
      entry.set(old, 4);
      this.#shelf.append(this.#name('undo'), entry);
    });
  }

  /** Puts the disk back to the base. Can be done again when it was cut short. */
  rollBack(disk: GuestDisk): void {
    const log = this.#read('undo');
    for (let at = 0; at + undoEntry <= log.length; at += undoEntry)
      disk.write(viewOf(log).getUint32(at, true), log.subarray(at + 4, at + undoEntry));
    this.#shelf.put(this.#name('undo'), new Uint8Array());
  }

  /** Removes all of it. */
  remove(): void {
    for (const file of files) this.#shelf.remove(this.#name(file));
  }
}

/**
 * The devices' other ends, as a run that can be run again needs them: what is printed goes
 * out once, however often it is printed again; what is written to the disk stays in memory.
 */
import { Console } from '../../isa/machine/devices/console.ts';
import { type DiskStore, SECTOR } from '../../isa/machine/devices/disk.ts';
import type { Blocks } from './blocks.ts';

/** A disk whose sectors are another's until they are written. The other is never written. */
export class CopyOnWriteDisk implements DiskStore, Blocks {
  readonly sectors: number;
  readonly blockSize = SECTOR;
  readonly #store: DiskStore;
  readonly #written = new Map<number, Uint8Array>();
  readonly #dirty = new Set<number>();

  constructor(store: DiskStore) {
    this.#store = store;
    this.sectors = store.sectors;
  }

  read(n: number, into: Uint8Array): void {
    const own = this.#written.get(n);
    if (own === undefined) this.#store.read(n, into);
    else into.set(own);
  }

  write(n: number, from: Uint8Array): void {
    this.#written.set(n, from.slice());
    this.#dirty.add(n);
  }

  takeDirty(): readonly number[] {
    const numbers = [...this.#dirty];
    this.#dirty.clear();
    return numbers;
  }

  copy(n: number): Uint8Array {
    return this.#written.get(n) ?? new Uint8Array(SECTOR);
  }

  put(n: number, contents: Uint8Array | undefined): void {
    if (contents === undefined) this.#written.delete(n);
    else this.#written.set(n, contents);
  }
}

/** What is no part of the machine's own state: how far output and prepared input are. */
export interface DevicesState {
  /** Bytes printed, and bytes of the prepared input read. */
  readonly printed: number;
  readonly read: number;
}

/** What recorded devices are connected to. */
export interface DevicesOptions {
  /** Gets each byte printed, once. */
  readonly print: (byte: number) => void;
  /** Console input that is all there from the beginning; without it, input is fed as it comes. */
  readonly input?: Uint8Array | undefined;
  /** Its disk, which is never written: what the guest writes stays in memory. Default none. */
  readonly disk?: DiskStore | undefined;
}

/** Bytes of prepared input that the console takes at once. */
const portion = 4096;

/** Console and disk of the machine that a run is recorded on. */
export class RecordedDevices {
  /** The guest's console. */
  readonly console: Console;
  /** The guest's disk, if it has one. What the guest writes stays in memory. */
  readonly disk: CopyOnWriteDisk | undefined;
  /** Called for each byte that the guest prints, and again when the guest prints it again. */
  onOutput: ((byte: number) => void) | undefined;
  readonly #print: (byte: number) => void;
  readonly #input: Uint8Array | undefined;
  #printed = 0;
  #read = 0;
  /** Bytes that went out: the most that were ever printed. */
  #shown = 0;

  constructor({ print, input, disk }: DevicesOptions) {
    this.#print = print;
    this.#input = input;
    this.console = new Console((byte) => this.#put(byte), input && (() => this.#next(input)));
    this.disk = disk && new CopyOnWriteDisk(disk);
  }

  /** Whether console input can come by `Console.feed`. */
  get isFed(): boolean {
    return this.#input === undefined;
  }

  /** From here on the guest's past is another: what it prints next was not shown yet. */
  forkOutput(): void {
    this.#shown = this.#printed;
  }

  /** How far output and prepared input are. */
  save(): DevicesState {
    return { printed: this.#printed, read: this.#read };
  }

  /** Goes back to a state that `save` returned. */
  restore({ printed, read }: DevicesState): void {
    this.#printed = printed;
    this.#read = read;
  }

  #put(byte: number): void {
    this.#printed += 1;
    this.onOutput?.(byte);
    if (this.#printed <= this.#shown) return;
    this.#shown = this.#printed;
    this.#print(byte);
  }

  #next(input: Uint8Array): Uint8Array | undefined {
    const bytes = input.subarray(this.#read, this.#read + portion);
    this.#read += bytes.length;
    return bytes.length === 0 ? undefined : bytes;
  }
}

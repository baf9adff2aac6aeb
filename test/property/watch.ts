/**
 * Who stands beside the real machine: counts what the guest does on it, looks at the state
 * in which it is handed to the guest, and at what surrounds the guest. It is not part of
 * the monitor and believes nothing that the monitor says.
 */
import type { Machine } from '../../isa/machine/machine.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { PTE } from '../../isa/machine/translate.ts';
import { hex } from '../../isa/table/disassemble.ts';
import { SR, STATUS } from '../../isa/table/sysregs.ts';
import { Gate } from './gate.ts';
import { type Ground, poison, type Range } from './ground.ts';
import { Trespass } from './subject.ts';

const poisonPages = Buffer.alloc(64 * PAGE, poison);

/** The first address of the region that a monitor may keep to itself in a guest's address space, behind LIMIT. */
const compressed = 0xffc00000;

function isWithin(at: number, size: number, range: Range): boolean {
  return at >= range.at && at + size <= range.at + range.size;
}

export class Watch extends Gate {
  readonly #disk: Uint8Array;
  readonly #ground: Ground;
  readonly #guarded: boolean;
  /** The root of the page tables that the guest had when it was entered in guest mode last; undefined if it was not. */
  #guestRoot: number | undefined;

  /** `disk`: the real disk's bytes. `guarded`: looks at every state that the guest is entered in. */
  constructor(real: Machine, disk: Uint8Array, ground: Ground, guarded: boolean) {
    super(real);
    this.#guarded = guarded;
    this.#disk = disk;
    this.#ground = ground;
  }

  /** Poisons what nobody has. */
  poison(): void {
    const { poisoned, poisonedDisk } = this.#ground;
    for (const { at, size } of poisoned) this.real.memory.bytes.fill(poison, at, at + size);
    for (const { at, size } of poisonedDisk) this.#disk.fill(poison, at, at + size);
  }

  override check(): void {
    const { status, guest } = this.real;
    this.#guestRoot = guest?.root;
    if (!this.#guarded) return;
    if (guest !== undefined) {
      // In guest mode rings and IF are the guest's own, and each line of the machine ends it.
      const found = this.#blockTrespass(guest.block) ?? this.#tableTrespass() ?? this.#deviceTrespass();
      if (found !== undefined) throw new Trespass(found);
      return;
    }
    if ((status & STATUS.RING) === 0) throw new Trespass('the guest is entered in real ring 0');
    if ((status & STATUS.IF) === 0)
      throw new Trespass(
        'the guest is entered with the real interrupts off: no timer takes the machine back',
      );
    const found = this.real.paging
      ? (this.#rootTrespass() ?? this.#limitTrespass())
      : this.#relocationTrespass();
    if (found !== undefined) throw new Trespass(found);
  }

  #relocationTrespass(): string | undefined {
    const { base } = this.real;
    const bound = this.real.readSystem(SR.RBOUND) >>> 0;
    if (bound === 0 || isWithin(base, bound, this.#ground.guest)) return undefined;
    const { at, size } = this.#ground.guest;
    return `the guest is entered with R = (${hex(base)}, ${hex(bound)}); its memory is at ${hex(at)}, ${hex(size)} bytes`;
  }

  /** Shadow tables, or a nested map; or what the real PTBR has. */
  get #root(): number {
    return this.#guestRoot ?? (this.real.readSystem(SR.PTBR) & PTE.FRAME) >>> 0;
  }

  #blockTrespass(block: number): string | undefined {
    if (isWithin(block, PAGE, this.#ground.own)) return undefined;
    return `the guest is entered by a control block at ${hex(block)}, which is not in the monitor's memory`;
  }

  #rootTrespass(): string | undefined {
    const root = this.#root;
    if (isWithin(root, PAGE, this.#ground.own)) return undefined;
    return `the guest is entered with a page table at ${hex(root)}, which is not in the monitor's memory`;
  }

  /** LIMIT hides what the monitor maps for itself from the rings that share its pages, 1 and 2. */
  #limitTrespass(): string | undefined {
    const { memory, status } = this.real;
    const root = (this.real.readSystem(SR.PTBR) & PTE.FRAME) >>> 0;
    const pointer = memory.words[(root + (compressed >>> 22) * 4) >>> 2] as number;
    const limit = this.real.readSystem(SR.LIMIT) >>> 0;
    if ((pointer & PTE.V) === 0 || (status & STATUS.RING) === 3) return undefined;
    if ((limit !== 0 && limit <= compressed) || !this.#isReadable(pointer)) return undefined;
    return `the guest is entered with LIMIT ${hex(limit)}, which does not hide what the monitor has at ${hex(compressed)}`;
  }

  /** Whether a page of the table that the entry points to can be loaded from or stored to. */
  #isReadable(pointer: number): boolean {
    const { words } = this.real.memory;
    const table = (pointer & PTE.FRAME) >>> 2;
    return words.subarray(table, table + PAGE / 4).some((entry) => (entry & (PTE.R | PTE.W)) !== 0);
  }

  /**
   * Looks at everything that is not the guest's; what of it was touched or could be, in words. `isGuest`: the page tables
   * are those that the guest has now.
   */
  trespass(isGuest = true): string | undefined {
    const { poisoned, poisonedDisk } = this.#ground;
    return (
      touched(this.real.memory.bytes, poisoned, 'memory') ??
      touched(this.#disk, poisonedDisk, 'the disk') ??
      leaked(this.real.memory.bytes, this.#ground.guest, 'memory') ??
      leaked(this.#disk, this.#ground.guestDisk, 'disk') ??
      (isGuest && this.#hasTables ? this.#tableTrespass() : undefined)
    );
  }

  get #hasTables(): boolean {
    return this.#guestRoot !== undefined || (this.real.readSystem(SR.PTBR) & 1) !== 0;
  }

  /** A page that the real page tables let the guest reach and that is not its own. */
  #tableTrespass(): string | undefined {
    return this.#rootTrespass() ?? this.#mapTrespass(this.#root);
  }

  /** A page that an IOMMU whose map is on lets the disk reach, for a guest that drives it. */
  #deviceTrespass(): string | undefined {
    const word = this.real.iommu?.read('disk') ?? 0;
    const root = word - (word % PAGE);
    if (word === 0) return undefined;
    if (isWithin(root, PAGE, this.#ground.own)) return this.#mapTrespass(root);
    return `the IOMMU has a map at ${hex(root)}, which is not in the monitor's memory`;
  }

  /** A page that the tables at `root` let the guest reach and that is not its own. */
  #mapTrespass(root: number): string | undefined {
    const { words } = this.real.memory;
    const rootAt = root >>> 2;
    for (let n = 0; n < 1024; n++) {
      const pointer = words[rootAt + n] as number;
      if ((pointer & (PTE.V | PTE.R | PTE.W | PTE.X)) !== PTE.V) continue;
      const tableAt = (pointer & PTE.FRAME) >>> 0;
      if (!isWithin(tableAt, PAGE, this.#ground.own))
        return `the page table at ${hex(tableAt)} is not in the monitor's memory`;
      for (let k = 0; k < 1024; k++) {
        const entry = words[tableAt / 4 + k] as number;
        if ((entry & PTE.V) === 0) continue;
        const found = this.#pageTrespass(n * 2 ** 22 + k * PAGE, entry);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  #pageTrespass(va: number, entry: number): string | undefined {
    const frame = (entry & PTE.FRAME) >>> 0;
    if ((entry & PTE.RIGHTS & ~PTE.U) === 0 || isWithin(frame, PAGE, this.#ground.guest)) return undefined;
    // The monitor's own pages: only to execute, or behind LIMIT in the region that it keeps to itself.
    const isOwn = isWithin(frame, PAGE, this.#ground.own);
    if (isOwn && ((entry & (PTE.R | PTE.W)) === 0 || va >= compressed)) return undefined;
    return `the real page tables let the guest reach ${hex(frame)} by address ${hex(va)}`;
  }
}

/** So much poison on end as no guest makes by itself. */
const dose = Buffer.alloc(64, poison);

/** Where the guest has got poison. */
function leaked(bytes: Uint8Array, { at, size }: Range, what: string): string | undefined {
  const found = Buffer.from(bytes.buffer, bytes.byteOffset + at, size).indexOf(dose);
  return found < 0 ? undefined : `the guest's ${what} at ${hex(found)} has what it read of others`;
}

/** Where poison is gone. */
function touched(bytes: Uint8Array, ranges: readonly Range[], what: string): string | undefined {
  for (const { at, size } of ranges) {
    const found = bytes.subarray(at, at + size);
    if (Buffer.compare(found, poisonPages.subarray(0, size)) === 0) continue;
    const place = at + found.findIndex((byte) => byte !== poison);
    return `${what} at ${hex(place)} was written, which is not the guest's`;
  }
  return undefined;
}

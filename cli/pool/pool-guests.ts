/** What a pool's agent has its host do with machines (vmm/pool/agent.ts). */
import { utf8 } from '../../isa/machine/bytes.ts';
import { loadImage, readImage } from '../../isa/machine/image.ts';
import type { Host } from '../../vmm/hosting/host.ts';
import { Register } from '../../vmm/hosting/keep/register.ts';
import type { Done, LocalGuest, LocalGuests } from '../../vmm/pool/agent.ts';
import { specOf } from '../../vmm/pool/place.ts';
import type { PoolView, VmRecord, WantRecord } from '../../vmm/pool/records.ts';
import { copyGuest, type PoolFolder, removeGuest } from './pool-folder.ts';

export class PoolGuests implements LocalGuests {
  readonly #host: Host;
  readonly #pool: PoolFolder;

  constructor(host: Host, pool: PoolFolder) {
    this.#host = host;
    this.#pool = pool;
  }

  here(): ReadonlyMap<string, LocalGuest> {
    const found = new Map<string, LocalGuest>();
    for (const [name, { entry, guest, end }] of this.#host.slots)
      if (entry?.phase === 'owned')
        found.set(name, {
          epoch: entry.epoch,
          isHeld: entry.held,
          end: guest.repeats ? undefined : end,
          motion: 'none',
          steps: guest.machine.steps,
        });
    return found;
  }

  prepare(name: string, want: WantRecord, vm: VmRecord, done: Done): void {
    attempt(done, () => {
      if (this.#slotOf(name)?.epoch === vm.epoch) return;
      this.drop(name);
      if (vm.from === null) this.#start(name, want, vm);
      else {
        const own = this.#pool.hostShelf(this.#host.address);
        const from = this.#pool.shelfOf(name, vm.from);
        if (from.place !== own.place) copyGuest(from, own, name);
        this.#host.resume(name, { epoch: vm.epoch, held: true });
      }
    });
  }

  boot(name: string, want: WantRecord, vm: VmRecord, done: Done): void {
    attempt(done, () => {
      const slot = this.#slotOf(name);
      if (slot?.epoch !== vm.epoch || slot.end !== undefined) {
        this.drop(name);
        if (vm.from === null) this.#start(name, want, vm);
        else this.#host.resume(name, { epoch: vm.epoch, held: true });
      }
      this.#host.hold(name, want.run === 'held');
    });
  }

  #slotOf(name: string): LocalGuest | undefined {
    return this.here().get(name);
  }

  /** From its image. It stands still until it is booted. */
  #start(name: string, want: WantRecord, vm: VmRecord): void {
    const image = readImage(this.#pool.image(want.image));
    removeGuest(this.#pool.hostShelf(this.#host.address), name);
    const slot = this.#host.reserve(specOf(name, want), false);
    try {
      loadImage(image, slot.guest.machine.memory.bytes);
      slot.guest.machine.pc = image.entry;
      // Each boot is another age, for the machine may have been elsewhere.
      if (want.context !== undefined) slot.guest.machine.context.give(utf8(want.context), vm.epoch);
    } catch (error) {
      this.#host.giveBack(slot);
      throw error;
    }
    this.#host.begin(slot, { epoch: vm.epoch, held: true });
  }

  hold(name: string, isHeld: boolean): void {
    this.#host.hold(name, isHeld);
  }

  save(name: string, epoch: number, done: Done): void {
    attempt(done, () => {
      this.#host.hold(name, true);
      const own = this.#pool.hostShelf(this.#host.address);
      copyGuest(own, this.#pool.savedShelf(name, epoch), name);
    });
  }

  migrate(_name: string, _to: string, done: Done): void {
    done('machines of a pool do not move while they run yet');
  }

  cancel(): void {}

  take(): void {}

  drop(name: string): void {
    this.#host.release(name);
  }

  /** Removes what is stored here of machines that others have, and do not need it any more. */
  clean(view: PoolView): void {
    const { address, slots } = this.#host;
    const shelf = this.#pool.hostShelf(address);
    for (const name of new Register(shelf).names()) {
      const vm = view.vm.get(name)?.data;
      const isNeeded = vm?.host === address || vm?.from?.host === address;
      if (!slots.has(name) && !isNeeded) removeGuest(shelf, name);
    }
    for (const { name, epoch } of this.#pool.saved()) {
      const vm = view.vm.get(name)?.data;
      // It has gone on elsewhere, or is over: neither is ever undone.
      const isPast = vm !== undefined && vm.epoch > epoch && vm.from === null;
      if (vm?.state === 'DONE' || isPast) this.#pool.removeSaved(name, epoch);
    }
  }
}

/** Does it; what goes wrong is told, for it can go well on another host. */
function attempt(done: Done, act: () => void): void {
  try {
    act();
    done();
  } catch (error) {
    done((error as Error).message);
  }
}

/** What a pool's agent has its host do with machines (vmm/pool/agent.ts). */
import { utf8 } from '../../isa/machine/bytes.ts';
import { loadImage, readImage } from '../../isa/machine/image.ts';
import type { Host } from '../../vmm/hosting/host.ts';
import type { HostedGuest } from '../../vmm/hosting/hosted-guest.ts';
import { Register } from '../../vmm/hosting/keep/register.ts';
import { presets } from '../../vmm/migration/policy.ts';
import type { MigrationSource } from '../../vmm/migration/source.ts';
import type { Done, LocalGuest, LocalGuests } from '../../vmm/pool/agent.ts';
import { specOf } from '../../vmm/pool/place.ts';
import { type MoveRecord, PoolView, type VmRecord, type WantRecord } from '../../vmm/pool/records.ts';
import type { Reserve } from '../../vmm/wire/messages.ts';
import { unpackMachine } from '../appliance/saved-machine.ts';
import { Idle } from './idle.ts';
import { copyGuest, type PoolFolder, removeGuest } from './pool-folder.ts';

export class PoolGuests implements LocalGuests {
  readonly #host: Host;
  readonly #pool: PoolFolder;
  readonly #idle = new Idle();
  /** Migrations from here, and who is told when they fail. */
  readonly #going = new Map<string, { readonly source: MigrationSource<HostedGuest>; readonly done: Done }>();

  constructor(host: Host, pool: PoolFolder) {
    this.#host = host;
    this.#pool = pool;
  }

  here(): ReadonlyMap<string, LocalGuest> {
    const found = new Map<string, LocalGuest>();
    for (const [name, { entry, guest, end }] of this.#host.slots) {
      const reserve = this.#host.targets.get(name)?.reserve;
      const isComing = entry === undefined || entry.phase === 'prepared';
      const known = isComing ? reserve : entry;
      if (known === undefined) continue;
      found.set(name, {
        epoch: known.epoch,
        isHeld: known.held,
        end: guest.repeats ? undefined : end,
        motion: isComing ? 'coming' : this.#motionOf(name, entry.phase === 'leaving'),
        steps: guest.machine.steps,
        idle: this.#idle.of(name),
      });
    }
    return found;
  }

  #motionOf(name: string, isLeaving: boolean): LocalGuest['motion'] {
    return isLeaving ? 'gone' : this.#host.sources.has(name) ? 'going' : 'none';
  }

  /** Tells of the migrations that have failed. */
  turn(): void {
    this.#idle.look(this.#host.slots);
    for (const [name, { source, done }] of this.#going)
      if (source.state !== 'under way') {
        this.#going.delete(name);
        if (source.state === 'failed') done(source.reason);
      }
  }

  prepare(name: string, want: WantRecord, vm: VmRecord, done: Done): void {
    attempt(done, () => {
      const slot = this.#slotOf(name);
      if (slot?.epoch === vm.epoch && slot.motion === 'none') return;
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
    const patches = (want.patches ?? []).map((sum) => readImage(this.#pool.image(sum)));
    removeGuest(this.#pool.hostShelf(this.#host.address), name);
    const slot = this.#host.reserve(specOf(name, want), false);
    try {
      const { guest } = slot;
      if (want.state !== undefined)
        unpackMachine(this.#pool.image(want.state), guest.machine, (state) => guest.restore(state));
      else guest.machine.pc = image.entry;
      for (const one of want.state === undefined ? [image, ...patches] : patches)
        loadImage(one, guest.machine.memory.bytes);
      if (want.input !== null) {
        guest.feed(this.#pool.image(want.input));
        guest.feed(new Uint8Array());
      }
      // Each boot is another age, for the machine may have been elsewhere.
      if (want.context !== undefined) guest.machine.context.give(utf8(want.context), vm.epoch);
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

  migrate(name: string, { to }: MoveRecord, done: Done): void {
    try {
      const source = this.#host.send(name, to, { ...presets.ringlab, autoConverge: true });
      this.#going.set(name, { source, done });
    } catch (error) {
      done((error as Error).message);
    }
  }

  cancel(name: string): void {
    if (this.#host.sources.has(name)) attempt(ignore, () => this.#host.cancel(name));
  }

  take(name: string): void {
    this.#host.take(name);
  }

  /** Whether the store has that machine come here by that migration, as it is now; then there is room for it. */
  expects(reserve: Reserve, told: (refusal: string | undefined) => void): void {
    const { name } = reserve.guest;
    const { address } = this.#host;
    this.#pool.store.read((entries) => {
      if (entries === undefined) {
        told(`${address} does not reach the pool's store`);
        return;
      }
      const view = new PoolView(entries);
      const vm = view.vm.get(name)?.data;
      const isSent = vm?.state === 'MIGRATE' && vm.host === reserve.from && vm.epoch + 1 === reserve.epoch;
      if (!isSent || view.move.get(name)?.data.to !== address)
        told(`the pool does not have ${name} come to ${address}`);
      else {
        this.drop(name);
        removeGuest(this.#pool.hostShelf(address), name);
        told(undefined);
      }
    });
  }

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

const ignore = () => {};

/** Does it; what goes wrong is told, for it can go well on another host. */
function attempt(done: Done, act: () => void): void {
  try {
    act();
    done();
  } catch (error) {
    done((error as Error).message);
  }
}

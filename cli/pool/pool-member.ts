/** A host that is in a pool: its agent, and its manager while it has one; given turns by the host's loop. */
import type { Host } from '../../vmm/hosting/host.ts';
import type { PoolRules } from '../../vmm/hosting/house.ts';
import { Agent } from '../../vmm/pool/agent.ts';
import { Manager } from '../../vmm/pool/manager.ts';
import { defaultLease } from '../../vmm/pool/membership.ts';
import type { HostRecord } from '../../vmm/pool/records.ts';
import { ownIdentity } from '../hosting/process-identity.ts';
import { note } from '../output.ts';
import { fenceBy } from './fencing.ts';
import { LoadMeter } from './load-meter.ts';
import { machineClock, newName, type PoolFolder } from './pool-folder.ts';
import { PoolGuests } from './pool-guests.ts';

export class PoolMember implements PoolRules {
  readonly #agent: Agent;
  readonly #manager: Manager;
  readonly #guests: PoolGuests;
  readonly #meter: LoadMeter;
  readonly #unwatch: () => void;

  /** `fenceCommand`: as fenceBy has it. */
  constructor(
    host: Host,
    pool: PoolFolder,
    offer: Omit<HostRecord, 'v' | 'instance'>,
    fenceCommand?: string,
  ) {
    const { address } = host;
    const { store } = pool;
    const tell = (text: string) => note(`ringlab: pool: ${text}\n`);
    this.#guests = new PoolGuests(host, pool);
    const common = { store, address, wall: Date.now, note: tell };
    this.#agent = new Agent({
      ...common,
      process: ownIdentity(),
      offer,
      clock: machineClock,
      times: defaultLease,
      newInstance: newName,
      guests: this.#guests,
    });
    this.#meter = new LoadMeter(host, store, this.#agent.member);
    // What others have written is done at once, and not at the next look.
    this.#unwatch = store.watch(() => this.#agent.look());
    this.#manager = new Manager({ ...common, member: this.#agent.member, fence: fenceBy(fenceCommand) });
  }

  mayRun(): boolean {
    return this.#agent.mayRun;
  }

  /** As PoolRules has them. */
  expects(...asked: Parameters<PoolRules['expects']>): void {
    this.#guests.expects(...asked);
  }

  decide(...asked: Parameters<PoolRules['decide']>): void {
    this.#agent.decide(...asked);
  }

  turn(): void {
    this.#guests.turn();
    this.#agent.turn(() => {
      this.#manager.turn(this.#agent.view);
      this.#guests.clean(this.#agent.view);
    });
    this.#meter.turn();
  }

  leave(): void {
    this.#unwatch();
    this.#agent.member.leave();
  }
}

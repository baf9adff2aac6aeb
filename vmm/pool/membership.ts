/**
 * A host's membership in a pool: its lease, its registration, and the question whether its machines may run now
 * (`mayRun`). It is given turns, and never waits.
 *
 * A lease's time is counted from when its last answered renewal was *sent*: the store began it anew later than that, so
 * the host stops its machines before the store lets go of them.
 */
import { json, newNode, type HostRecord, type PoolProcess, type PoolView } from './records.ts';
import { nodeChange } from './fence.ts';
import type { CommitCondition, PoolStore } from './store.ts';

export interface LeaseTimes {
  readonly ttlMs: number;
  /** Milliseconds between two renewals. */
  readonly renewMs: number;
  /** Milliseconds before the lease's end at which machines stop. */
  readonly marginMs: number;
}

export const defaultLease: LeaseTimes = { ttlMs: 10_000, renewMs: 3000, marginMs: 1000 };

/** Milliseconds until an answer that did not come is given up. */
const answerMs = 3000;

export interface MembershipOptions {
  readonly store: PoolStore;
  readonly address: string;
  readonly process: PoolProcess;
  readonly offer: Omit<HostRecord, 'v' | 'instance'>;
  /** Milliseconds since whenever, which no setting of the time changes. */
  readonly clock: () => number;
  readonly times: LeaseTimes;
  /** Makes a name that nobody else has. */
  readonly newInstance: () => string;
  /** This life was condemned: its machines must be given up before this returns. */
  readonly condemned: () => void;
}

export class Membership {
  /** This life of the host's process. */
  instance: string;
  readonly #options: MembershipOptions;
  #lease: string | undefined;
  /** When the last renewal that was answered was sent. */
  #sentAt = Number.NEGATIVE_INFINITY;
  #isRegistered = false;
  #askedAt = Number.NEGATIVE_INFINITY;
  /** The number of the question that an answer is waited for; older answers come too late. */
  #question = 0;
  #isAsking = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.instance = options.newInstance();
  }

  get lease(): string | undefined {
    return this.#isRegistered ? this.#lease : undefined;
  }

  /** Whether the lease certainly holds now: nobody else has this host's machines. */
  get mayRun(): boolean {
    const { clock, times } = this.#options;
    return this.#isRegistered && clock() < this.#sentAt + times.ttlMs - times.marginMs;
  }

  /** The condition of every write: this host's lease holds. */
  get condition(): CommitCondition {
    return { key: `host/${this.#options.address}`, lease: this.#lease ?? '' };
  }

  /** Renews the lease when it is time. Returns whether the store should be read, to register. */
  turn(): boolean {
    const { clock, times, store } = this.#options;
    const now = clock();
    if (this.#isAsking && now - this.#askedAt < answerMs) return false;
    if (!this.#isRegistered) return true;
    if (now - this.#askedAt >= times.renewMs) {
      const lease = this.#lease as string;
      const answered = this.#ask();
      store.renew(lease, (isAlive) => {
        if (!answered()) return;
        if (isAlive === true) this.#sentAt = now;
        else if (isAlive === false) this.#isRegistered = false;
      });
    }
    return false;
  }

  /** Registers this host, with what the store holds now. */
  register(view: PoolView): void {
    const { address, store, times, clock } = this.#options;
    if (this.#isRegistered || this.#isAsking) return;
    const node = view.node.get(address)?.data ?? newNode;
    if (node.condemned === this.instance) {
      this.#confess(view);
      return;
    }
    // An earlier life's lease, or one of ours that ends by itself, is still there.
    if (view.host.has(address)) return;
    const sentAt = clock();
    const answered = this.#ask();
    store.grant(times.ttlMs, (lease) => {
      if (!answered()) {
        if (lease !== undefined) store.end(lease);
        return;
      }
      if (lease !== undefined) this.#enter(view, lease, sentAt);
    });
  }

  #enter(view: PoolView, lease: string, sentAt: number): void {
    const { address, store, offer, process } = this.#options;
    const { instance } = this;
    const node = view.node.get(address)?.data ?? newNode;
    const answered = this.#ask();
    const host: HostRecord = { ...offer, v: 1, instance };
    store.commit(
      {
        when: [
          { key: `host/${address}`, revision: 0 },
          { key: `node/${address}`, revision: view.revision('node', address) },
        ],
        changes: [
          { key: `host/${address}`, value: json(host), lease },
          nodeChange(address, { ...node, instance, process, fenced: before(node, instance) }),
        ],
      },
      (answer) => {
        if (!answered() || answer !== 'committed') store.end(lease);
        else {
          this.#lease = lease;
          this.#sentAt = sentAt;
          this.#isRegistered = true;
        }
      },
    );
  }

  /** This life is to be over: it gives its machines up, says so, and a new life begins. */
  #confess(view: PoolView): void {
    const { address, store, newInstance, condemned } = this.#options;
    condemned();
    const node = view.node.get(address)?.data ?? newNode;
    const answered = this.#ask();
    store.commit(
      {
        when: [{ key: `node/${address}`, revision: view.revision('node', address) }],
        changes: [nodeChange(address, { ...node, fenced: this.instance })],
      },
      (answer) => {
        if (answered() && answer === 'committed') this.instance = newInstance();
      },
    );
  }

  /** Leaves the pool at once. */
  leave(): void {
    if (this.#lease !== undefined) this.#options.store.end(this.#lease);
    this.#isRegistered = false;
  }

  /** Begins to wait for an answer; the function that it returns ends that, and says whether somebody still waits. */
  #ask(): () => boolean {
    const question = ++this.#question;
    this.#isAsking = true;
    this.#askedAt = this.#options.clock();
    return () => {
      if (question !== this.#question) return false;
      this.#isAsking = false;
      return true;
    };
  }
}

/** A life that was condemned and has another after it is over. */
function before(
  node: { readonly instance: string | null; readonly fenced: string | null },
  instance: string,
) {
  return node.instance !== null && node.instance !== instance ? node.instance : node.fenced;
}

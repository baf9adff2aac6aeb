/** Measures what the machines of a pool make their host do, and stores it for `pool hosts` and `pool discover`. */
import type { Host } from '../../vmm/hosting/host.ts';
import type { Membership } from '../../vmm/pool/membership.ts';
import { json, type LoadSample } from '../../vmm/pool/records.ts';
import type { PoolStore } from '../../vmm/pool/store.ts';

/** Milliseconds between two looks: 240 of them, which are stored, are an hour. */
const lookMs = 15_000;
const mostSamples = 240;

export class LoadMeter {
  readonly #host: Host;
  readonly #store: PoolStore;
  readonly #member: Membership;
  #samples: LoadSample[] = [];
  #at = Date.now();
  #used = process.cpuUsage();
  #steps = new Map<string, number>();

  constructor(host: Host, store: PoolStore, member: Membership) {
    this.#host = host;
    this.#store = store;
    this.#member = member;
  }

  turn(): void {
    const now = Date.now();
    const { lease } = this.#member;
    if (lease === undefined || now - this.#at < lookMs) return;
    const { user, system } = process.cpuUsage(this.#used);
    const cpu = (user + system) / 10 / (now - this.#at);
    const owned = [...this.#host.slots].filter(([, { entry }]) => entry?.phase === 'owned');
    const made = owned.map(([name, { guest }]) => {
      const { steps } = guest.machine;
      const before = this.#steps.get(name) ?? 0;
      // A machine that was booted anew counts from 0 again.
      return { name, steps, made: steps < before ? steps : steps - before };
    });
    const all = made.reduce((sum, one) => sum + one.made, 0) || 1;
    const memory = owned.reduce((sum, [, { guest }]) => sum + guest.machine.memory.bytes.length, 0);
    this.#samples = [...this.#samples, { at: now, cpu, machines: owned.length, memory }].slice(-mostSamples);
    const guests = made.map((one) => ({ name: one.name, cpu: (cpu * one.made) / all }));
    const { condition } = this.#member;
    const key = `load/${this.#host.address}`;
    const value = json({ v: 1, samples: this.#samples, guests });
    this.#store.commit({ when: [condition], changes: [{ key, value, lease }] }, () => {});
    this.#at = now;
    this.#used = process.cpuUsage();
    this.#steps = new Map(made.map(({ name, steps }) => [name, steps]));
  }
}

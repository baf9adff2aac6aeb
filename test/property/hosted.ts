/** Candidates: monitors that implement the interface of contract.ts, each on a real machine in this process. */
import type { Variant } from '../../isa/table/variants.ts';
import type { Monitor, MonitorFactory } from './contract.ts';
import { allocationFor, ground } from './ground.ts';
import { Hardware } from './hardware.ts';
import { imageOf, type Program } from './program.ts';
import type { Candidate, Subject } from './subject.ts';
import { Watch } from './watch.ts';

/** The real machine of a guest, watched. */
export function watchedHardware(program: Program, variant: Variant, guarded: boolean): Hardware<Watch> {
  return new Hardware({
    image: imageOf(program),
    input: program.input,
    variant,
    gate: (machine, disk) => new Watch(machine, disk, ground, guarded),
  });
}

/** A monitor in this process: for our own tests; strangers' are judged from another one (grade/remote.ts). */
export function hostedMonitor(factory: MonitorFactory, name = 'monitor'): Candidate {
  return {
    name,
    make: (program, variant, { guarded }) => new HostedSubject(factory, program, variant, guarded),
  };
}

class HostedSubject implements Subject {
  readonly printed: readonly number[];
  readonly disk: Uint8Array;
  readonly memory: Uint8Array;
  readonly #hardware: Hardware<Watch>;
  readonly #monitor: Monitor;

  constructor(factory: MonitorFactory, program: Program, variant: Variant, guarded: boolean) {
    this.#hardware = watchedHardware(program, variant, guarded);
    ({ printed: this.printed, disk: this.disk, memory: this.memory } = this.#hardware);
    this.#monitor = factory(this.#hardware, allocationFor(imageOf(program), variant));
  }

  get guest() {
    return this.#monitor.guest;
  }

  get x() {
    return this.#hardware.x;
  }

  get counts() {
    return this.#hardware.counts;
  }

  run(until: number) {
    this.#hardware.gate.begin(until - this.guest.steps);
    return this.#monitor.run(until);
  }

  trespass() {
    return this.#hardware.gate.trespass();
  }

  close(): void {}
}

/**
 * What is run, recorded and run again: a guest on the bare machine or under a monitor, by
 * any engine. Its devices' other ends are `devices.ts`.
 */
import { createEngine, type Engine, type EngineName, storageFor } from '../../isa/engines/engine.ts';
import type { FastOptions } from '../../isa/engines/fast/fast.ts';
import { type Image, loadImage } from '../../isa/machine/image.ts';
import { Machine, type MachineState } from '../../isa/machine/machine.ts';
import type { Storage } from '../../isa/machine/storage.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import type { Variant } from '../../isa/table/variants.ts';
import type { Ledger } from '../monitor/ledger.ts';
import { Monitor } from '../monitor/monitor.ts';
import type { VirtualMachine } from '../monitor/virtual-machine.ts';
import type { RecordedDevices } from './devices.ts';

export interface Subject {
  /** The guest's own machine: the bare one, or its virtual CPU. */
  readonly machine: Machine;
  /** Runs until the guest's step `until`, or until it stops. */
  readonly run: (until: number) => Stop;
  /** Takes back a state that `machine.save` gave; memory and disk are put back already. */
  readonly restore: (state: MachineState) => void;
  /** The machines that execute the guest's instructions: breakpoints are set on all of them. */
  readonly processors: readonly Machine[];
  readonly devices: RecordedDevices;
  readonly engine: Engine;
  /** The monitor's account, if there is a monitor. */
  readonly ledger: Ledger | undefined;
}

export interface SubjectOptions {
  readonly image: Image;
  readonly variant: Variant;
  /** Bytes of the guest's memory. */
  readonly memory: number;
  readonly engine: EngineName;
  /** The fast engine's own. */
  readonly fast?: FastOptions;
  /** A strategy's name, or none: the bare machine. */
  readonly monitor: string;
  readonly devices: RecordedDevices;
  /** Where the real machine lives; default a new one that suits the engine. */
  readonly storage?: Storage;
}

/** Sets up a guest at its first step. Throws ImageError when its image does not fit. */
export function createSubject(options: SubjectOptions): Subject {
  return options.monitor === 'none' ? bareSubject(options) : monitoredSubject(options);
}

function bareSubject(options: SubjectOptions): Subject {
  const { image, variant, memory, engine: name, devices, storage = storageFor(name, memory) } = options;
  const { console, disk } = devices;
  const machine = new Machine({
    variant,
    memory,
    console,
    storage,
    ...(disk ? { disk } : {}),
  });
  loadImage(image, machine.memory.bytes);
  machine.pc = image.entry;
  const engine = createEngine(name, machine, options.fast);
  return {
    machine,
    run: (until) => engine.run(until),
    restore: (state) => machine.restore(state),
    processors: [machine],
    devices,
    engine,
    ledger: undefined,
  };
}

function monitoredSubject(options: SubjectOptions): Subject {
  const { image, variant, memory, engine, fast = {}, monitor: strategy, devices, storage } = options;
  const { console, disk } = devices;
  const monitor = new Monitor({
    guests: [{ image, memory }],
    variant,
    strategy,
    engine,
    fast,
    console,
    ...(disk ? { disk } : {}),
    ...(storage ? { storage } : {}),
  });
  const guest = monitor.guests[0] as VirtualMachine;
  monitor.runGuest(guest, 0); // The general registers are the guest's from here on.
  return {
    machine: guest.cpu,
    run: (until) => monitor.runGuest(guest, until),
    restore: (state) => guest.restore(state),
    processors: [guest.cpu, monitor.real],
    devices,
    engine: monitor.engine,
    ledger: guest.ledger,
  };
}

/** Makes an engine by its name. */
import type { Machine } from '../machine/machine.ts';
import { plainStorage, type Storage } from '../machine/storage.ts';
import type { Stop } from '../machine/stop.ts';
import { FastEngine, type FastOptions } from './fast/fast.ts';
import { wasmStorage } from './fast/layout.ts';
import { Interpreter } from './interpreter/interpreter.ts';

/** What executes the instructions of one machine. */
export interface Engine {
  /** What it is, for people to read: `interpreter` or `fast`. */
  readonly name: string;
  /**
   * Runs until step `until` (Infinity = no limit) or until the machine stops. After that, `pc` and `steps` of the
   * machine are exact.
   */
  run(until: number): Stop;
}

/** `auto` is the fast engine: it interprets what is not hot. */
export const engineNames = ['auto', 'interpreter', 'fast'] as const;
/** The name of an engine. */
export type EngineName = (typeof engineNames)[number];

/** The storage that a machine needs to be run by that engine, for `size` bytes of guest memory. */
export function storageFor(name: EngineName, size: number): Storage {
  return name === 'interpreter' ? plainStorage(size) : wasmStorage(size);
}

/** Makes the engine of that name for a machine with suitable storage. The options are for the fast engine. */
export function createEngine(name: EngineName, machine: Machine, options: FastOptions = {}): Engine {
  return name === 'interpreter' ? new Interpreter(machine) : new FastEngine(machine, options);
}

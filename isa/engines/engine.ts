/** Engines by name: one way in for whoever runs a machine. */
import type { Machine } from '../machine/machine.ts';
import type { Stop } from '../machine/stop.ts';
import { Interpreter } from './interpreter/interpreter.ts';

export interface Engine {
  readonly name: string;
  /** Runs until step `until` (Infinity = no limit) or until the machine stops; `pc` and `steps` are then exact. */
  run(until: number): Stop;
}

export const engineNames = ['auto', 'interpreter'] as const;
export type EngineName = (typeof engineNames)[number];

/** Makes the engine of that name for a machine. */
export function createEngine(name: EngineName, machine: Machine): Engine {
  switch (name) {
    case 'auto':
    case 'interpreter':
      return new Interpreter(machine);
  }
}

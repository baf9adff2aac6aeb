/**
 * A specimen that notes which state an execution reads. Execution is deterministic, so all
 * states that agree in what was read give the same execution. If that part of the state has
 * few values, trying all of them is the same as trying all states.
 */
import type { Probe } from '../table/processor.ts';
import { systemRegisters } from '../table/sysregs.ts';
import { registerName } from '../table/registers.ts';
import type { Access } from '../machine/translate.ts';
import { Specimen } from './specimen.ts';

export class Recorder extends Specimen {
  /** What was read: RING, STATUS (all of it), names of registers, `map`, `memory`, `port`. */
  readonly reads = new Set<string>();

  constructor() {
    super();
    Object.defineProperty(this, 'x', { value: recording(this.x, this.reads) });
  }

  override get status(): number {
    this.reads.add('STATUS');
    return super.status;
  }

  override set status(value: number) {
    super.status = value;
  }

  override get ring(): number {
    this.reads.add('RING');
    return super.ring;
  }

  override readSystem(number: number): number {
    this.reads.add(systemRegisters[number]?.name ?? 'no register');
    return super.readSystem(number);
  }

  override probe(va: number): Probe {
    this.reads.add('map');
    return super.probe(va);
  }

  override locate(va: number, width: number, access: Access, named: boolean): number {
    this.reads.add('memory');
    return super.locate(va, width, access, named);
  }

  override input(port: number): number {
    this.reads.add('port');
    return super.input(port);
  }

  override output(port: number, value: number): void {
    this.reads.add('port');
    super.output(port, value);
  }
}

/** The registers, noting each that is read. */
function recording(x: Int32Array, reads: Set<string>): Int32Array {
  return new Proxy(x, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value === 'function') {
        if (key !== 'fill') reads.add('registers');
        return value.bind(target);
      }
      if (typeof key === 'string' && /^\d+$/.test(key)) reads.add(registerName(Number(key)));
      return value;
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
}

/** A machine's state as bytes: all of it comes back, and nothing else gets in. */
import { decode, encode } from 'cborg';
import { describe, expect, it } from 'vitest';
import type { MachineState } from '../../../isa/machine/state.ts';
import { STATUS, systemRegisters } from '../../../isa/table/sysregs.ts';
import { FieldError } from '../../../vmm/wire/schema.ts';
import { decodeState, encodeState } from '../../../vmm/snapshot/state.ts';
import { bare, monitored } from '../kit.ts';
import { image } from '../assembled.ts';
import fc from '../../property/fast-check.ts';

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const unsigned = fc.nat({ max: 2 ** 32 - 1 });
const step = fc.maxSafeNat();

const stop: fc.Arbitrary<MachineState['stop']> = fc.oneof(
  fc.constant(null),
  fc.constantFrom<MachineState['stop']>({ kind: 'forever' }, { kind: 'input' }, { kind: 'trap' }),
  fc.record({ kind: fc.constant('power' as const), status: unsigned }),
  fc.record({ kind: fc.constant('unhandled' as const), cause: unsigned, value: unsigned }),
);

const disk: fc.Arbitrary<MachineState['devices']['disk']> = fc.oneof(
  fc.record({
    sector: unsigned,
    address: unsigned,
    status: fc.constantFrom(0, 2, 3),
    command: fc.constant(null),
  }),
  fc.record({
    sector: unsigned,
    address: unsigned,
    status: fc.constant(1),
    command: fc.record({ number: unsigned, sector: unsigned, address: unsigned, doneAt: step }),
  }),
);

const network: fc.Arbitrary<MachineState['devices']['network']> = fc.record({
  address: fc.uint8Array({ minLength: 6, maxLength: 6 }),
  transmit: unsigned.map((address) => (address & ~15) >>> 0),
  receive: unsigned.map((address) => (address & ~15) >>> 0),
  descriptors: fc.integer({ min: 4, max: 256 }),
  transmitNext: fc.nat({ max: 3 }),
  receiveNext: fc.nat({ max: 3 }),
  control: fc.nat({ max: 31 }),
  status: fc.nat({ max: 15 }),
  sendsAt: fc.option(step),
  arrivals: fc
    .array(fc.record({ at: step, frame: fc.uint8Array({ minLength: 14, maxLength: 40 }) }), { maxLength: 3 })
    .map((arrivals) => arrivals.toSorted((a, b) => a.at - b.at)),
});

const states: fc.Arbitrary<MachineState> = fc.record({
  pc: unsigned,
  steps: step,
  status: unsigned.map((value) => value & STATUS.ALL),
  waiting: fc.boolean(),
  registers: fc.array(word, { minLength: 31, maxLength: 31 }).map((rest) => [0, ...rest]),
  system: fc
    .array(word, { minLength: systemRegisters.length, maxLength: systemRegisters.length })
    .map((values) => values.map((value, n) => value & (systemRegisters[n]?.mask ?? -1))),
  timerAt: fc.option(step),
  timerPending: fc.boolean(),
  stop,
  devices: fc.record({
    console: fc.record({ interrupts: fc.boolean(), open: fc.boolean(), input: fc.uint8Array() }),
    disk,
    network,
  }),
}) as fc.Arbitrary<MachineState>;

/** Takes input a byte at a time, the interrupt asked for and the timer running. */
const reader = image(`_start:
    li   t0, 0x11
    li   t1, 1
    out  t0, t1
    li   t0, 900
    mts  TIMER, t0
    li   t0, 0x10
    li   t1, -1
1:  in   a0, t0
    beq  a0, t1, 1b
    mv   a1, a0
    j    1b
`);

/** Every place in plain data, as a path of names and indices. */
function places(data: unknown, path: readonly string[] = []): string[][] {
  if (typeof data !== 'object' || data === null || data instanceof Uint8Array) return [[...path]];
  return [[...path], ...Object.entries(data).flatMap(([name, inside]) => places(inside, [...path, name]))];
}

/** The state with something else at the place. */
function changed(state: MachineState, path: readonly string[], value: unknown): unknown {
  if (path.length === 0) return value;
  const copy = structuredClone(state) as unknown as Record<string, unknown>;
  let inside = copy;
  for (const name of path.slice(0, -1)) inside = inside[name] as Record<string, unknown>;
  inside[path.at(-1) as string] = value;
  return copy;
}

describe("A machine's state as bytes", () => {
  it('comes back as it was, and equal states are equal bytes', () => {
    fc.assert(
      fc.property(states, (state) => {
        const encoded = encodeState(state);
        expect(decodeState(encoded)).toEqual(state);
        expect(encodeState(decodeState(encoded))).toEqual(encoded);
      }),
      { numRuns: 200 },
    );
  });

  it('is refused with a FieldError whatever byte of it is altered or missing, or is another state', () => {
    fc.assert(
      fc.property(states, fc.nat(), fc.integer({ min: 1, max: 255 }), (state, at, bits) => {
        const encoded = encodeState(state);
        const damaged = encoded.slice();
        const place = at % encoded.length;
        damaged[place] = (damaged[place] as number) ^ bits;
        for (const bytes of [damaged, encoded.subarray(0, place), Buffer.concat([encoded, damaged])]) {
          try {
            expect(encodeState(decodeState(bytes))).toEqual(Uint8Array.from(bytes));
          } catch (error) {
            expect(error).toBeInstanceOf(FieldError);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is refused by the name of the field when a field is of another kind, too large, or missing', () => {
    const [state] = fc.sample(states, { numRuns: 1, seed: 8 }) as [MachineState];
    for (const path of places(state)) {
      for (const value of ['x'.repeat(5000), 2 ** 60, -1.5, undefined, [], {}, { other: 1 }]) {
        if (value === undefined && path.length === 0) continue;
        if (Array.isArray(value) && path.at(-1) === 'arrivals') continue; // There may be none.
        const name = path.join('.').replaceAll(/\.(\d+)/g, '[$1]');
        expect(() => encodeState(changed(state, path, value) as MachineState)).toThrow(FieldError);
        if (name !== '' && typeof value !== 'object')
          expect(() => encodeState(changed(state, path, value) as MachineState)).toThrow(name);
      }
    }
  });

  it('is refused when it is not the one encoding that the data have', () => {
    const [state] = fc.sample(states, { numRuns: 1, seed: 8 }) as [MachineState];
    const unsorted = encode(state, { mapSorter: () => 0 });
    expect(decode(unsorted)).toEqual(state);
    expect(() => decodeState(unsorted)).toThrow('deterministic');
  });

  it.each([
    ['status', { status: 8 }, 'status'],
    ['x0', { registers: Array(32).fill(1) }, 'x0'],
    ['TVEC', { system: Array(systemRegisters.length).fill(2) }, 'system'],
  ])('is refused when no machine could have it: %s', (_, field, message) => {
    const [state] = fc.sample(states, { numRuns: 1, seed: 8 }) as [MachineState];
    expect(() => encodeState({ ...state, ...field })).toThrow(message);
  });

  it('is the same for a guest on the bare machine and under a monitor', () => {
    const parts = { image: reader, variant: 'ring32-v', memory: 2 ** 17, input: 'typed' };
    const [one, other] = [bare(parts), monitored(parts, 'trap-and-emulate')];
    for (const until of [0, 1, 5, 9, 12, 500, 2000]) {
      one.run(until);
      other.run(until);
      expect(decodeState(encodeState(other.machine.save()))).toEqual(one.machine.save());
    }
  });

  it('has the input that waits in the real console of a monitor, once', () => {
    const parts = { image: reader, variant: 'ring32-v', memory: 2 ** 17, input: 'typed' };
    const side = monitored(parts, 'trap-and-emulate');
    side.run(9);
    const saved = side.machine.save();
    expect(Buffer.from(saved.devices.console.input).toString()).toBe('yped');
    for (let times = 0; times < 2; times++) {
      side.run(2000);
      side.machine.restore(saved);
      expect(side.machine.save()).toEqual(saved);
    }
    side.run(2000);
    expect(side.machine.x[11]).toBe('d'.charCodeAt(0));
  });
});

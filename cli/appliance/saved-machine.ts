/**
 * A machine as an appliance: its state and its memory, without what belongs to one machine alone. It is made from a machine that
 * is stopped, and a machine that is made from it goes on where that one was, as a clone: its context is older.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { aged } from '../../isa/machine/devices/context.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import { MEMORY } from '../../isa/machine/storage.ts';
import { variantFrom } from '../../isa/table/variants.ts';
import { HostedGuest } from '../../vmm/hosting/hosted-guest.ts';
import { ConsoleLog, defaultLogLimits } from '../../vmm/hosting/keep/console-log.ts';
import { Keep } from '../../vmm/hosting/keep/keep.ts';
import { Register } from '../../vmm/hosting/keep/register.ts';
import type { Shelf } from '../../vmm/hosting/keep/shelf.ts';
import { BLOCK, isZero } from '../../vmm/snapshot/blocks.ts';
import { decodeState, encodeState } from '../../vmm/snapshot/state.ts';
import { decodeAs, encodeAs } from '../../vmm/wire/codec.ts';
import { bytes, integer, list, oneOf, record } from '../../vmm/wire/schema.ts';

const shape = record({
  v: oneOf(1),
  memory: integer(MEMORY.min, MEMORY.max),
  /** As encodeState gives it. */
  state: bytes(65 * 2 ** 20),
  /** Numbers of the pages that are not zero, ascending, and their contents. */
  pages: list(integer(0, MEMORY.max / BLOCK - 1), 0, MEMORY.max / BLOCK),
  contents: bytes(MEMORY.max),
});

/** Steps of a turn of a machine that repeats what it did since it was saved last. */
const turn = 2 ** 20;

/** What is stored of a stopped machine, as one file. Throws an Error that says why not. */
export function packMachine(shelf: Shelf, name: string): Uint8Array {
  const entry = new Register(shelf).get(name);
  if (entry === undefined) throw new Error(`nothing is stored of it in ${shelf.place}`);
  const { spec, keep: keepName, printed } = entry;
  if (spec.sectors > 0 || spec.network !== null)
    throw new Error('it has a disk or a network, which an appliance of a machine has not');
  const guest = new HostedGuest(spec, {
    variant: variantFrom(spec.variant),
    monitor: 'none',
    engine: 'auto',
  });
  const keep = new Keep(shelf, keepName);
  const units = guest.units(false);
  for (let unit = 0; unit < units.count; unit++) units.write(unit, keep.readUnit(unit));
  guest.repeat(keep, new ConsoleLog(shelf, name, defaultLogLimits).end - printed);
  while (guest.repeats) guest.run(guest.machine.steps + turn);
  const { memory } = guest.machine;
  const pages: number[] = [];
  const parts: Uint8Array[] = [];
  for (let page = 0; page < memory.size / BLOCK; page++) {
    const contents = memory.bytes.subarray(page * BLOCK, (page + 1) * BLOCK);
    if (isZero(contents)) continue;
    pages.push(page);
    parts.push(contents);
  }
  const data = {
    v: 1 as const,
    memory: memory.size,
    state: guest.save(),
    pages,
    contents: new Uint8Array(Buffer.concat(parts)),
  };
  return new Uint8Array(gzipSync(encodeAs(shape, data)));
}

/** Puts such a machine into a new one of the same memory. Throws FieldError, or an Error that says why not. */
export function unpackMachine(
  packed: Uint8Array,
  machine: Machine,
  restore: (state: Uint8Array) => void,
): void {
  const plain = gunzipSync(packed, { maxOutputLength: MEMORY.max + 2 ** 27 });
  const { memory, state, pages, contents } = decodeAs(shape, new Uint8Array(plain));
  if (memory !== machine.memory.size)
    throw new Error(`it was saved with ${memory} bytes of memory, not with ${machine.memory.size}`);
  if (contents.length !== pages.length * BLOCK || pages.some((page) => (page + 1) * BLOCK > memory))
    throw new Error('what was saved of it is damaged');
  for (const [n, page] of pages.entries())
    machine.memory.bytes.set(contents.subarray(n * BLOCK, (n + 1) * BLOCK), page * BLOCK);
  const saved = decodeState(state);
  const { context } = saved.devices;
  const devices = { ...saved.devices, ...(context === undefined ? {} : { context: aged(context) }) };
  restore(encodeState({ ...saved, devices }));
}

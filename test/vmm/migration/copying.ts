/** Units copied by a sender to a receiver, without hosts: what a guest that writes at any moment has there in the end. */
import { MemoryDisk } from '../../../isa/machine/devices/disk.ts';
import { Memory } from '../../../isa/machine/memory.ts';
import { PAGE, plainStorage } from '../../../isa/machine/storage.ts';
import { UnitReceiver } from '../../../vmm/migration/image/receiver.ts';
import { UnitSender } from '../../../vmm/migration/image/sender.ts';
import { UNIT, Units } from '../../../vmm/migration/image/units.ts';
import { GuestDisk } from '../../../vmm/hosting/keep/guest-disk.ts';
import { Keep } from '../../../vmm/hosting/keep/keep.ts';
import { MemoryShelf } from '../../../vmm/hosting/keep/shelf.ts';
import { FRAME_HEADER } from '../../../vmm/wire/frame.ts';
import { Random } from '../../property/random.ts';

export function memoryOf(pages: number): Memory {
  return new Memory(plainStorage(pages * PAGE), pages * PAGE);
}

export function diskOf(sectors: number): GuestDisk {
  return new GuestDisk(new MemoryDisk(new Uint8Array(sectors * 512)));
}

/** A sender of `units` and what receives from it at once, into `others`, which are in `memory`. */
export function joined(units: Units, others: Units, memory: Memory) {
  const keep = new Keep(new MemoryShelf(), 'keep');
  const receiver = new UnitReceiver(others, keep, memory.bytes);
  const dirty = new Set<number>();
  /** Whether the guest runs at the receiver already (post-copy). */
  const there = { runs: false };
  const sender = new UnitSender(units, dirty, ({ frame, length, release }) => {
    const batch = frame.subarray(FRAME_HEADER, FRAME_HEADER + length);
    if (there.runs) receiver.takeMissing(batch);
    else receiver.take(batch);
    release();
    return length;
  });
  return { sender, receiver, dirty, keep, there };
}

export const all = (units: Units) => Array.from({ length: units.count }, (_, unit) => unit);

/** Writes to units, of a few kinds of contents, which differ in one word that the sketch may not see. */
export function writerOf(units: Units, random: Random): (unit: number) => void {
  const kinds = Array.from({ length: 1 + random.below(12) }, () => ({
    at: random.below(UNIT / 4),
    value: random.below(3),
  }));
  return (unit) => {
    const { at, value } = random.pick(kinds);
    const contents = new Int32Array(UNIT / 4);
    contents[at] = value;
    units.write(unit, new Uint8Array(contents.buffer));
  };
}

/** Copies units in rounds while they are written to; what went wrong, or undefined. */
export function copied(seed: number): string | undefined {
  const random = new Random(seed);
  const [memory, other] = [memoryOf(150), memoryOf(150)];
  const [units, others] = [new Units(memory, diskOf(44)), new Units(other, diskOf(44))];
  const { sender, receiver, dirty, keep, there } = joined(units, others, other);
  const write = writerOf(units, random);
  let todo = all(units);
  for (const unit of todo) write(unit);
  for (let round = 0; round < 4; round++) {
    const later = round === 3 ? [] : all(units).filter(() => random.oneIn(4));
    sender.expect(todo);
    for (const [at, unit] of todo.entries()) {
      // In the middle of the round the guest goes on.
      if (at === todo.length >> 1)
        for (const changed of later) {
          write(changed);
          dirty.add(changed);
        }
      if (!dirty.has(unit)) sender.add(unit);
    }
    sender.flush();
    dirty.clear();
    todo = later;
  }
  if (receiver.missing !== 0) return `${receiver.missing} units never came`;
  if (receiver.digest() !== sender.digest()) return 'their ledgers differ';
  const differs = (unit: number, contents: Uint8Array) => Buffer.compare(contents, units.read(unit)) !== 0;
  const wrong = all(units).find((unit) => differs(unit, others.read(unit)));
  if (wrong !== undefined) return `unit ${wrong} is another`;
  const lost = all(units).find((unit) => unit < units.pages && differs(unit, keep.readUnit(unit)));
  if (lost !== undefined) return `unit ${lost} is not kept`;
  // Now the guest runs there and writes to a unit, which comes once more, as it was.
  there.runs = true;
  units.write(0, new Uint8Array(UNIT).fill(7));
  others.write(0, new Uint8Array(UNIT).fill(9));
  sender.add(0);
  sender.flush();
  return others.read(0)[0] === 9 ? undefined : 'what the guest wrote to unit 0 was overwritten';
}

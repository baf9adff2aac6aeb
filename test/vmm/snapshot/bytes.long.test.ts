/** Snapshots as bytes: what the library has where there are no files. */
import { describe, expect, it } from 'vitest';
import { assemble } from '../../../assembler/index.ts';
import { CollectingConsole } from '../../../isa/machine/devices/console.ts';
import { MemoryDisk } from '../../../isa/machine/devices/disk.ts';
import { readImage } from '../../../isa/machine/image.ts';
import { type Variant, variantNamed } from '../../../isa/table/variants.ts';
import { createGuest, type CreateGuestOptions } from '../../../vmm/monitor/create-guest.ts';
import { readSnapshot, restoreSnapshot, takeSnapshot } from '../../../vmm/snapshot/bytes.ts';
import { Store } from '../../../vmm/snapshot/store.ts';
import { MemoryFiles } from './memory-files.ts';

/** Adds up what it reads from the console, into memory and to the disk, and prints each sum. */
const text = `
        .equ CONSOLE, 0x10
_start: la   s0, sum
        li   s1, CONSOLE
        li   s2, 6
next:   in   t0, s1
        lw   t1, (s0)
        add  t1, t1, t0
        sw   t1, (s0)
        out  s1, t1
        addi s2, s2, -1
        bnez s2, next
        li   t0, 1
        out  t0, t1
        .data
sum:    .word 0
`;
const image = readImage(assemble([{ name: 'sum.s', text }]).elf);
const memory = 2 ** 18;

function guestOf(options: CreateGuestOptions = {}) {
  const terminal = new CollectingConsole('\x01\x02\x03\x04\x05\x06');
  const contents = new Uint8Array(5000).fill(7);
  const disk = new MemoryDisk(contents);
  const guest = createGuest({ image, memory, console: terminal, disk, engine: 'interpreter', ...options });
  return { guest, disk, terminal };
}

const ways = [
  'none',
  'trap-and-emulate',
  'interpret',
  'binary-translation',
  'trap-and-emulate/binary-translation',
];

describe('A snapshot as bytes', () => {
  const whole = guestOf();
  const end = whole.guest.run();

  it.each(ways.flatMap((from) => ways.map((to) => [from, to] as const)))(
    'taken under %s is restored under %s, and the guest goes on as if nothing had been',
    (from, to) => {
      const taken = guestOf({ monitor: from });
      taken.guest.run(20);
      taken.disk.write(3, new Uint8Array(512).fill(9));
      const bytes = takeSnapshot(taken.guest);
      taken.guest.run();
      const restored = guestOf({ monitor: to });
      restored.guest.run(5);
      restoreSnapshot(restored.guest, bytes);
      expect(restored.guest.machine.steps).toBe(20);
      expect(restored.disk.bytes[3 * 512]).toBe(9);
      expect(restored.disk.bytes[2 * 512]).toBe(7);
      expect(restored.guest.run()).toEqual(end);
      expect(restored.guest.machine.steps).toBe(whole.guest.machine.steps);
      expect(restored.guest.machine.memory.bytes).toEqual(whole.guest.machine.memory.bytes);
    },
  );

  it('says which machine it is of', () => {
    const { guest } = guestOf({ variant: variantNamed('ring32-x') });
    guest.run(11);
    expect(readSnapshot(takeSnapshot(guest, 'early'))).toEqual({
      name: 'early',
      variant: variantNamed('ring32-x'),
      memory,
      sectors: 10,
      steps: 11,
    });
  });

  it('is the file that a folder of snapshots has', () => {
    const { guest } = guestOf();
    guest.run(20);
    const files = new MemoryFiles();
    files.makeFolder();
    files.put('folder/early.snap', takeSnapshot(guest, 'early'));
    const opened = new Store('folder', files).open('early');
    expect(opened.description.state.steps).toBe(20);
  });

  it('is refused when a byte of it is another, and the guest is then as it was', () => {
    const { guest } = guestOf();
    guest.run(20);
    const bytes = takeSnapshot(guest);
    const before = takeSnapshot(guest);
    for (const at of [0, 9, 40, 100, bytes.length - 4000, bytes.length - 1]) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] as number) ^ 1;
      expect(() => restoreSnapshot(guest, damaged), `byte ${at}`).toThrow(/^the snapshot: /);
    }
    expect(() => restoreSnapshot(guest, bytes.subarray(0, -1))).toThrow('cut short');
    expect(takeSnapshot(guest)).toEqual(before);
  });

  it('is refused by another machine', () => {
    const bytes = takeSnapshot(guestOf().guest);
    const other = (options: CreateGuestOptions) => () => restoreSnapshot(guestOf(options).guest, bytes);
    const mine: Variant = { name: 'ring32-v', unprivileged: new Set(['retf']), cpuid: 0 };
    expect(other({ variant: mine })).toThrow(
      'the snapshot: it is of another machine: its processor is ring32-v',
    );
    expect(other({ memory: 2 ** 17 })).toThrow('it has 262144 bytes of memory');
    expect(other({ disk: undefined })).toThrow('it has 10 sectors of disk');
  });
});

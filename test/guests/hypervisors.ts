/** The three kinds of monitor (guests/hypervisors/) with a guest, and that guest on the bare machine. */
import { expect, it } from 'vitest';
import type { EngineName } from '../../isa/engines/engine.ts';
import { CollectingConsole } from '../../isa/machine/devices/console.ts';
import { MemoryDisk } from '../../isa/machine/devices/disk.ts';
import type { Image } from '../../isa/machine/image.ts';
import { parseVariant } from '../../isa/table/variants.ts';
import { upperHalf, withGuest } from '../../vmm/guest/with-guest.ts';
import { createGuest } from '../../vmm/monitor/create-guest.ts';
import { parseExpectations } from './expectations.ts';
import { fillSectors, guestText, imageOf } from './run.ts';

export const kinds = ['type-1', 'hybrid', 'type-2'] as const;
const variant = parseVariant(guestText('hypervisors/ring32-g.json'));

/** Bytes of the guest's memory, and as many for the monitor: what `ringlab run` gives them. */
const guestMemory = 2 ** 23;

interface Run {
  readonly console: string;
  readonly memory: Uint8Array;
}

const { disk = [], input } = parseExpectations(guestText('kernel/kernel.s'));

/** Runs an image to its end, with the teaching kernel's disk and input. */
function run(image: Image, memory: number, engine: EngineName): Run {
  const console = new CollectingConsole(input);
  const sectors = new MemoryDisk(Buffer.from(fillSectors(disk).join(''), 'latin1'));
  const guest = createGuest({ image, memory, monitor: 'none', engine, variant, console, disk: sectors });
  const stop = guest.run(20_000_000);
  expect(stop.kind).toBe('power');
  return { console: console.text, memory: guest.machine.memory.bytes };
}

/** What a monitor says that was given no guest. */
export function withoutGuest(kind: string): string {
  return run(imageOf(`hypervisors/${kind}.s`), guestMemory, 'interpreter').console;
}

/**
 * A guest under a monitor. What the monitor prints beside the guest's lines is left out: the counts at its end, and what its kernel
 * says before and after.
 */
function underMonitor(kind: string, guest: string, engine: EngineName) {
  const image = withGuest(imageOf(`hypervisors/${kind}.s`), imageOf(guest), upperHalf(2 * guestMemory));
  const { console, memory } = run(image, 2 * guestMemory, engine);
  const [before = '', counts = ''] = console.split('monitor: ');
  const [, exits, toUser] = /^(\d+) exits, (\d+) of them to user space\n/.exec(counts) ?? [];
  const printed = kind === 'type-1' ? before : before.replace(/^kernel: {2}ring 0.*\n/, '');
  return { printed, exits: `${exits}, ${toUser}`, memory: Buffer.from(memory.subarray(guestMemory)) };
}

/** The cells of the README's table for a guest: exits, and how many of them go to user space, by kind. */
function told(guest: string): readonly string[] {
  const rows = [...guestText('hypervisors/README.md').matchAll(/^\| `([\w/-]+\.s)` +\| +(.*) \|$/gm)];
  const [, , cells = ''] = rows.find(([, name]) => name === guest) ?? [];
  return cells.split('|').map((cell) => cell.trim());
}

/** The tests of one guest. */
export function hypervisorTests(guest: string): void {
  const alone = run(imageOf(guest), guestMemory, 'interpreter');

  it.each(kinds)('prints and computes under %s what it does on the bare machine, in both engines', (kind) => {
    const slow = underMonitor(kind, guest, 'interpreter');
    expect(slow.printed).toBe(alone.console);
    expect(slow.memory.equals(alone.memory)).toBe(true);
    expect(slow.exits).toBe(told(guest)[kinds.indexOf(kind)]);
    const fast = underMonitor(kind, guest, 'fast');
    expect([fast.printed, fast.exits, fast.memory.equals(slow.memory)]).toEqual([
      slow.printed,
      slow.exits,
      true,
    ]);
  });
}

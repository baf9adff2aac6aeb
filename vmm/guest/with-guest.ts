/**
 * An image of a monitor that is a guest itself, with a guest of its own in its memory: what a boot loader does for a
 * monitor. guests/minivisor/ is such a monitor.
 *
 *     0                              memory / 2                       memory
 *     | the monitor, and its frames | the guest's memory, from its 0 |
 *
 * The monitor learns of it from three words at its symbol `allocation`: where its guest's memory begins and how many bytes
 * it has, and the guest's first pc.
 */
import { type Image, ImageError, type Segment } from '../../isa/machine/image.ts';
import { PAGE } from '../../isa/machine/storage.ts';

/** The symbol's name. */
const symbolName = 'allocation';

/** A guest's part of its monitor's memory: address and bytes, whole pages. */
export interface GuestPlace {
  readonly at: number;
  readonly size: number;
}

/** Where the guest of a monitor is that has `memory` bytes: the upper half, in whole pages. */
export function upperHalf(memory: number): GuestPlace {
  const size = Math.floor(memory / 2 / PAGE) * PAGE;
  return { at: memory - size, size };
}

/**
 * The image of `monitor` with `guest` at its place. Throws ImageError if the monitor has no symbol `allocation`, or if
 * either of the two does not fit in its part.
 */
export function withGuest(monitor: Image, guest: Image, { at, size }: GuestPlace): Image {
  const allocation = monitor.symbols.find(({ name }) => name === symbolName)?.address;
  if (allocation === undefined)
    throw new ImageError(
      `it takes no guest: it has no symbol ${symbolName}, at which a monitor learns of its guest`,
    );
  mustFit(monitor, at, 'the monitor');
  mustFit(guest, size, 'the guest');
  const bytes = new Uint8Array(new Uint32Array([at, size, guest.entry]).buffer);
  return {
    ...monitor,
    segments: [
      ...monitor.segments,
      { address: allocation, bytes, size: bytes.length, writable: true, executable: false },
      ...guest.segments.map((segment): Segment => ({ ...segment, address: at + segment.address })),
    ],
  };
}

function mustFit({ segments }: Image, size: number, who: string): void {
  const end = Math.max(0, ...segments.map((segment) => segment.address + segment.size));
  if (end <= size) return;
  throw new ImageError(
    `${who} reaches address 0x${end.toString(16)}, and its part of memory has 0x${size.toString(16)} bytes: ` +
      'give the machine more with --memory',
  );
}

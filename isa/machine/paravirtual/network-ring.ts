/** The rings of the network device in one page that the guest and the monitor share: where they are in it. */

/** The most descriptors of each ring: two rings of them, and 16 bytes before, are on a page. */
export const NET_RING_MOST = 127;

/** Bytes of a descriptor. */
const DESCRIPTOR_BYTES = 16;

/** Offset of the word IDLE, which is 1 while the device rests. */
export const NET_IDLE = 0;

/** Physical addresses of the two rings in the page at `page`, with `count` descriptors each. */
export function ringsIn(
  page: number,
  count: number,
): { readonly transmit: number; readonly receive: number } {
  const transmit = page + DESCRIPTOR_BYTES;
  return { transmit, receive: transmit + count * DESCRIPTOR_BYTES };
}

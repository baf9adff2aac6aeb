/** Ethernet frames as far as a switch and a reader of logs look into them. */

export const BROADCAST = Uint8Array.of(255, 255, 255, 255, 255, 255);

/** Kinds of frame that ringlab sends or treats specially: the EtherType. */
export const KIND = {
  /** IEEE 802 local experimental: the kind that the guests in guests/ use. */
  EXPERIMENT: 0x88b5,
  /** Reverse ARP: with it a host announces that a guest is here now, as QEMU does. */
  RARP: 0x8035,
} as const;

/** Bytes of a frame before its payload. */
const headerBytes = 14;

export function destinationOf(frame: Uint8Array): Uint8Array {
  return frame.subarray(0, 6);
}

export function sourceOf(frame: Uint8Array): Uint8Array {
  return frame.subarray(6, 12);
}

export function kindOf(frame: Uint8Array): number {
  return ((frame[12] as number) << 8) | (frame[13] as number);
}

/** Whether an address is that of a group of stations: bit 0 of its first byte. */
export function isGroup(address: Uint8Array): boolean {
  return ((address[0] as number) & 1) !== 0;
}

/** `02:00:00:00:00:01` */
export function formatAddress(address: Uint8Array): string {
  return [...address].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** Six bytes from `02:00:00:00:00:01`; undefined if the text is not the address of a single station. */
export function parseAddress(text: string): Uint8Array | undefined {
  if (!/^[\da-f]{2}(:[\da-f]{2}){5}$/i.test(text)) return undefined;
  const address = Uint8Array.from(text.split(':'), (byte) => Number.parseInt(byte, 16));
  return isGroup(address) || address.every((byte) => byte === 0) ? undefined : address;
}

/** The address of guest number `n` (from 1) of a network: locally administered. */
export function addressNumber(n: number): Uint8Array {
  return Uint8Array.of(2, 0, 0, (n >>> 16) & 255, (n >>> 8) & 255, n & 255);
}

/** The gratuitous announcement that a station is here now: a reverse ARP request about itself, sent to all. */
export function announcement(address: Uint8Array): Uint8Array {
  const frame = new Uint8Array(60);
  frame.set(BROADCAST, 0);
  frame.set(address, 6);
  // Kind; hardware Ethernet, protocol IP, address lengths 6 and 4, operation 3 (RFC 903).
  frame.set([KIND.RARP >>> 8, KIND.RARP & 255, 0, 1, 8, 0, 6, 4, 0, 3], 12);
  frame.set(address, 22);
  frame.set(address, 32);
  return frame;
}

/** The payload of a frame as text of at most `most` characters; a byte that is not printable becomes a dot. */
export function formatPayload(frame: Uint8Array, most: number): string {
  const shown = frame.subarray(headerBytes, headerBytes + most);
  return [...shown].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
}

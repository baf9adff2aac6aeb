/**
 * Virtual LANs (IEEE 802.1Q): a network that shares a switch with others and does not hear them. Inside a switch a frame has
 * no tag; its VLAN is beside it. On the way between switches, and in captures, a frame of a VLAN has a tag:
 *
 *     destination, source (12 bytes), 0x8100, priority and VLAN (2 bytes), the rest of the frame
 */
import { joined } from '../../isa/machine/bytes.ts';
import { kindOf } from './frame.ts';

/** The network of whoever is in no VLAN. Its frames have no tag. */
export const UNTAGGED = 0;
/** VLANs are numbered from 1; 4095 is reserved. */
const VLAN = { MIN: 1, MAX: 4094 } as const;

const TPID = 0x8100;
export const TAG_BYTES = 4;
const addressesBytes = 12;

export function isTagged(frame: Uint8Array): boolean {
  return kindOf(frame) === TPID;
}

/** The frame as it is between switches. */
export function tagged(frame: Uint8Array, vlan: number): Uint8Array {
  if (vlan === UNTAGGED) return frame;
  const tag = Uint8Array.of(TPID >>> 8, TPID & 255, vlan >>> 8, vlan & 255);
  return joined([frame.subarray(0, addressesBytes), tag, frame.subarray(addressesBytes)]);
}

/** The frame without its tag, and its VLAN; undefined if it is of none that there can be. A tag with the number 0 gives a frame only a priority. */
export function untagged(
  frame: Uint8Array,
): { readonly frame: Uint8Array; readonly vlan: number } | undefined {
  if (!isTagged(frame)) return { frame, vlan: UNTAGGED };
  if (frame.length < addressesBytes + TAG_BYTES + 2) return undefined;
  const vlan = (((frame[14] as number) & 15) << 8) | (frame[15] as number);
  if (vlan > VLAN.MAX) return undefined;
  const rest = frame.subarray(addressesBytes + TAG_BYTES);
  return { frame: joined([frame.subarray(0, addressesBytes), rest]), vlan };
}

/** The VLANs of a switch or host by the names of their port groups. */
export type PortGroups = ReadonlyMap<string, number>;

const groupPattern = /^([A-Za-z][\w.-]{0,63})=(\d{1,4})$/;

/** Port groups from text like `red=5,blue=6`; a string says what is wrong. */
export function parseGroups(text: string): PortGroups | string {
  const groups = new Map<string, number>();
  for (const part of text.split(',')) {
    const [, name = '', number = ''] = groupPattern.exec(part) ?? [];
    const vlan = Number(number);
    if (name === '' || vlan < VLAN.MIN || vlan > VLAN.MAX)
      return `${part}: expected a name and the number of a VLAN from ${VLAN.MIN} to ${VLAN.MAX}, like red=5`;
    if (groups.has(name)) return `${name} is there twice`;
    groups.set(name, vlan);
  }
  return groups;
}

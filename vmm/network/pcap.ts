/**
 * Captures of frames in the format of libpcap, which Wireshark and tcpdump read: a header, and then each frame with its time
 * (https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html). Frames of a VLAN have their tag.
 */
import { viewOf } from '../../isa/machine/bytes.ts';
import { FRAME } from '../../isa/machine/devices/network.ts';
import { TAG_BYTES, tagged, UNTAGGED } from './vlan.ts';

/** Times are in microseconds. */
const magic = 0xa1b2c3d4;
const ethernet = 1;

/** The beginning of a capture. */
export function captureHeader(): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = viewOf(bytes);
  view.setUint32(0, magic, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, FRAME.MAX + TAG_BYTES, true);
  view.setUint32(20, ethernet, true);
  return bytes;
}

/** A frame of a capture, `at` microseconds after its beginning. */
export function capturedFrame(at: number, frame: Uint8Array, vlan: number = UNTAGGED): Uint8Array {
  const contents = tagged(frame, vlan);
  const bytes = new Uint8Array(16 + contents.length);
  const view = viewOf(bytes);
  view.setUint32(0, Math.floor(at / 1e6), true);
  view.setUint32(4, Math.floor(at % 1e6), true);
  view.setUint32(8, contents.length, true);
  view.setUint32(12, contents.length, true);
  bytes.set(contents, 16);
  return bytes;
}

/** A frame that passes a switch as a line of a log. */
import { destinationOf, formatPayload, isGroup, kindOf } from '../vmm/network/frame.ts';
import type { Passing, Station } from '../vmm/network/switch.ts';
import { UNTAGGED } from '../vmm/network/vlan.ts';

/** Columns of a terminal. */
const columns = 80;

/** `      1184 web-client > web-server  88b5   92 ......GET`: when it left, from whom, to whom, its kind, length, contents. */
export function formatPassing(
  when: string,
  from: Station,
  { frame, vlan }: Passing,
  to: readonly Station[],
): string {
  const everybody = (vlan ?? UNTAGGED) === UNTAGGED ? 'everybody' : `all of VLAN ${vlan}`;
  const whom = isGroup(destinationOf(frame)) ? everybody : to.map(({ name }) => name).join(', ') || 'nobody';
  const head = `${when.padStart(10)} ${`${from.name} > ${whom}`.padEnd(26)} `;
  const kind = kindOf(frame).toString(16).padStart(4, '0');
  const tail = `${kind} ${String(frame.length).padStart(4)} `;
  return head + tail + formatPayload(frame, Math.max(columns - head.length - tail.length, 8));
}

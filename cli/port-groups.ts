/** Port groups: VLANs by name, and the guests that are plugged into them. */
import { parseGroups, type PortGroups } from '../vmm/network/vlan.ts';
import { usage } from './failure.ts';

/** Of an option. Throws a Failure. */
export function groupsOf(text: string | undefined, option = '--groups'): PortGroups {
  if (text === undefined) return new Map();
  const groups = parseGroups(text);
  if (typeof groups === 'string') throw usage(`${option} ${text}: ${groups}`);
  return groups;
}

/** The VLAN of a port group. Throws a Failure. */
function vlanOf(groups: PortGroups, name: string, option: string): number {
  const vlan = groups.get(name);
  if (vlan !== undefined) return vlan;
  const there = groups.size === 0 ? 'there is none' : `there are ${[...groups.keys()].join(', ')}`;
  throw usage(`${option}: no port group ${name}; ${there} (--groups ${name}=NUMBER)`);
}

/** The VLAN of each guest, from text like `a=red,b=blue`. Throws a Failure. */
export function plugsOf(
  text: string | undefined,
  groups: PortGroups,
  guests: readonly string[],
): ReadonlyMap<string, number> {
  const plugs = new Map<string, number>();
  for (const part of text?.split(',') ?? []) {
    const [guest = '', group, more] = part.split('=');
    if (group === undefined || more !== undefined)
      throw usage(`--plug ${part}: expected GUEST=GROUP, like client=red`);
    if (!guests.includes(guest))
      throw usage(`--plug ${part}: no guest ${guest}; there are ${guests.join(', ')}`);
    plugs.set(guest, vlanOf(groups, group, `--plug ${part}`));
  }
  return plugs;
}

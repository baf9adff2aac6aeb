/**
 * A host's virtual switch and its guests' ports, which follow the host's events (host.ts): a guest that arrives is
 * announced; while it stands still for a migration, its frames wait; when it has left, they follow it; when it stays
 * after all, it gets them.
 */
import type { HostedGuest } from './hosted-guest.ts';
import type { HostEvents } from './host.ts';
import { GuestPort } from '../network/guest-port.ts';
import { Switch } from '../network/switch.ts';
import { type PortGroups, UNTAGGED } from '../network/vlan.ts';

/** What of a hosted guest its port needs. */
export type NetworkGuest = Pick<HostedGuest, 'spec' | 'deliver' | 'onFrame'>;

export class HostNetwork {
  readonly switch: Switch;
  /** To be among the host's events. */
  readonly events: Required<Pick<HostEvents, 'arrived' | 'left' | 'source'>> = {
    arrived: (guest) => this.#arrived(guest),
    left: (guest) => this.#left(guest),
    source: (source) => this.#stands(source.guest, source.stopsGuest),
  };
  readonly #groups: PortGroups;
  readonly #ports = new Map<NetworkGuest, GuestPort>();

  /** `joined`: the switch, if it is there already; `groups`: its VLANs by name. */
  constructor(joined = new Switch(), groups: PortGroups = new Map()) {
    this.switch = joined;
    this.#groups = groups;
  }

  /** Where a guest is plugged in; undefined for one that has no network or is not here. */
  portOf(guest: NetworkGuest): GuestPort | undefined {
    return this.#ports.get(guest);
  }

  /** Says anew where all guests are, to a switch that was just joined. */
  announce(): void {
    for (const port of this.#ports.values()) if (port.state === 'running') port.announce();
  }

  #arrived(guest: NetworkGuest): void {
    const { network, name, group } = guest.spec;
    if (network === null) return;
    const vlan = group === undefined ? UNTAGGED : this.#groups.get(group);
    // A host that was started again without that group: the guest is on no network rather than on another one.
    if (vlan === undefined) return;
    const port = new GuestPort(this.switch, network, name, vlan);
    this.#ports.set(guest, port);
    guest.onFrame = (frame) => port.send(frame, 0);
    this.#run(guest, port);
    port.announce();
  }

  #run(guest: NetworkGuest, port: GuestPort): void {
    port.run({
      deliver: (frame) => {
        guest.deliver(frame);
        return true;
      },
    });
  }

  /** The guest is stopped, or goes on: it is told once or several times. */
  #stands(guest: NetworkGuest, still: boolean): void {
    const port = this.#ports.get(guest);
    if (port === undefined) return;
    if (still && port.state === 'running') port.hold();
    else if (!still && port.state === 'held') this.#run(guest, port);
  }

  #left(guest: NetworkGuest): void {
    this.#ports.get(guest)?.depart();
    this.#ports.delete(guest);
  }
}

/**
 * Which machines should move: to even out the load, to empty a host, or to need fewer hosts; and whether the pool could
 * still lose its largest host. Pure functions, as place.ts: each answer says why.
 */
import { FieldError } from '../wire/schema.ts';
import type { PoolView, WantRecord } from './records.ts';
import {
  choose,
  explain,
  loadOf,
  needOf,
  type Rack,
  rackOf,
  type RackHost,
  type Tenancy,
  tenancy,
  withGuest,
} from './place.ts';

export interface PlannedMove {
  readonly vm: string;
  readonly from: string;
  readonly to: string;
  readonly why: string;
}

/** Moves, and the machines that should move and cannot, with the reasons. */
export interface MovePlan {
  readonly moves: readonly PlannedMove[];
  readonly stuck: ReadonlyMap<string, string>;
}

/** Points between the highest and the lowest load that are even enough. */
const evenPoints = 20;
/** Milliseconds that a machine is left alone after a change. */
const restMs = 60_000;

/** Machines of a host that can move now. */
function movable(view: PoolView, host: RackHost): readonly Tenancy[] {
  return host.guests.filter(({ name }) => {
    const vm = view.vm.get(name)?.data;
    return vm?.host === host.address && isMovable(vm.state) && !view.move.has(name);
  });
}

const isMovable = (state: string): boolean => state === 'RUNNING' || state === 'HELD';

/** The rack without a machine on a host. */
function withoutGuest(rack: Rack, address: string, name: string): Rack {
  const host = rack.get(address);
  if (host === undefined) return rack;
  return new Map(rack).set(address, { ...host, guests: host.guests.filter((guest) => guest.name !== name) });
}

/** Where every machine of `from` would go. Those of high priority are placed first, and of them the large ones. */
function evacuate(
  wants: PoolView['want'],
  rack: Rack,
  from: string,
  guests: readonly Tenancy[],
  why: string,
  rank?: string,
) {
  const moves: PlannedMove[] = [];
  const stuck = new Map<string, string>();
  let left = new Map(rack);
  left.delete(from);
  for (const guest of guests.toSorted(largeFirst)) {
    const want = wants.get(guest.name)?.data as WantRecord;
    const need = needOf(guest.name, rank === undefined ? want : { ...want, rank });
    const to = choose(left, need);
    if (to === undefined) stuck.set(guest.name, explain(left, need));
    else {
      moves.push({ vm: guest.name, from, to, why });
      left = new Map(withGuest(left, to, guest));
    }
  }
  return { moves, stuck, left };
}

const largeFirst = (a: Tenancy, b: Tenancy): number =>
  b.priority - a.priority || b.memory - a.memory || b.cpu - a.cpu || (a.name < b.name ? -1 : 1);

/** A machine's move that a user asks for: to that host, or the best. Throws a FieldError that says why there is none. */
export function userMove(view: PoolView, name: string, to?: string): PlannedMove {
  const [vm, want] = [view.vm.get(name)?.data, view.want.get(name)?.data];
  if (vm?.host == null || want === undefined || !isMovable(vm.state))
    throw new FieldError(`it is ${vm?.state ?? 'not there'}; what is RUNNING or HELD can move`);
  if (to === vm.host) throw new FieldError(`it is on ${to} already`);
  if (view.move.has(name)) throw new FieldError(`it is to move to ${view.move.get(name)?.data.to} already`);
  const others = [...rackOf(view)].filter(([address]) => address !== vm.host);
  const rack = new Map(others.filter(([address]) => to === undefined || address === to));
  const need = needOf(name, want, { ...vm, exclude: [] });
  const chosen = choose(rack, need);
  if (chosen !== undefined) return { vm: name, from: vm.host, to: chosen, why: 'its user asked' };
  throw new FieldError(
    rack.size > 0 ? explain(rack, need) : to === undefined ? 'there is no other host' : `${to} is not there`,
  );
}

/** How a host is emptied. Throws FieldError for an expression that is wrong. */
export function drainPlan(view: PoolView, address: string): MovePlan {
  const rack = rackOf(view);
  const host = rack.get(address);
  if (host === undefined) return { moves: [], stuck: new Map() };
  return evacuate(view.want, rack, address, movable(view, host), `${address} is being drained`);
}

/**
 * The moves that even out the load, of each the smallest machine that does: one from a host, two at a time in the pool. A
 * machine that has just come rests. `now`: milliseconds since 1970.
 */
export function balancePlan(view: PoolView, now: number): MovePlan {
  const moves: PlannedMove[] = [];
  let rack = rackOf(view);
  const under = [...view.move.keys()].length;
  for (let n = under; n < 2; n++) {
    const move = nextBalance(view, rack, now, new Set(moves.map(({ from }) => from)));
    if (move === undefined) break;
    moves.push(move);
    const guest = rack.get(move.from)?.guests.find(({ name }) => name === move.vm) as Tenancy;
    rack = withGuest(withoutGuest(rack, move.from, move.vm), move.to, guest);
  }
  return { moves, stuck: new Map() };
}

function nextBalance(
  view: PoolView,
  rack: Rack,
  now: number,
  done: ReadonlySet<string>,
): PlannedMove | undefined {
  const hosts = [...rack.values()]
    .filter(({ node }) => node.state === 'on')
    .toSorted((a, b) => loadOf(b) - loadOf(a));
  const [busiest, idlest] = [hosts[0], hosts.at(-1)];
  if (!busiest || !idlest || done.has(busiest.address)) return undefined;
  const spread = loadOf(busiest) - loadOf(idlest);
  if (spread <= evenPoints) return undefined;
  const guests = movable(view, busiest).toSorted((a, b) => a.cpu - b.cpu || (a.name < b.name ? -1 : 1));
  for (const guest of guests) {
    const vm = view.vm.get(guest.name)?.data;
    if (vm === undefined || now - vm.since < restMs || guest.cpu === 0) continue;
    const after = withGuest(withoutGuest(rack, busiest.address, guest.name), idlest.address, guest);
    const loads = hosts.map(({ address }) => loadOf(after.get(address) as RackHost));
    if (Math.max(...loads) - Math.min(...loads) >= spread) continue;
    const want = view.want.get(guest.name)?.data as WantRecord;
    const only = new Map([[idlest.address, idlest]]);
    if (choose(only, needOf(guest.name, want)) === undefined) continue;
    const why = `${busiest.address} has ${Math.round(loadOf(busiest))} % load, ${idlest.address} ${Math.round(loadOf(idlest))} %`;
    return { vm: guest.name, from: busiest.address, to: idlest.address, why };
  }
  return undefined;
}

export interface Consolidation extends MovePlan {
  /** Hosts that have machines, before and after. */
  readonly before: number;
  readonly after: number;
  readonly machines: number;
  /** The hosts that become empty. */
  readonly emptied: readonly string[];
}

/** Empties hosts into others, the least loaded first, as long as all that is on one fits elsewhere. */
export function consolidationPlan(view: PoolView): Consolidation {
  let rack: Rack = new Map([...rackOf(view)].filter(([, { node }]) => node.state === 'on'));
  const inUse = [...rack.values()].filter(({ guests }) => guests.length > 0);
  const moves: PlannedMove[] = [];
  const emptied: string[] = [];
  const filled = new Set<string>();
  for (const { address } of inUse.toSorted((a, b) => a.guests.length - b.guests.length)) {
    const host = rack.get(address) as RackHost;
    // What has come by this plan does not move on, and no empty host is filled.
    if (filled.has(address) || movable(view, host).length < host.guests.length) continue;
    const open = [...rack].filter(([, { guests }]) => guests.length > 0);
    const plan = evacuate(
      view.want,
      new Map(open),
      address,
      host.guests,
      `${address} is to become empty`,
      'packing',
    );
    if (plan.stuck.size > 0) continue;
    moves.push(...plan.moves);
    for (const { to } of plan.moves) filled.add(to);
    emptied.push(address);
    rack = plan.left;
  }
  const machines = new Set(inUse.flatMap(({ guests }) => guests.map(({ name }) => name))).size;
  const before = inUse.length;
  return { moves, stuck: new Map(), before, after: before - emptied.length, machines, emptied };
}

/**
 * Whether the pool, with machines that are new or other than they were, could lose the host whose highly available machines
 * take the most memory; otherwise why not. undefined = it could.
 */
export function admit(view: PoolView, machines: ReadonlyMap<string, WantRecord>): string | undefined {
  let rack = rackOf(view);
  const wants = new Map(view.want);
  for (const [name, want] of machines) {
    for (const address of rack.keys()) rack = withoutGuest(rack, address, name);
    const to = want.ha === 'off' ? undefined : choose(rack, needOf(name, want));
    if (to !== undefined) rack = withGuest(rack, to, tenancy(name, want));
    wants.set(name, { data: want, revision: 0, lease: null });
  }
  const isSpared = [...machines.values()].every(({ ha }) => ha === 'off');
  return isSpared ? undefined : withoutLargest(wants, rack);
}

/** The same of the pool when a host has been emptied. */
export function admitDrain(view: PoolView, address: string): string | undefined {
  const host = rackOf(view).get(address);
  if (host === undefined) return undefined;
  const { left } = evacuate(view.want, rackOf(view), address, movable(view, host), '');
  return withoutLargest(view.want, left);
}

/** Why a rack could not lose the host whose highly available machines take the most memory; undefined = it could. */
function withoutLargest(wants: PoolView['want'], rack: Rack): string | undefined {
  const needy = (host: RackHost) => host.guests.filter(({ ha }) => ha !== 'off');
  const weight = (host: RackHost) => needy(host).reduce((total, { memory }) => total + memory, 0);
  const [largest] = [...rack.values()].toSorted((a, b) => weight(b) - weight(a));
  if (largest === undefined || rack.size === 1) return undefined;
  const { stuck } = evacuate(wants, rack, largest.address, needy(largest), '');
  const [first] = stuck.keys();
  return first === undefined ? undefined : `if ${largest.address} were lost, ${first} would fit nowhere`;
}

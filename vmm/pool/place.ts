/**
 * Which host a machine goes to: those that can have it (filter), the best of them by its rank, and of equals the first by
 * address. Pure functions of what is known of hosts and machines; each says why.
 */
import { variantFrom } from '../../isa/table/variants.ts';
import { parseAddress } from '../network/frame.ts';
import { incompatible } from '../migration/compatibility.ts';
import { type GuestSpec, STATE_VERSION } from '../wire/messages.ts';
import { type Facts, parseRank, parseRequirement } from './expression.ts';
import type { HostRecord, NodeRecord, PoolView, VmRecord, WantRecord } from './records.ts';

/** A machine on a host, as far as it matters to others. */
export interface Tenancy {
  readonly name: string;
  readonly memory: number;
  readonly cpu: number;
  readonly priority: number;
  readonly ha: WantRecord['ha'];
}

/** A host with what is on it, and what was decided to come to it. */
export interface RackHost {
  readonly address: string;
  readonly record: HostRecord;
  readonly node: NodeRecord;
  readonly guests: readonly Tenancy[];
}

/** The hosts that are there, by address. */
export type Rack = ReadonlyMap<string, RackHost>;

const sum = (guests: readonly Tenancy[], of: 'memory' | 'cpu') =>
  guests.reduce((total, guest) => total + guest[of], 0);

export const usedMemory = ({ guests }: RackHost): number => sum(guests, 'memory');
/** In percent of the host's processor. */
const usedCpu = ({ guests }: RackHost): number => sum(guests, 'cpu');
/** In percent of what it has. */
export const loadOf = (host: RackHost): number => (100 * usedCpu(host)) / host.record.cpu;

/** What a machine takes of a host. */
export function tenancy(name: string, { memory, cpu, priority, ha }: WantRecord): Tenancy {
  return { name, memory, cpu, priority, ha };
}

/** The hosts that are there. A machine that moves, or is to move, takes room on both hosts. */
export function rackOf(view: PoolView): Rack {
  const guests = new Map<string, Tenancy[]>();
  const add = (address: string, guest: Tenancy) =>
    guests.set(address, [...(guests.get(address) ?? []), guest]);
  for (const [name, { data: vm }] of view.vm) {
    const want = view.want.get(name)?.data;
    if (want === undefined || vm.host === null) continue;
    add(vm.host, tenancy(name, want));
    const to = view.move.get(name)?.data.to;
    if (to !== undefined && to !== vm.host) add(to, tenancy(name, want));
  }
  const rack = new Map<string, RackHost>();
  for (const address of [...view.host.keys()].toSorted()) {
    const [record, node] = [view.host.get(address)?.data, view.node.get(address)?.data];
    if (record && node) rack.set(address, { address, record, node, guests: guests.get(address) ?? [] });
  }
  return rack;
}

/** The rack with a machine more on a host. */
export function withGuest(rack: Rack, address: string, guest: Tenancy): Rack {
  const host = rack.get(address);
  if (host === undefined) return rack;
  return new Map(rack).set(address, { ...host, guests: [...host.guests, guest] });
}

export interface HostVerdict {
  readonly address: string;
  /** Why the machine cannot be there; undefined = it can. */
  readonly reason: string | undefined;
  readonly rank: number;
}

/** What a machine needs, and where it has failed before. */
export interface Need {
  readonly name: string;
  readonly want: WantRecord;
  readonly exclude: readonly string[];
}

export function needOf(name: string, want: WantRecord, vm?: VmRecord): Need {
  return { name, want, exclude: vm?.exclude ?? [] };
}

/** All labels of all nodes: the names that expressions may use. */
function labelsOf(rack: Rack): ReadonlySet<string> {
  return new Set([...rack.values()].flatMap(({ node }) => Object.keys(node.labels)));
}

/** What each host says to the machine; those that can have it first, the best first. Throws FieldError for an expression. */
export function judge(rack: Rack, need: Need): readonly HostVerdict[] {
  const labels = labelsOf(rack);
  const rank = parseRank(need.want.rank, labels);
  const requirement = parseRequirement(need.want.requirements, labels);
  const verdicts = [...rack.values()].map((host) => {
    const facts = factsOf(host);
    const reason =
      unfit(host, need) ??
      (requirement(facts) ? undefined : `does not meet the requirements: ${need.want.requirements}`);
    return { address: host.address, reason, rank: rank(facts) };
  });
  return verdicts.toSorted(
    (a, b) =>
      Number(a.reason !== undefined) - Number(b.reason !== undefined) ||
      b.rank - a.rank ||
      (a.address < b.address ? -1 : 1),
  );
}

/** The best host for the machine; undefined = it fits nowhere. Throws FieldError. */
export function choose(rack: Rack, need: Need): string | undefined {
  const best = judge(rack, need)[0];
  return best?.reason === undefined ? best?.address : undefined;
}

/** Why a machine fits nowhere: a line for each host. */
export function explain(rack: Rack, need: Need): string {
  if (rack.size === 0) return 'there is no host in the pool';
  return judge(rack, need)
    .map(({ address, reason }) => `${address}: ${reason ?? 'fits'}`)
    .join('\n');
}

function unfit(host: RackHost, { name, want, exclude }: Need): string | undefined {
  const { node, record, address } = host;
  if (node.state !== 'on') return `is ${node.state}`;
  if (node.condemned === record.instance) return 'is being fenced';
  if (exclude.includes(address)) return 'could not start it before; `vm retry` tries again';
  if (want.network !== null && !record.network) return 'is on no network (--network), and the machine is';
  const wrong = incompatible(specOf(name, want), STATE_VERSION, { ...offerOf(record) });
  if (wrong !== undefined) return wrong;
  const free = record.memory - usedMemory(host);
  return want.memory > free
    ? `has ${Math.floor(free / 2 ** 20)} MiB of memory free, it needs ${want.memory / 2 ** 20}`
    : undefined;
}

const devices = ['console', 'disk', 'network', 'paravirtual', 'context'];

function offerOf({ variant, monitor, translateUser }: HostRecord) {
  return { variant: variantFrom(variant), monitor, translateUser, devices };
}

/** The machine as hosts know it. */
export function specOf(name: string, { variant, memory, context, disk, network }: WantRecord): GuestSpec {
  const machine = {
    sectors: disk?.sectors ?? 0,
    disk: disk?.name ?? null,
    diskIdentity: null,
    network: network === null ? null : (parseAddress(network) ?? null),
  };
  return {
    name,
    variant,
    memory,
    ...machine,
    devices: ['console', 'disk', 'network', ...(context === undefined ? [] : ['context'])],
  };
}

const mebibytes = (bytes: number) => bytes / 2 ** 20;

function factsOf(host: RackHost): Facts {
  const { record, node, guests, address } = host;
  const [memory, cpu] = [usedMemory(host), usedCpu(host)];
  return new Map<string, number | string>([
    ...Object.entries(node.labels),
    ['FREE_MEM', mebibytes(record.memory - memory)],
    ['USED_MEM', mebibytes(memory)],
    ['MAX_MEM', mebibytes(record.memory)],
    ['FREE_CPU', record.cpu - cpu],
    ['USED_CPU', cpu],
    ['MAX_CPU', record.cpu],
    ['RUNNING_VMS', guests.length],
    ['HOST', address],
    ['ISA', record.variant.name],
    ['MONITOR', record.monitor],
    ['PRIORITY', node.labels.PRIORITY ?? 0],
  ]);
}

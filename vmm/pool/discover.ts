/**
 * What there is in a pool, before somebody changes it: hosts and machines with their load and history, a category for each
 * machine, and candidates for consolidation. As the first step of a consolidation of servers: discover and inventory,
 * categorize, then plan.
 */
import { consolidationPlan } from './balance.ts';
import { loadOf, rackOf, usedMemory } from './place.ts';
import type { PoolView, VmRecord, WantRecord } from './records.ts';
import { stateRow } from './states.ts';
import { sumUsage } from './usage.ts';

/** idle and busy: of machines that run, by what was measured; unmeasured: it has run for too short a time. */
type Category =
  | 'idle'
  | 'moderate'
  | 'busy'
  | 'unmeasured'
  | 'stands still'
  | 'on its way'
  | 'off'
  | 'in trouble'
  | 'over';

/** Percent of a processor below which a machine that runs is idle, and from which it is busy. */
const idleBelow = 10;
const busyFrom = 50;

export interface FoundMachine {
  readonly name: string;
  readonly category: Category;
  readonly state: string;
  readonly host: string | null;
  readonly memory: number;
  /** Percent of a processor: expected, and measured (null = not yet). */
  readonly expected: number;
  readonly measured: number | null;
  /** Milliseconds on hosts so far, and hosts that it was given to. */
  readonly ms: number;
  readonly placements: number;
  readonly image: string;
  readonly tenant: string;
}

export interface FoundHost {
  readonly address: string;
  readonly state: string;
  readonly machines: number;
  readonly memory: number;
  readonly usedMemory: number;
  /** Load that is expected, in percent of what the host has. */
  readonly expected: number;
  /** Percent of a processor: at the last look, on average and at most; null = nothing was measured yet. */
  readonly measured: {
    readonly now: number;
    readonly mean: number;
    readonly most: number;
    readonly ms: number;
  } | null;
}

export interface Discovery {
  readonly hosts: readonly FoundHost[];
  readonly machines: readonly FoundMachine[];
  /** What could be consolidated, a sentence each. */
  readonly candidates: readonly string[];
}

/** `now`: milliseconds since 1970. */
export function discover(view: PoolView, now: number): Discovery {
  const machines = machinesOf(view, now);
  const hosts = hostsOf(view);
  return { hosts, machines, candidates: [...emptied(view), ...alike(machines), ...modest(machines)] };
}

function hostsOf(view: PoolView): readonly FoundHost[] {
  return [...rackOf(view).values()].map((host) => {
    const samples = view.load.get(host.address)?.data.samples ?? [];
    const [first, last] = [samples[0], samples.at(-1)];
    const cpus = samples.map(({ cpu }) => cpu);
    return {
      address: host.address,
      state: host.node.state,
      machines: host.guests.length,
      memory: host.record.memory,
      usedMemory: usedMemory(host),
      expected: Math.round(loadOf(host)),
      measured:
        first && last
          ? {
              now: Math.round(last.cpu),
              mean: Math.round(cpus.reduce((sum, cpu) => sum + cpu, 0) / cpus.length),
              most: Math.round(Math.max(...cpus)),
              ms: last.at - first.at,
            }
          : null,
    };
  });
}

function machinesOf(view: PoolView, now: number): readonly FoundMachine[] {
  const used = new Map(sumUsage(view, 'vm').map((line) => [line.name, line]));
  const measured = new Map(
    [...view.load.values()].flatMap(({ data }) => data.guests.map(({ name, cpu }) => [name, cpu] as const)),
  );
  return [...view.vm]
    .flatMap(([name, { data: vm }]) => {
      const want = view.want.get(name)?.data;
      return want === undefined ? [] : [found(name, vm, want, measured.get(name) ?? null)];
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));

  function found(name: string, vm: VmRecord, want: WantRecord, cpu: number | null): FoundMachine {
    const isHere = vm.host !== null;
    const { ms, placements } = used.get(name) ?? { ms: 0, placements: 0 };
    return {
      name,
      category: categoryOf(vm, cpu),
      state: vm.state,
      host: vm.host,
      memory: want.memory,
      expected: want.cpu,
      measured: isHere && cpu !== null ? Math.round(cpu) : null,
      ms: ms + (isHere ? Math.max(0, now - vm.since) : 0),
      placements: Math.max(placements, vm.epoch),
      image: want.image,
      tenant: want.tenant,
    };
  }
}

function categoryOf({ state, host }: VmRecord, cpu: number | null): Category {
  if (state === 'RUNNING') {
    if (cpu === null) return 'unmeasured';
    return cpu < idleBelow ? 'idle' : cpu < busyFrom ? 'moderate' : 'busy';
  }
  if (state === 'HELD') return 'stands still';
  if (state === 'DONE') return 'over';
  if (state === 'STOPPED' || state === 'OFF') return 'off';
  if (state === 'UNKNOWN' || state === 'FAILED') return 'in trouble';
  return stateRow(state).deadlineMs !== null || host === null ? 'on its way' : 'stands still';
}

// ---- Candidates ----

/** Hosts whose machines fit elsewhere. */
function emptied(view: PoolView): readonly string[] {
  const { emptied: hosts, before, after, moves } = consolidationPlan(view);
  if (hosts.length === 0) return [];
  const names = hosts.join(', ');
  return [
    `${names} can be empty: ${before} hosts with machines become ${after}, by ${moves.length} moves; there are as many machines to manage as before (physical consolidation)`,
  ];
}

/** Idle machines of one image and one tenant. */
function alike(machines: readonly FoundMachine[]): readonly string[] {
  const groups = new Map<string, FoundMachine[]>();
  for (const machine of machines) {
    if (machine.category !== 'idle') continue;
    const key = JSON.stringify([machine.image, machine.tenant]);
    groups.set(key, [...(groups.get(key) ?? []), machine]);
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => {
      const sum = group.reduce((total, { measured }) => total + (measured ?? 0), 0);
      const names = group.map(({ name }) => name).join(', ');
      return `${names} have the same image and owner, and use ${sum} % of a processor together: one of them might do the work of all (logical consolidation)`;
    });
}

/** Machines that expect far more than they use: they take room from others on paper. */
function modest(machines: readonly FoundMachine[]): readonly string[] {
  return machines
    .filter(
      ({ measured, expected }) => measured !== null && expected >= 2 * idleBelow && measured * 4 < expected,
    )
    .map(
      ({ name, measured, expected }) =>
        `${name} expects ${expected} % of a processor, and uses ${measured} %`,
    );
}

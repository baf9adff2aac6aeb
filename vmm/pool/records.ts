/**
 * What is in a pool's store. Values are checked when they are read, for other programs can write there.
 *
 *     want/VM      what its user wants of a machine               written by commands
 *     vm/VM        what a machine is                              written by the manager, or the agent of its host
 *     host/ADDR    a host that is there; goes with its lease      written by that host's agent
 *     node/ADDR    what stays of a host when it is gone           written by commands, its agent, and the manager
 *     move/VM      that a machine is to move                      written by commands and the manager
 *     appliance/NAME/VERSION  what machines are made from         written by commands; never changed
 *     usage/VM/N   what a machine used, N = when that began       written with each change of vm/VM
 *     load/ADDR    what a host's machines make it do, measured; goes with its lease     written by that host
 *     manager      which host's agent is the manager now; goes with that host's lease
 */
import { CONTEXT_MAX } from '../../isa/machine/devices/context.ts';
import {
  type Checked,
  flag,
  integer,
  list,
  nullable,
  oneOf,
  optional,
  real,
  record,
  type Shape,
  step,
  unsigned,
} from '../wire/schema.ts';
import { address, text, variantShape } from '../wire/messages.ts';
import { applianceShape, type ApplianceRecord, applianceText, sumText } from './appliances.ts';
import { vmStates } from './states.ts';
import type { Json, PoolEntries, PoolEntry } from './store.ts';

const epoch = integer(0, 2 ** 31);
/** Milliseconds since 1970, for people: nothing is decided by them but leases with an end. */
const time = step;
const instance = text(64);
const sentence = text(600);

const wantShape = record({
  v: oneOf(1),
  /** What it starts from: the SHA-256 of an image that is in the pool. */
  image: text(64),
  variant: variantShape,
  /** Bytes. */
  memory: unsigned,
  /** Load that it is expected to make, in percent of a host's processor. */
  cpu: integer(0, 10_000),
  requirements: text(1000),
  rank: text(1000),
  priority: integer(-1000, 1000),
  /** After its host is lost: it goes on where it was, is booted anew, or is left off. */
  ha: oneOf('replay', 'boot', 'off'),
  /** When it powers itself off: it is left so, is released, or is booted again. */
  onOff: oneOf('keep', 'done', 'restart'),
  run: oneOf('running', 'held', 'stopped', 'done'),
  /** Grows with each `vm start` and `vm retry`. */
  order: integer(0, 2 ** 31),
  /** Whether it runs always, or only when it is started, or a time of the day has come. */
  policy: orElse(oneOf('always', 'on-demand'), 'always'),
  /** on-demand: these times, in minutes of the day (UTC); and milliseconds without work after which it is stopped; null = never. */
  at: orElse(list(integer(0, 1439), 0, 100), []),
  idle: orElse(nullable(step), null),
  /** When its lease ends; null = never. */
  until: nullable(time),
  /** What happens then. */
  onEnd: oneOf('stop', 'done'),
  tenant: text(64),
  /** A file that all hosts reach by that name, as its disk; its sectors. */
  disk: orElse(nullable(record({ name: text(1024), sectors: integer(1, 2 ** 28) })), null),
  /** What is given to its console when it starts: the SHA-256 of an image. */
  input: orElse(nullable(text(64)), null),
  /** Its address on the network of its hosts, like 02:70:00:00:00:07. */
  network: orElse(nullable(text(17, /^[\da-f]{2}(:[\da-f]{2}){5}$/)), null),
  /** The settings that the machine can read, as lines KEY='value'; missing = it has no context. */
  context: optional(text(CONTEXT_MAX)),
  /** The appliance that it was made from, NAME@VERSION; missing = from a program. */
  appliance: optional(applianceText),
  /** Images whose segments are put into memory after those of the image, in this order. */
  patches: optional(list(sumText, 0, 64)),
  /** The saved machine that it goes on from at its first boot; missing = it starts from its image. */
  state: optional(sumText),
});
type FullWant = Checked<typeof wantShape>;
type Optional = 'context' | 'appliance' | 'patches' | 'state';
/** What a machine is to be, as its user wants it. */
export type WantRecord = Omit<FullWant, Optional> & Partial<Pick<FullWant, Optional>>;

const historyLine = record({
  at: time,
  state: oneOf(...vmStates),
  host: nullable(address),
  reason: sentence,
});

const vmShape = record({
  v: oneOf(1),
  state: oneOf(...vmStates),
  host: nullable(address),
  /** Which life of the host's process has it. */
  instance: nullable(instance),
  /** How often it was given to a host. */
  epoch,
  /** Since when it is in this state, on this host. */
  since: time,
  /** Errors since it was last asked for. */
  tries: integer(0, 1000),
  reason: sentence,
  /** Hosts on which it could not be started. */
  exclude: list(address, 0, 100),
  /** UNKNOWN: its state before. */
  before: nullable(oneOf(...vmStates)),
  /** What it goes on from: the host that had it last, or the pool; null = its image. */
  from: nullable(record({ kind: oneOf('keep', 'saved'), host: nullable(address), epoch })),
  /** want.order when it was last started. */
  order: integer(0, 2 ** 31),
  history: list(historyLine, 0, 32),
});
export type VmRecord = Checked<typeof vmShape>;

const hostShape = record({
  v: oneOf(1),
  instance,
  variant: variantShape,
  monitor: text(200),
  translateUser: flag,
  /** Bytes for guests. */
  memory: step,
  /** In percent of a processor. */
  cpu: integer(1, 1_000_000),
  /** Whether it is plugged into a network. */
  network: orElse(flag, false),
});
export type HostRecord = Checked<typeof hostShape>;

/** As cli/hosting/process-identity.ts has it: enough to kill that process and no other. */
const processShape = record({
  pid: integer(0, 2 ** 31),
  start: nullable(text(64)),
  boot: nullable(text(64)),
  machine: text(256),
  namespace: nullable(text(256)),
});
export type PoolProcess = Checked<typeof processShape>;

const nodeShape = record({
  v: oneOf(1),
  /** off: as draining, and nobody minds that it is gone. */
  state: oneOf('on', 'draining', 'off'),
  labels: labelsShape,
  /** The life of its process that was registered last, and that process. */
  instance: nullable(instance),
  process: nullable(processShape),
  /** That life may not come back: it is being fenced. */
  condemned: nullable(instance),
  /** That life is certainly over. */
  fenced: nullable(instance),
});
export type NodeRecord = Checked<typeof nodeShape>;

const moveShape = record({ v: oneOf(1), to: address, why: sentence });
export type MoveRecord = Checked<typeof moveShape>;

const usageShape = record({
  v: oneOf(1),
  tenant: text(64),
  host: nullable(address),
  state: oneOf(...vmStates),
  from: time,
  to: time,
  memory: unsigned,
  /** Instructions executed; null = it was lost with the host, and counts with what follows. */
  steps: nullable(step),
});
export type UsageRecord = Checked<typeof usageShape>;

/** A look at a host: percent of one processor, machines, and bytes that they have. */
const loadSample = record({ at: time, cpu: real, machines: step, memory: step });
export type LoadSample = Checked<typeof loadSample>;

const loadShape = record({
  v: oneOf(1),
  /** The earliest first. */
  samples: list(loadSample, 0, 240),
  /** Percent of one processor, by machine, at the last look. */
  guests: list(record({ name: text(64), cpu: real }), 0, 10_000),
});
export type LoadRecord = Checked<typeof loadShape>;

const managerShape = record({ v: oneOf(1), address });

/** A field that older records do not have. */
function orElse<T>(shape: Shape<T>, otherwise: T): Shape<T> {
  return (value, at) => (value === undefined ? otherwise : shape(value, at));
}

/** Names of letters, digits and _, with a number each. */
function labelsShape(value: unknown, at: string): Readonly<Record<string, number>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return record<Record<string, number>>({})(value, at);
  return Object.fromEntries(
    Object.entries(value).map(([name, given]) => [name, real(given, `${at}.${name}`)]),
  );
}

const poolShapes = {
  want: wantShape,
  vm: vmShape,
  host: hostShape,
  node: nodeShape,
  move: moveShape,
  usage: usageShape,
  load: loadShape,
  appliance: applianceShape,
} as const;
type Kind = keyof typeof poolShapes;

/** A record, and the revision at which it was read. */
export interface Kept<T> {
  readonly data: T;
  readonly revision: number;
  readonly lease: string | null;
}

/** The pool as somebody has read it. */
export class PoolView {
  readonly want: ReadonlyMap<string, Kept<WantRecord>>;
  readonly vm: ReadonlyMap<string, Kept<VmRecord>>;
  readonly host: ReadonlyMap<string, Kept<HostRecord>>;
  readonly node: ReadonlyMap<string, Kept<NodeRecord>>;
  readonly move: ReadonlyMap<string, Kept<MoveRecord>>;
  readonly usage: ReadonlyMap<string, Kept<UsageRecord>>;
  readonly load: ReadonlyMap<string, Kept<LoadRecord>>;
  /** By NAME/VERSION. */
  readonly appliance: ReadonlyMap<string, Kept<ApplianceRecord>>;
  readonly manager: Kept<{ readonly address: string }> | undefined;

  /** Throws FieldError for a value that is none of ours. */
  constructor(entries: PoolEntries) {
    this.want = recordsOf(entries, 'want');
    this.vm = recordsOf(entries, 'vm');
    this.host = recordsOf(entries, 'host');
    this.node = recordsOf(entries, 'node');
    this.move = recordsOf(entries, 'move');
    this.usage = recordsOf(entries, 'usage');
    this.load = recordsOf(entries, 'load');
    this.appliance = recordsOf(entries, 'appliance');
    const manager = entries.get('manager');
    this.manager = manager && { ...manager, data: managerShape(manager.value, 'manager') };
  }

  /** The revision of a key's record, 0 if there is none. */
  revision(kind: Kind, name: string): number {
    return this[kind].get(name)?.revision ?? 0;
  }
}

const views = new WeakMap<PoolEntries, PoolView>();

/** The pool as these entries have it, which do not change any more; the same view for the same entries. Throws FieldError. */
export function viewOf(entries: PoolEntries): PoolView {
  const view = views.get(entries) ?? new PoolView(entries);
  views.set(entries, view);
  return view;
}

/** What was checked already: most of a pool is as it was read before. */
const checked = new WeakMap<PoolEntry, Kept<unknown>>();

function recordsOf<K extends Kind>(
  entries: PoolEntries,
  kind: K,
): Map<string, Kept<ReturnType<(typeof poolShapes)[K]>>> {
  const shape = poolShapes[kind] as Shape<ReturnType<(typeof poolShapes)[K]>>;
  const found = new Map<string, Kept<ReturnType<(typeof poolShapes)[K]>>>();
  for (const [key, entry] of entries) {
    if (!key.startsWith(`${kind}/`)) continue;
    const { value, revision, lease } = entry;
    const kept = (checked.get(entry) ?? { data: shape(value, key), revision, lease }) as Kept<
      ReturnType<(typeof poolShapes)[K]>
    >;
    checked.set(entry, kept);
    found.set(key.slice(kind.length + 1), kept);
  }
  return found;
}

/** A record as a store takes it. */
export function json(data: object): Json {
  return data as Json;
}

/** What a machine is to be where its user says nothing else: all of a want but the machine itself. */
export const usualWant: Omit<WantRecord, 'image' | 'variant' | 'memory'> = {
  v: 1,
  cpu: 10,
  requirements: '',
  rank: 'striping',
  priority: 0,
  ha: 'replay',
  onOff: 'keep',
  run: 'running',
  order: 0,
  policy: 'always',
  at: [],
  idle: null,
  until: null,
  onEnd: 'stop',
  tenant: 'nobody',
  disk: null,
  input: null,
  network: null,
};

export const newVm: VmRecord = {
  v: 1,
  state: 'PENDING',
  host: null,
  instance: null,
  epoch: 0,
  since: 0,
  tries: 0,
  reason: '',
  exclude: [],
  before: null,
  from: null,
  order: 0,
  history: [],
};

export const newNode: NodeRecord = {
  v: 1,
  state: 'on',
  labels: {},
  instance: null,
  process: null,
  condemned: null,
  fenced: null,
};

/** One migration with one fault at one stage on one side, and what became of the guest. */
import type { Host } from '../../../vmm/hosting/host.ts';
import type { Stage } from '../../../vmm/migration/stages.ts';
import type { Movable } from './busy.ts';
import { Killed, patience, policies, World } from './world.ts';

export const faults = ['kill', 'cut', 'stall', 'corrupt', 'reorder', 'duplicate', 'refuse'] as const;
export type FaultName = (typeof faults)[number];

const hosts = { source: 'a:1', target: 'b:1' } as const;
type Side = keyof typeof hosts;

export interface Trial {
  readonly guest: Movable;
  readonly stage: Stage;
  readonly side: Side;
  readonly fault: FaultName;
  readonly policy: string;
  /** Byte of the chunk that is damaged. */
  readonly byte?: number;
}

/** Where the guest is in the end: it stayed, or it moved. Throws an Error that says what is wrong. */
export type Outcome = 'stayed' | 'moved';

/** A world in which the guest has run for a while on the first of two hosts. */
function prepared({ image, ...parts }: Movable): World {
  const world = new World();
  world.host(hosts.source);
  world.host(hosts.target);
  world.start(hosts.source, 'busy', image, { ...parts, input: 'hello' });
  for (let n = 0; n < 20; n++) {
    if (n === 10) world.feed('busy', 'early');
    world.step();
  }
  return world;
}

export function runTrial({ guest, stage, side, fault, policy, byte = 0 }: Trial): Outcome {
  const world = prepared(guest);
  let isDone = false;
  const strike = (at: string, entered: Stage) => {
    if (isDone || at !== hosts[side] || entered !== stage) return;
    isDone = true;
    inject(world, fault, side, byte);
  };
  world.onSource = (source, at) => strike(at, source.stage);
  world.onTarget = (target, at) => strike(at, target.stage);
  if (stage === 'pre-migration' && side === 'target') {
    isDone = true;
    if (fault !== 'kill') inject(world, fault, side, byte);
    else world.kill(hosts.target);
  }
  begin(world, policy);
  if (!isDone) watch(world, () => isDone, `stage ${stage} never came`);
  settle(world);
  return outcome(world);
}

/** What the system says when something cannot be written. */
export const storageErrors = ['ENOSPC', 'EIO', 'EROFS', 'ENOENT'] as const;

/** Writes that fail: `times` of them, from the n-th during the migration on, whatever they are for. */
export interface FullDisk {
  readonly side: Side;
  readonly n: number;
  readonly times: number;
  readonly policy: string;
  readonly code: (typeof storageErrors)[number];
}

/**
 * As `runTrial`: writes fail on one side, and both hosts are killed after that; undefined = that side writes less. A guest
 * that cannot print waits until it can.
 */
export function runFullDisk(guest: Movable, { side, n, times, policy, code }: FullDisk): Outcome | undefined {
  const world = prepared(guest);
  let [writes, isFull] = [0, false];
  begin(world, policy);
  const host = world.hosts.get(hosts[side]) as Host;
  world.onWrite = (at, file) => {
    if (at !== hosts[side] || writes >= n + times) return;
    if (++writes < n || host.sources.size + host.targets.size === 0) return;
    isFull = true;
    throw Object.assign(new Error(`${code}: it cannot be written`), { syscall: 'write', code, file });
  };
  const isQuiet = () =>
    [...world.hosts.values()].every(({ sources, targets }) => sources.size + targets.size === 0);
  watch(world, isQuiet, 'the migration never ends');
  if (!isFull) return undefined;
  for (const address of Object.values(hosts)) world.kill(address);
  settle(world);
  return outcome(world);
}

/** As `runTrial`: the host on one side dies before its n-th write to its shelf; undefined = it writes less. */
export function runDeath(guest: Movable, side: Side, n: number, policy: string): Outcome | undefined {
  const world = prepared(guest);
  let [writes, isDead] = [0, false];
  world.onWrite = (at) => {
    if (at !== hosts[side] || isDead || ++writes < n) return;
    isDead = true;
    throw new Killed(at);
  };
  begin(world, policy);
  const isQuiet = () =>
    [...world.hosts.values()].every(({ sources, targets }) => sources.size + targets.size === 0);
  watch(world, () => isDead || isQuiet(), 'the migration never ends');
  if (!isDead) return undefined;
  settle(world);
  return outcome(world);
}

function begin(world: World, policy: string): void {
  try {
    (world.hosts.get(hosts.source) as Host).send('busy', hosts.target, policies[policy] as never);
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    world.kill(error.address);
  }
}

function inject(world: World, fault: FaultName, side: Side, byte: number): void {
  const at = hosts[side];
  switch (fault) {
    case 'kill':
      throw new Killed(at);
    case 'cut':
      // A turn later, so that at stage 0 there is something to cut.
      world.later(() => world.later(() => world.cut()));
      return;
    case 'stall':
      world.later(() => {
        world.stalled = true;
      });
      return;
    case 'corrupt':
      world.fault = once(at, (chunk) => {
        const place = byte % chunk.length;
        chunk[place] = (chunk[place] as number) ^ 1;
        return [chunk];
      });
      return;
    case 'duplicate':
      world.fault = once(at, (chunk) => [chunk, chunk.slice()]);
      return;
    case 'reorder':
      world.fault = swapped(at);
      return;
    case 'refuse':
      world.later(() => refuse(world, side));
      if (side === 'target') world.deaf.add(at);
      return;
    default:
      fault satisfies never;
  }
}

function once(at: string, change: (chunk: Uint8Array) => readonly Uint8Array[]) {
  let isDone = false;
  return (chunk: Uint8Array, from: string) => {
    if (isDone || from !== at) return [chunk];
    isDone = true;
    return change(chunk);
  };
}

function swapped(at: string) {
  let first: Uint8Array | undefined;
  let isDone = false;
  return (chunk: Uint8Array, from: string) => {
    if (isDone || from !== at) return [chunk];
    if (first === undefined) {
      first = chunk;
      return [];
    }
    isDone = true;
    return [chunk, first];
  };
}

function refuse(world: World, side: Side): void {
  const host = world.hosts.get(hosts[side]);
  const migrations = side === 'source' ? host?.sources : host?.targets;
  migrations?.get('busy')?.cancel('its user said so');
}

/** Steps until `done`; the guest has one owner all the while. */
function watch(world: World, done: () => boolean, otherwise: string, most = 6000): void {
  for (let n = 0; n < most; n++) {
    if (done()) return;
    world.step();
    const owners = world.owners('busy');
    if (owners.length !== 1) throw new Error(`owned by ${owners.join(' and ') || 'nobody'}`);
  }
  throw new Error(otherwise);
}

/** The world mends: who was killed is started again, who was unheard is heard. Until nothing is under way. */
function settle(world: World): void {
  let left = Math.ceil(patience * 1.5);
  watch(world, () => left-- === 0, 'time stands still');
  world.stalled = false;
  world.fault = undefined;
  world.onWrite = undefined;
  world.deaf.clear();
  for (const address of Object.values(hosts)) if (!world.hosts.has(address)) world.host(address);
  const isQuiet = () =>
    [...world.hosts.values()].every(({ sources, targets }) => sources.size + targets.size === 0);
  watch(world, isQuiet, 'the migration never ends');
}

/** Where the guest is; it must be as if nothing had happened, go on so, and be able to move again. */
function outcome(world: World): Outcome {
  const same = (when: string) => {
    const found = world.difference('busy');
    if (found !== undefined) throw new Error(`${when}: ${found}`);
  };
  const [owner] = world.owners('busy') as [string];
  watch(world, () => !world.guest('busy').repeats, 'it repeats for ever');
  const steps = world.guest('busy').machine.steps;
  same('afterwards');
  world.feed('busy', 'more');
  for (let n = 0; n < 40; n++) world.step();
  if (world.guest('busy').machine.steps <= steps) throw new Error('it does not run');
  same('later');
  const to = owner === hosts.source ? hosts.target : hosts.source;
  const again = (world.hosts.get(owner) as Host).send('busy', to, policies['pre-copy'] as never);
  watch(world, () => again.state !== 'under way', 'the second migration never ends');
  if (again.state !== 'moved') throw new Error(`it cannot move again: ${again.reason}`);
  for (let n = 0; n < 10; n++) world.step();
  same('after a second migration');
  return owner === hosts.source ? 'stayed' : 'moved';
}

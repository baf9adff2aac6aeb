/** What is tried on a simulated pool: random runs, and faults one by one. Each trial returns what it found to be wrong. */
import { seed } from '../../property/seed.ts';
import { Random } from '../../property/random.ts';
import { MiB } from './plain-want.ts';
import type { SimHost } from './sim-host.ts';
import { SimPool, stepMs, type Weakness } from './sim-pool.ts';

/** Milliseconds of a random run before everything is healed. */
const troubledMs = 90_000;
const machines = 5;

/** A random run: users and faults do what they like, then all is healed, and every machine must be what its user wants. */
export function randomRun(n: number, weakness: Weakness = {}, runSeed = seed): string | undefined {
  const random = new Random(runSeed, n);
  const pool = new SimPool(3, 8 * MiB, weakness);
  for (let step = 0; step < troubledMs / stepMs; step++) {
    if (random.oneIn(10)) disturb(pool, random);
    pool.step();
    if (pool.found.length > 0) return pool.found[0];
  }
  return heal(pool);
}

const modes = ['ok', 'cut', 'deaf', 'slow'] as const;

/** Something happens. */
function disturb(pool: SimPool, random: Random): void {
  const host = random.pick([...pool.hosts.values()]);
  const guest = `g${random.below(machines)}`;
  const want = pool.view.want.get(guest)?.data;
  const order = (want?.order ?? 0) + 1;
  switch (random.below(12)) {
    case 0:
    case 1:
      if (want === undefined)
        pool.create(guest, { ha: random.pick(['replay', 'replay', 'boot', 'off'] as const) });
      else pool.wish(guest, { run: 'running', order });
      return;
    case 2:
      pool.wish(guest, { run: random.pick(['held', 'stopped', 'running'] as const) });
      return;
    case 3:
      if (random.oneIn(3)) pool.wish(guest, { run: 'done' });
      return;
    case 4:
    case 5:
      if (want !== undefined) pool.move(guest, host.address);
      return;
    case 6:
      if (host.isAlive) host.kill();
      else host.restart();
      return;
    case 7:
      host.isPaused = host.isAlive && !host.isPaused;
      return;
    case 8:
      host.pausesBeforeOutput = host.isAlive;
      return;
    case 9:
      host.line.mode = random.pick(modes);
      return;
    case 10: {
      const other = random.pick([...pool.hosts.values()]);
      const pair = [host.address, other.address].toSorted().join(' ');
      if (!pool.apart.delete(pair)) pool.apart.add(pair);
      pool.commits = !random.oneIn(3);
      return;
    }
    default:
      if (random.oneIn(2)) pool.node(host.address, random.pick(['on', 'draining'] as const));
      else if (!pool.unreachable.delete(host.address)) pool.unreachable.add(host.address);
  }
}

/** Everything is repaired; returns what is not as its user wants within two minutes, or was wrong before. */
function heal(pool: SimPool): string | undefined {
  pool.apart.clear();
  pool.unreachable.clear();
  pool.commits = true;
  for (const host of pool.hosts.values()) {
    host.line.mode = 'ok';
    host.isPaused = false;
    host.pausesBeforeOutput = false;
    if (!host.isAlive) host.restart();
    pool.node(host.address, 'on');
  }
  // A machine that has failed is tried again, and one that is off is started.
  for (const [guest, { data }] of pool.view.want) pool.wish(guest, { order: data.order + 1 });
  const late = () => [...pool.view.want].flatMap(([guest, { data }]) => wrongState(pool, guest, data.run));
  // Leases of hosts that were lost just before have to end first.
  pool.run(30);
  pool.until(() => late().length === 0 || pool.found.length > 0, 120);
  return pool.found[0] ?? late()[0] ?? notPrinting(pool);
}

function wrongState(pool: SimPool, guest: string, run: string): string[] {
  const expected = { running: 'RUNNING', held: 'HELD', stopped: 'STOPPED', done: 'DONE' }[run];
  const { state, reason } = pool.vm(guest);
  // What was never started, or was off, has nothing to save; what is over stays over.
  const hasNothing = run === 'stopped' && (state === 'OFF' || state === 'FAILED');
  const isLeftOff = state === 'OFF' && pool.view.want.get(guest)?.data.ha === 'off';
  const isRight = state === expected || state === 'DONE' || hasNothing || isLeftOff;
  return isRight ? [] : [`${guest} is to be ${run}, and is ${state}: ${reason}`];
}

/** A machine that is said to run, and prints nothing. */
function notPrinting(pool: SimPool): string | undefined {
  const running = [...pool.view.vm]
    .filter(([, { data }]) => data.state === 'RUNNING')
    .map(([guest]) => guest);
  const before = new Map(running.map((guest) => [guest, pool.printed(guest)]));
  pool.run(3);
  const silent = running.find(
    (guest) => pool.vm(guest).state === 'RUNNING' && pool.printed(guest) === before.get(guest),
  );
  return pool.found[0] ?? (silent === undefined ? undefined : `${silent} is RUNNING and prints nothing`);
}

// ---- Faults one by one ----

/** A pool of three hosts on which `guest` runs, with the host that has it, and another. */
interface Scene {
  readonly pool: SimPool;
  readonly owner: SimHost;
  readonly other: SimHost;
}

function scene(weakness: Weakness = {}): Scene {
  const pool = new SimPool(3, 8 * MiB, weakness);
  pool.until(() => pool.view.manager !== undefined);
  // It runs on a host that is not the manager's, so that a fault of its host is no fault of the manager.
  for (let n = 0; n < 3; n++) pool.create(`g${n}`);
  pool.until(() => [...pool.view.vm.values()].every(({ data }) => data.state === 'RUNNING'));
  const manager = pool.view.manager?.data.address;
  const guest = theGuest(pool);
  const owner = pool.hosts.get(pool.vm(guest).host as string) as SimHost;
  const other = [...pool.hosts.values()].find(
    (host) => host !== owner && host.address !== manager,
  ) as SimHost;
  return { pool, owner, other };
}

/** The first guest on a host that is not the manager's. */
function theGuest(pool: SimPool): string {
  const manager = pool.view.manager?.data.address;
  const found = [...pool.view.vm].find(([, { data }]) => data.host !== null && data.host !== manager);
  return found?.[0] ?? 'g0';
}

/** Lets time pass until the machine runs again, and on. */
function comesBack({ pool }: Scene, seconds = 60): string | undefined {
  pool.run(seconds);
  const late = [...pool.view.vm].find(([, { data }]) => data.state !== 'RUNNING');
  return pool.found[0] ?? (late ? `${late[0]} is ${late[1].data.state}` : notPrinting(pool));
}

/** What is done to a pool, and what must be so after it. */
export const faults: Readonly<Record<string, (weakness?: Weakness) => string | undefined>> = {
  'a host is killed': (weakness) => {
    const on = scene(weakness);
    on.owner.kill();
    return comesBack(on);
  },
  'a host is stopped past its lease, and goes on': (weakness) => {
    const on = scene(weakness);
    on.owner.isPaused = true;
    on.pool.run(20);
    on.owner.isPaused = false;
    return comesBack(on);
  },
  'a host is stopped between its turn and its output, past its lease, and goes on': (weakness) => {
    const on = scene(weakness);
    on.owner.pausesBeforeOutput = true;
    on.pool.run(25);
    on.owner.isPaused = false;
    on.owner.step();
    return comesBack(on);
  },
  'a host is cut off from the store for longer than its lease': (weakness) => {
    const on = scene(weakness);
    on.owner.line.mode = 'cut';
    on.pool.run(25);
    on.owner.line.mode = 'ok';
    return comesBack(on);
  },
  'a host that nobody can fence is cut off from the store, and comes back': (weakness) => {
    const on = scene(weakness);
    on.pool.unreachable.add(on.owner.address);
    on.owner.line.mode = 'cut';
    on.pool.run(40);
    const { state } = on.pool.vm(theLost(on.pool));
    on.owner.line.mode = 'ok';
    return state === 'UNKNOWN' ? comesBack(on) : `it was ${state} while nobody knew of its host`;
  },
  'a host that nobody can fence, and that is to be empty, is cut off and comes back': (weakness) => {
    const on = scene(weakness);
    on.pool.unreachable.add(on.owner.address);
    on.pool.node(on.owner.address, 'draining');
    on.owner.line.mode = 'cut';
    on.pool.run(40);
    on.owner.line.mode = 'ok';
    return comesBack(on);
  },
  'a host that nobody can fence is killed and started again': (weakness) => {
    const on = scene(weakness);
    on.pool.unreachable.add(on.owner.address);
    on.owner.kill();
    on.pool.run(30);
    on.owner.restart();
    return comesBack(on);
  },
  'answers of the store are lost': (weakness) => {
    const on = scene(weakness);
    for (const host of on.pool.hosts.values()) host.line.mode = 'deaf';
    on.pool.run(5);
    for (const host of on.pool.hosts.values()) host.line.mode = 'ok';
    return comesBack(on);
  },
  'the store is gone for everybody': (weakness) => {
    const on = scene(weakness);
    for (const host of on.pool.hosts.values()) host.line.mode = 'cut';
    on.pool.run(30);
    for (const host of on.pool.hosts.values()) host.line.mode = 'ok';
    return comesBack(on);
  },
  "the manager's host is killed": (weakness) => {
    const on = scene(weakness);
    on.pool.hosts.get(on.pool.view.manager?.data.address ?? '')?.kill();
    return comesBack(on);
  },
  "the manager's host is stopped past its lease, and goes on": (weakness) => {
    const on = scene(weakness);
    const manager = on.pool.hosts.get(on.pool.view.manager?.data.address ?? '') as SimHost;
    manager.isPaused = true;
    on.pool.run(20);
    manager.isPaused = false;
    return comesBack(on);
  },
  'the source of a migration is cut off when the target is prepared': (weakness) => moving('cut', weakness),
  'the answer to the decision of a migration is lost': (weakness) => moving('deaf', weakness),
  'the answer to the decision of a migration is lost, and the line is soon good again': (weakness) =>
    moving('deaf', weakness, 3),
  'the decision of a migration arrives after it was given up': (weakness) => moving('slow', weakness),
  'the source of a migration is killed after the decision, before the target hears': (weakness) => {
    const on = scene(weakness);
    const guest = theGuest(on.pool);
    on.pool.commits = false;
    on.pool.move(guest, on.other.address);
    const isDecided = on.pool.until(() => on.pool.vm(guest).host === on.other.address);
    on.owner.kill();
    return isDecided ? comesBack(on) : 'it was not decided';
  },
  'a migration that was prepared comes to nothing, and the machine moves there later': (weakness) => {
    const { pool, owner, other } = scene(weakness);
    const guest = theGuest(pool);
    // A host without machines is not fenced when its lease ends, here while the source waits for the store's answer.
    const own = [...pool.view.vm].find(([, { data }]) => data.host === other.address)?.[0] ?? '';
    pool.wish(own, { run: 'done' });
    pool.until(() => pool.vm(own).state === 'DONE');
    other.line.mode = 'cut';
    pool.run(3);
    pool.move(guest, other.address);
    pool.until(() => owner.guests.get(guest)?.going?.left === 0);
    owner.line.mode = 'slow';
    const isPrepared = pool.until(() => other.guests.get(guest)?.motion === 'coming', 5);
    pool.until(() => !pool.view.host.has(other.address));
    // The source learns that it was not decided, and cannot tell the target.
    pool.apart.add([owner.address, other.address].toSorted().join(' '));
    owner.line.mode = 'ok';
    pool.until(() => pool.vm(guest).state === 'RUNNING');
    other.line.mode = 'ok';
    pool.run(20);
    pool.apart.clear();
    pool.move(guest, other.address);
    const hasMoved = pool.until(() => pool.vm(guest).host === other.address, 30);
    if (!isPrepared) return 'it was not prepared';
    return hasMoved ? notPrinting(pool) : 'it cannot move there any more';
  },
  'the target of a migration is killed before the decision': (weakness) => {
    const on = scene(weakness);
    const guest = theGuest(on.pool);
    on.pool.move(guest, on.other.address);
    on.pool.until(() => on.pool.vm(guest).state === 'MIGRATE');
    on.other.kill();
    return comesBack(on);
  },
  'the target of a migration is killed just after the decision': (weakness) => {
    const on = scene(weakness);
    const guest = theGuest(on.pool);
    on.pool.commits = false;
    on.pool.move(guest, on.other.address);
    const isDecided = on.pool.until(() => on.pool.vm(guest).host === on.other.address);
    on.other.kill();
    return isDecided ? comesBack(on) : 'it was not decided';
  },
  'as many machines as fit are created at once': (weakness) => {
    const on = scene(weakness);
    for (let n = 3; n < 24; n++) on.pool.create(`g${n}`, { rank: 'packing' });
    return comesBack(on, 10);
  },
  'a host cannot start machines': (weakness) => {
    const on = scene(weakness);
    on.pool.cannotStart.add(on.other.address);
    on.pool.create('new', { rank: 'packing', requirements: `HOST = "${on.other.address}"` });
    on.pool.run(10);
    const { state, reason } = on.pool.vm('new');
    if (state !== 'PENDING' || !reason.includes('could not start it')) return `it is ${state}: ${reason}`;
    on.pool.cannotStart.clear();
    on.pool.wish('new', { order: 1 });
    return comesBack(on);
  },
};

/** The machine whose host nobody has heard of. */
function theLost(pool: SimPool): string {
  const found = [...pool.view.vm].find(([, { data }]) => data.state === 'UNKNOWN');
  return found?.[0] ?? theGuest(pool);
}

/** A migration whose source's line fails in that manner at the decision, for longer than its lease. */
function moving(mode: 'cut' | 'deaf' | 'slow', weakness?: Weakness, seconds = 30): string | undefined {
  const on = scene(weakness);
  const guest = theGuest(on.pool);
  on.pool.move(guest, on.other.address);
  on.pool.until(() => on.owner.guests.get(guest)?.going?.left === 0);
  on.owner.line.mode = mode;
  on.pool.run(seconds);
  on.owner.line.mode = 'ok';
  return comesBack(on);
}

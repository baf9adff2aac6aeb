/**
 * What a migration must pass: copies, journeys, chains, faults and deaths. Each returns what went
 * wrong, or undefined. Mutants (mutants.ts) are put through the same.
 */
import type { Host } from '../../../vmm/hosting/host.ts';
import { type Stage, stageNames } from '../../../vmm/migration/stages.ts';
import type { Movable } from './busy.ts';
import { copied } from './copying.ts';
import { type FaultName, faults, runDeath, runTrial } from './faults.ts';
import { policies, World } from './world.ts';

export { policies };

const name = 'guest';

/** Moves the guest and returns what went wrong. */
function move(world: World, from: string, to: string, policy: string): string | undefined {
  const source = (world.hosts.get(from) as Host).send(name, to, policies[policy] as never);
  let owners = world.owners(name);
  const isOver = world.until(() => {
    owners = world.owners(name);
    return source.state !== 'under way' || owners.length !== 1;
  });
  if (owners.length !== 1) return `owned by ${owners.join(' and ') || 'nobody'}`;
  if (!isOver) return `it never ended, in stage ${source.stage}`;
  if (source.state === 'failed') return `it failed: ${source.reason}`;
  return owners[0] === to ? world.difference(name) : `it is on ${owners[0]}`;
}

/** Starts the guest on the first of some hosts and runs it for so many turns. */
function started({ image, ...parts }: Movable, hosts: readonly string[], turns: number, steps = 50): World {
  const world = new World({ steps });
  for (const host of hosts) world.host(host);
  world.start(hosts[0] as string, name, image, { ...parts, input: 'hello' });
  for (let n = 0; n < turns; n++) world.step();
  return world;
}

/** Runs on for so many turns, with a look at each `every` turns. */
function follow(world: World, turns: number, every: number): string | undefined {
  for (let n = 1; n <= turns; n++) {
    world.step();
    const found = n % every === 0 ? world.difference(name) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** One move, after so many turns, and what comes after. */
export function journey(guest: Movable, policy: string, turns: number, steps = 50): string | undefined {
  const world = started(guest, ['a:1', 'b:1'], turns, steps);
  world.feed(name, 'one');
  const moved = move(world, 'a:1', 'b:1', policy);
  if (moved !== undefined) return moved;
  const near = follow(world, 8, 1);
  if (near !== undefined) return near;
  world.feed(name, 'two');
  const far = follow(world, 60, 20);
  if (far !== undefined) return far;
  return world.shelves.get('a:1')?.list().length === 0 ? undefined : 'something of it is left behind';
}

/** A to B to C to A to B, by different policies. */
export function chain(guest: Movable): string | undefined {
  const world = started(guest, ['a:1', 'b:1', 'c:1'], 11);
  const hops = [
    ['a:1', 'b:1', 'pre-copy'],
    ['b:1', 'c:1', 'post-copy'],
    ['c:1', 'a:1', 'pre-copy'],
    ['a:1', 'b:1', 'xen'],
  ] as const;
  for (const [from, to, policy] of hops) {
    world.feed(name, 'hop');
    const found = move(world, from, to, policy) ?? follow(world, 23, 6);
    if (found !== undefined) return `from ${from} to ${to}: ${found}`;
  }
  return undefined;
}

/** Something that a migration is put through, as data. */
export type Test =
  | { readonly kind: 'copy'; readonly seed: number }
  | {
      readonly kind: 'journey';
      readonly guest: string;
      readonly policy: string;
      readonly turns: number;
      readonly steps: number;
    }
  | { readonly kind: 'chain'; readonly guest: string }
  | {
      readonly kind: 'fault';
      readonly policy: string;
      readonly stage: Stage;
      readonly side: Side;
      readonly fault: FaultName;
    }
  | { readonly kind: 'death'; readonly policy: string; readonly side: Side; readonly n: number };

type Side = 'source' | 'target';

const sides = ['source', 'target'] as const;

/** All of it, quick things first. Deaths go on until the host writes no more. */
function* allTests(guests: readonly string[]): Generator<Test, void, boolean> {
  for (let seed = 1; seed <= 10; seed++) yield { kind: 'copy', seed };
  for (const guest of guests) {
    for (const policy of Object.keys(policies))
      for (const steps of [50, 17])
        for (let turns = 20; turns < 30; turns++) yield { kind: 'journey', guest, policy, turns, steps };
    yield { kind: 'chain', guest };
  }
  for (const policy of ['pre-copy', 'post-copy', 'with storage']) {
    for (const stage of stageNames.filter((one) => policy !== 'post-copy' || one !== 'pre-copy'))
      for (const side of sides)
        for (const fault of faults) yield { kind: 'fault', policy, stage, side, fault };
    for (const side of sides) for (let n = 1; yield { kind: 'death', policy, side, n }; n++);
  }
}

/** Does it; what went wrong in words, or undefined. 'beyond': the death never came. */
export function runTest(test: Test, guests: Readonly<Record<string, Movable>>): string | undefined {
  const busy = guests.busy as Movable;
  try {
    switch (test.kind) {
      case 'copy':
        return copied(test.seed);
      case 'journey':
        return journey(guests[test.guest] as Movable, test.policy, test.turns, test.steps);
      case 'chain':
        return chain(guests[test.guest] as Movable);
      case 'fault':
        runTrial({ ...test, guest: busy, byte: 9 });
        return undefined;
      case 'death':
        return runDeath(busy, test.side, test.n, test.policy) === undefined ? 'beyond' : undefined;
      default:
        return test satisfies never;
    }
  } catch (error) {
    return (error as Error).message;
  }
}

/** Puts it through all; the first test that it does not pass, and what went wrong. */
export function hunt(
  guests: Readonly<Record<string, Movable>>,
): { readonly test: Test; readonly found: string } | undefined {
  const tests = allTests(Object.keys(guests));
  for (let next = tests.next(); !next.done; ) {
    const found = runTest(next.value, guests);
    if (found !== undefined && found !== 'beyond') return { test: next.value, found };
    next = tests.next(found !== 'beyond');
  }
  return undefined;
}

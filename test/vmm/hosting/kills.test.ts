/** Two hosts killed again and again, with and without a migration, on a disk that fills up. The same with processes: `npm run kills`. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../property/random.ts';
import { busy } from '../migration/busy.ts';
import { storageErrors } from '../migration/faults.ts';
import { Killed, policies, World } from '../migration/world.ts';

const hosts: readonly string[] = ['a:1', 'b:1'];
const name = 'guest';

/** Lets the world strike `kills` times; what went wrong, or undefined. */
function survive(seed: number, kills: number): string | undefined {
  const random = new Random(seed);
  const world = new World({ rebaseMs: 40 });
  for (const address of hosts) world.host(address);
  world.start('a:1', name, busy.image, { ...busy, input: 'hello' });
  for (let n = 0; n < kills; n++) {
    const at = `seed ${seed}, kill ${n}`;
    strike(world, random);
    for (const address of hosts) if (!world.hosts.has(address)) world.host(address);
    const owners = world.owners(name);
    if (owners.length !== 1) return `${at}: owned by ${owners.join(' and ') || 'nobody'}`;
    if (!world.until(() => isQuiet(world))) return `${at}: it never comes to rest`;
    if (n % 5 === 0) world.feed(name, String(n % 10));
    const found = world.difference(name);
    if (found !== undefined) return `${at}: ${found}`;
  }
  return undefined;
}

/** Perhaps a migration, perhaps a full disk, and a death of one host or both: between two turns, or at a write. */
function strike(world: World, random: Random): void {
  const victims = random.pick([['a:1'], ['b:1'], hosts]);
  const fullness = { from: random.below(60), to: 0 };
  fullness.to = fullness.from + random.below(40);
  const code = random.pick(storageErrors);
  const dying = random.below(2) === 0 ? 1 + random.below(80) : Number.POSITIVE_INFINITY;
  const [begun, isFilling] = [world.now, random.below(3) === 0];
  let writes = 0;
  world.onWrite = (host, file) => {
    writes += 1;
    if (writes >= dying && victims.includes(host)) throw new Killed(host);
    const turn = world.now - begun;
    if (isFilling && turn >= fullness.from && turn < fullness.to)
      throw Object.assign(new Error(code), { syscall: 'write', code, file });
  };
  if (random.below(2) === 0) migrate(world, random.pick(Object.keys(policies)));
  const turns = 20 + random.below(100);
  for (let n = 0; n < turns; n++) world.step();
  world.onWrite = undefined;
  for (const victim of victims) world.kill(victim);
}

function migrate(world: World, policy: string): void {
  const [owner] = world.owners(name) as [string];
  const to = hosts.find((address) => address !== owner) as string;
  try {
    world.hosts.get(owner)?.send(name, to, policies[policy] as never);
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    world.kill(error.address);
  }
}

/** Whether no migration is under way, and nothing is repeated or waited for. */
function isQuiet(world: World): boolean {
  const all = [...world.hosts.values()];
  if (all.some(({ sources, targets }) => sources.size + targets.size > 0)) return false;
  const slot = all.map(({ slots }) => slots.get(name)).find((one) => one?.entry?.phase === 'owned');
  return slot !== undefined && !slot.guest.repeats && !world.isBehind(name) && slot.trouble === undefined;
}

describe('A guest whose hosts are killed again and again', () => {
  it.each([1, 2, 3])(
    'has one owner, goes on as if nothing had happened, and prints each byte once (seed %i)',
    (seed) => {
      expect(survive(seed, 40)).toBeUndefined();
    },
  );
});

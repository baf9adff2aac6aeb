/**
 * Random guests, moved at a random step by every policy, among hosts that run guests in
 * every way that is right: at every later step as the guest that never moved. `SEED=… npm
 * test` repeats a run.
 */
import { describe, expect, it } from 'vitest';
import type { Host } from '../../../vmm/hosting/host.ts';
import {
  formatProgram,
  imageOf,
  type Program,
  randomProgram,
  shrink,
  sound,
  variantsNamed,
} from '../../property/index.ts';
import { memorySize, newDisk } from '../../property/program.ts';
import { Random } from '../../property/random.ts';
import { seed } from '../../property/seed.ts';
import { policies, World } from './world.ts';

interface Way {
  readonly monitor: string;
  readonly variants: readonly string[];
  readonly cases: number;
}

const ways: readonly Way[] = [
  { monitor: 'none', variants: ['ring32-v', 'ring32-x', 'ring32-h'], cases: 120 },
  ...sound.map(({ strategy, variants }) => ({
    monitor: strategy,
    variants,
    cases: 50,
  })),
];

const names = Object.keys(policies);

/** Case `n` in one way; what went wrong, or undefined. */
function attempt(program: Program, n: number, way: Way): string | undefined {
  const random = new Random(seed, n);
  const world = new World({ steps: 5 + random.below(50) });
  const { monitor, variants } = way;
  const name = variants[n % variants.length] as string;
  const [variant] = variantsNamed([name]);
  if (variant === undefined) throw new Error(`no variant ${name}`);
  const machinery = { variant, monitor, translateUser: name !== 'ring32-v' };
  for (const address of ['a:1', 'b:1']) world.host(address, machinery);
  const input = String.fromCharCode(...program.input);
  world.start('a:1', 'guest', imageOf(program), {
    memory: memorySize,
    disk: newDisk(),
    input,
    variant: name,
  });
  for (let turn = random.below(30); turn > 0; turn--) world.step();
  if (random.oneIn(2)) world.feed('guest', 'typed');
  const policy = names[n % names.length] as string;
  const source = (world.hosts.get('a:1') as Host).send('guest', 'b:1', policies[policy] as never);
  if (!world.until(() => source.state !== 'under way'))
    return `${policy}: it never ended, in stage ${source.stage}`;
  if (source.state === 'failed') return `${policy}: it failed: ${source.reason}`;
  for (let turn = 0; turn < 24; turn++) {
    const found = world.difference('guest');
    if (found !== undefined) return `${policy}, moved at step ${source.guest.machine.steps}: ${found}`;
    if (turn === 6) world.feed('guest', 'more');
    world.step();
  }
  return undefined;
}

describe(`Random guests moved at a random step (seed ${seed})`, () => {
  it.each(ways)('are as if they had stayed: $monitor, $cases cases', (way) => {
    for (let n = 0; n < way.cases; n++) {
      const program = randomProgram(seed, n);
      const found = attempt(program, n, way);
      if (found === undefined) continue;
      const small = shrink(program, (candidate) => attempt(candidate, n, way) !== undefined, 200);
      throw new Error(`seed ${seed}, case ${n}: ${attempt(small, n, way)}\n${formatProgram(small)}`);
    }
    expect(way.cases).toBeGreaterThan(0);
  });
});

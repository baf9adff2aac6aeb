/**
 * Publications, sweeps and removals of disks, interleaved step by step as a random schedule says. After every step every disk
 * that a record names can be read as a whole.
 */
import { BLOCK } from '../../../vmm/snapshot/blocks.ts';
import { finish, publish, publishNew } from '../../../vmm/storage/publish.ts';
import { mark, sweep } from '../../../vmm/storage/sweep.ts';
import type { ObjectKind, ObjectName } from '../../../vmm/storage/objects.ts';
import { memoryBlocks } from './memory-objects.ts';

/** Blocks of the disks of these tests, and the contents that each may have: few, so that disks share blocks. */
const blocks = 3;
const sectors = blocks * 8;
const minute = 60_000;

/** One step: the publisher or the sweep of that number goes on, time passes, or a disk is removed. */
export type Step =
  | { readonly kind: 'publish'; readonly of: number; readonly contents: readonly number[] }
  | { readonly kind: 'sweep'; readonly of: number }
  | { readonly kind: 'wait'; readonly minutes: number }
  | { readonly kind: 'remove'; readonly of: number }
  | { readonly kind: 'kill'; readonly of: number };

/** What the disk that is being published is made of. */
interface Publishing {
  work: Generator<void, { readonly root: string }>;
  readonly contents: readonly number[];
  /** The sweep's number when it was begun. */
  number: number;
  readonly over: string | undefined;
}

class World {
  readonly #storage = memoryBlocks();
  /** The records of disks, and the roots that they name. */
  readonly #records = new Map<number, string>();
  readonly #publishing = new Map<number, Publishing>();
  readonly #sweeps = new Map<number, Generator<void, unknown>>();
  #number = 0;

  take(step: Step): void {
    if (step.kind === 'publish') this.#publish(step.of, step.contents);
    else if (step.kind === 'sweep') this.#sweep(step.of);
    else if (step.kind === 'wait') this.#storage.objects.now += step.minutes * minute;
    else if (step.kind === 'remove') this.#records.delete(step.of);
    else this.#sweeps.delete(step.of);
  }

  #begin(of: number, contents: readonly number[]): Publishing {
    const { store } = this.#storage;
    const over = this.#records.get(of);
    const changes = contents.flatMap((byte, n) =>
      byte === 4 ? [] : [[n, new Uint8Array(BLOCK).fill(byte)] as const],
    );
    const work =
      over === undefined ? publishNew(store, sectors, changes) : publish(store, store.root(over), changes);
    return { work, contents, number: this.#number, over };
  }

  /** A publication goes one step on; the last one is the record, on condition that no sweep has begun. */
  #publish(of: number, contents: readonly number[]): void {
    const now = this.#publishing.get(of) ?? this.#begin(of, contents);
    this.#publishing.set(of, now);
    // The record below has changed: so its own would be refused.
    if (this.#records.get(of) !== now.over) {
      this.#publishing.delete(of);
      return;
    }
    const { done, value } = now.work.next();
    if (done !== true) return;
    if (isAllowed(this.#number, now.number)) {
      this.#records.set(of, (value as { root: string }).root);
      this.#publishing.delete(of);
    } else this.#publishing.set(of, this.#begin(of, now.contents));
  }

  #sweep(of: number): void {
    const { store, objects } = this.#storage;
    let work = this.#sweeps.get(of);
    if (work === undefined) {
      this.#number += 1;
      work = sweep(store, { roots: () => [...this.#records.values()], began: objects.now });
      this.#sweeps.set(of, work);
    }
    if (work.next().done === true) this.#sweeps.delete(of);
  }

  /** What is missing now of a disk that a record names. */
  check(): string | undefined {
    const { objects } = this.#storage;
    for (const [of, root] of this.#records)
      for (const [kind, name] of this.#needs(root))
        if (objects.read(kind, name) === undefined) return `disk ${of}: ${kind} ${name} is missing`;
    return undefined;
  }

  /** The objects of a disk; they are looked up when its record is written. */
  readonly #known = new Map<string, readonly (readonly [ObjectKind, ObjectName])[]>();

  #needs(root: ObjectName): readonly (readonly [ObjectKind, ObjectName])[] {
    const found =
      this.#known.get(root) ??
      [...finish(mark(this.#storage.store, [root]))].flatMap(([kind, names]) =>
        [...names].map((name) => [kind, name] as const),
      );
    this.#known.set(root, found);
    return found;
  }

  /** After all, a sweep of what is old leaves nothing but what the records need. */
  settle(): string | undefined {
    const { store, objects } = this.#storage;
    this.#records.clear();
    objects.now += 1000 * minute;
    finish(sweep(store, { roots: () => [], began: objects.now }));
    return objects.stored.size > 0 || [...objects.asides()].length > 0
      ? 'a sweep of all leaves objects'
      : undefined;
  }
}

/** The condition on which a record is written. */
function isAllowed(number: number, begunAt: number): boolean {
  return number === begunAt;
}

/** What the steps lead to that is wrong; undefined if nothing is. */
export function run(steps: readonly Step[]): string | undefined {
  const world = new World();
  for (const step of steps) {
    world.take(step);
    const problem = world.check();
    if (problem !== undefined) return problem;
  }
  return world.settle();
}

const times = (n: number, step: Step): Step[] => Array.from({ length: n }, () => step);
const published = (of: number, contents: readonly number[]): Step[] =>
  times(30, { kind: 'publish', of, contents });
const swept = (n: number): Step[] => times(n, { kind: 'sweep', of: 0 });
/** There are objects that were of a disk an hour ago, and are of none now. */
const remains: readonly Step[] = [
  ...published(0, [1, 1, 1]),
  { kind: 'remove', of: 0 },
  { kind: 'wait', minutes: 61 },
];

/** Schedules in which something nearly goes wrong. */
export const tightSchedules: Readonly<Record<string, readonly Step[]>> = {
  'a disk is published from what a sweep is about to remove': [
    ...remains,
    ...swept(1),
    ...published(1, [1, 1, 1]),
    ...swept(60),
  ],
  'a disk is published after a sweep has found that its root is old': [
    ...remains,
    ...swept(2),
    ...published(1, [1, 1, 1]),
    ...swept(60),
  ],
  'a sweep is killed after it has set aside what was published in the meantime': [
    ...remains,
    ...swept(2),
    ...published(1, [1, 1, 1]),
    ...swept(1),
    { kind: 'kill', of: 0 },
    { kind: 'wait', minutes: 61 },
    ...swept(60),
  ],
  'a sweep is killed after it has set something aside': [...remains, ...swept(3), { kind: 'kill', of: 0 }],
  'a publication takes longer than an hour, and a sweep begins and ends before its record': [
    ...times(4, { kind: 'publish', of: 1, contents: [1, 2, 3] }),
    { kind: 'wait', minutes: 61 },
    ...times(6, { kind: 'publish', of: 1, contents: [1, 2, 3] }),
    ...swept(60),
    ...published(1, [1, 2, 3]),
  ],
  'a sweep runs in the middle of a publication': [
    ...times(5, { kind: 'publish', of: 1, contents: [1, 2, 3] }),
    ...swept(60),
    ...published(1, [1, 2, 3]),
  ],
  'a sweep begins after a record was written': [
    ...published(0, [1, 1, 1]),
    ...published(1, [2, 2, 2]),
    { kind: 'wait', minutes: 61 },
    ...swept(60),
  ],
};

/** Every guest under minivisor: alone, under itself, and under ringlab's monitors; and where it diverges, as predicted. */
import { describe, expect, it } from 'vitest';
import { strategies } from '../../../vmm/monitor/strategies.ts';
import { parseExpectations } from '../expectations.ts';
import { guestText } from '../run.ts';
import { type bare, monitored } from '../../vmm/kit.ts';
import { partsOf, systemGuests } from '../../vmm/guests.ts';
import { type Compared, compareAtEntries, type Ground, pairOf } from './kit.ts';

/** The guest with memory of a size that leaves minivisor, which has as much, enough. */
function partsFor(file: string, variant: string) {
  const parts = partsOf(file, variant);
  return { ...parts, memory: Math.max(parts.memory ?? 0, 2 ** 20) };
}

function compared(file: string, depth: number, ground: Ground): Compared {
  return compareAtEntries(pairOf(partsFor(file, 'ring32-v'), depth, ground), depth);
}

/** The guest did the same as on the bare machine, and so many comparisons at least have said so. */
function expectEqual({ difference, stops, comparisons }: Compared, least = 3): void {
  expect(difference).toBeUndefined();
  expect(stops[1]).toEqual(stops[0]);
  expect(comparisons).toBeGreaterThanOrEqual(least);
}

/** Minivisor has no network. */
const guests = systemGuests.filter(
  (file) => parseExpectations(guestText(file)).peers.length === 0 && !guestText(file).includes('network.inc'),
);

describe('A guest under minivisor is as on the bare machine, each time that it is entered and at its end:', () => {
  it.each(guests)('%s, on the interpreter', (file) =>
    expectEqual(compared(file, 1, { engine: 'interpreter' })),
  );
  it.each(guests)('%s, on the fast engine', (file) => expectEqual(compared(file, 1, { engine: 'fast' })));
  it.each(guests)('%s, with another minivisor below', (file) =>
    expectEqual(compared(file, 2, { engine: 'fast' })),
  );
});

describe('The teaching kernel under minivisor is as on the bare machine:', () => {
  it.each(['interpreter', 'fast'] as const)('alone, on the engine %s', (engine) =>
    expectEqual(compared('kernel/kernel.s', 1, { engine }), 5000),
  );
  it('with another minivisor below', () =>
    expectEqual(compared('kernel/kernel.s', 2, { engine: 'fast' }), 5000));
});

describe.each(strategies.map(({ name }) => name))('Under the strategy %s, minivisor', (strategy) => {
  it.each(['disk-copy.s', 'kernel/mini.s'])('runs %s as the bare machine does', (file) =>
    expectEqual(compared(file, 1, { strategy, engine: 'fast' })),
  );
});

describe('On ring32-x', () => {
  const printed = (side: ReturnType<typeof bare>) => {
    side.run(20_000_000);
    return Buffer.from(side.printed).toString();
  };

  it.each(['flags.s', 'ring-aliasing.s', 'interrupt-flag.s', 'retf-ring1.s'])(
    'minivisor deceives %s no better than trap-and-emulate does: it sees the same, and not what it should',
    (file) => {
      const { whole, alone } = pairOf(partsFor(file, 'ring32-x'), 1);
      const text = printed(whole);
      expect(text).not.toBe(printed(alone));
      expect(text).toBe(printed(monitored(partsFor(file, 'ring32-x'), 'trap-and-emulate')));
    },
  );

  it('a guest without critical instructions, hello.s, is equal all the same', () =>
    expectEqual(compareAtEntries(pairOf(partsFor('hello.s', 'ring32-x'), 1), 1)));
});

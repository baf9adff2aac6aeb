/**
 * Binary translation: equal to the bare machine also when the cache is small and user code
 * is translated, and no critical instruction of a virtual supervisor ever runs itself.
 */
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../isa/engines/engine.ts';
import { peekWord } from '../../../isa/machine/report.ts';
import type { Machine } from '../../../isa/machine/machine.ts';
import { rowNamed, rowOf } from '../../../isa/table/table.ts';
import { CAUSE, causeName } from '../../../isa/table/traps.ts';
import { Console } from '../../../isa/machine/devices/console.ts';
import { type Variant, variantNamed } from '../../../isa/table/variants.ts';
import { Monitor } from '../../../vmm/monitor/monitor.ts';
import type { VirtualMachine } from '../../../vmm/monitor/virtual-machine.ts';
import { expectCompiled } from '../../engines/compiled.ts';
import { partsOf, systemGuests, variantsOf } from '../guests.ts';
import { bare, lockstep, monitored, type Side } from '../kit.ts';

const most = 1_000_000;
const name = 'binary-translation';

const ways = [
  { engine: 'interpreter', stride: 13, cache: 2 ** 15 },
  { engine: 'fast', stride: 997, cache: 2 ** 14 },
] as const;

const cases = ['ring32-v', 'ring32-x', 'ring32-h'].flatMap((variant) =>
  systemGuests.filter((file) => variantsOf(file).includes(variant)).map((file) => ({ file, variant })),
);

describe.each(ways)('With a cache of $cache bytes and user code translated, on $engine', (way) => {
  it.each(cases)('$file on $variant is as on the bare machine', ({ file, variant }) => {
    const parts = partsOf(file, variant);
    const virtual = monitored(parts, name, way.engine, { translateUser: true, cache: way.cache });
    expect(lockstep(bare(parts), virtual, way.stride, most)).toBeUndefined();
    expect(virtual.guest?.ledger.direct).toBeGreaterThan(0);
    expectCompiled(virtual.engine);
  });
});

describe('A cache that is too small for the guest', () => {
  it('is emptied and filled again, and the guest does not notice', () => {
    const parts = partsOf('kernel/kernel.s', 'ring32-x');
    const virtual = monitored(parts, name, 'fast', { cache: 2 ** 13 });
    expect(lockstep(bare(parts), virtual, 20_011, most)).toBeUndefined();
    expect(virtual.guest?.translator?.statistics.flushes).toBeGreaterThan(3);
    expectCompiled(virtual.engine, 1000);
  });
});

/** Has the engine go step by step and tells of every word that the machine is about to execute. */
function watchEveryWord(engine: Engine, machine: Machine, tell: (word: number) => void): void {
  const run = engine.run.bind(engine);
  engine.run = (until) => {
    for (;;) {
      const word = peekWord(machine, machine.pc);
      if (word !== undefined) tell(word);
      const stop = run(Math.min(until, machine.steps + 1));
      if (stop.kind !== 'limit' || machine.steps >= until) return stop;
    }
  };
}

/** Critical instructions that the real machine executed while the guest was not in its ring 3. */
function criticalExecuted(
  file: string,
  variant: string,
  strategy: string,
): { critical: number; words: number } {
  const parts = partsOf(file, variant);
  const monitor = new Monitor({
    guests: [{ image: parts.image, memory: parts.memory ?? 2 ** 22 }],
    variant: variantNamed(variant) as Variant,
    strategy,
    engine: 'interpreter',
    console: new Console(() => {}),
  });
  const [guest] = monitor.guests as readonly [VirtualMachine];
  let [critical, words] = [0, 0];
  watchEveryWord(monitor.engine, monitor.real, (word) => {
    if (guest.cpu.ring === 3) return;
    words += 1;
    const row = rowOf(word);
    if (row?.privilege === 'variant' && monitor.real.variant.unprivileged.has(row.name)) critical += 1;
  });
  monitor.runGuest(guest, 50_000);
  return { critical, words };
}

describe('No critical instruction of a virtual supervisor', () => {
  it.each(systemGuests.filter((file) => variantsOf(file).includes('ring32-x')))(
    'of %s is executed by the real machine under translation, on ring32-x',
    (file) => {
      const { critical, words } = criticalExecuted(file, 'ring32-x', name);
      expect(words).toBeGreaterThan(0);
      expect(critical).toBe(0);
    },
  );

  it('is spared under trap-and-emulate, by the same count', () => {
    expect(criticalExecuted('flags.s', 'ring32-x', 'trap-and-emulate').critical).toBeGreaterThan(0);
  });
});

describe('What translation saves', () => {
  const guests = [...systemGuests, 'kernel/kernel.s'].filter((file) => variantsOf(file).includes('ring32-v'));

  it.each(guests)('of the exits of %s under trap-and-emulate is counted exactly', (file) => {
    const run = (strategy: string, more = {}) => {
      const side = monitored(partsOf(file, 'ring32-v'), strategy, 'interpreter', more) as Required<Side>;
      side.run(most);
      return side.guest.ledger;
    };
    const trapping = run('trap-and-emulate');
    const translated = run(name, { countSaved: true });
    // In virtual rings 1 and 2 such an instruction is a callout to one, reflected by the other.
    const refused = `reflected: ${causeName(CAUSE.PRIVILEGED)}`;
    const systemExits = (kind: string, exits: ReadonlyMap<string, number>) =>
      [...exits]
        .filter(
          ([exit]) => exit === refused || (exit.startsWith(kind) && isPrivileged(exit.slice(kind.length))),
        )
        .reduce((sum, [, times]) => sum + times, 0);
    expect(translated.saved + systemExits('callout: ', translated.exits)).toBe(
      systemExits('emulated: ', trapping.exits),
    );
  });

  function isPrivileged(row: string): boolean {
    return (rowNamed(row)?.privilege ?? 'none') !== 'none';
  }
});

describe('Adaptation', () => {
  it('makes a callout of a store that hits a trace again and again', () => {
    const parts = partsOf('kernel/kernel.s', 'ring32-v');
    const virtual = monitored(parts, name, 'fast');
    expect(lockstep(bare(parts), virtual, 20_011, most)).toBeUndefined();
    expect(virtual.guest?.translator?.statistics.adapted).toBeGreaterThan(0);
    expectCompiled(virtual.engine, 1000);
    const { exits } = (virtual as Required<Side>).guest.ledger;
    expect(exits.get('callout: store to a traced page') ?? 0).toBeGreaterThan(
      exits.get('shadow: trace hit') ?? 0,
    );
  });
});

/** Guest mode, measured: each sensitive instruction exits or acts on the guest's own copy, and what exits is what our monitor sets. */
import { describe, expect, it } from 'vitest';
import { formatGuestMode, guestModeJson } from '../../isa/classify/format-guest-mode.ts';
import {
  classifyingInGuestMode,
  type GuestModeClassification,
  kinds,
} from '../../isa/classify/guest-mode.ts';
import { BLOCK } from '../../isa/machine/control-block.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import type { Feature } from '../../isa/table/features.ts';
import { type Variant, variants } from '../../isa/table/variants.ts';
import { finish } from '../../isa/work.ts';
import { createGuest } from '../../vmm/monitor/create-guest.ts';
import { image, paging } from '../vmm/assembled.ts';

const strategies: readonly (readonly [string, readonly Feature[]])[] = [
  ['hardware', []],
  ['hardware-nested', []],
  ['hardware-nested', ['virtual-timer']],
];

const program = image(`    .globl _start
_start:
${paging(2 ** 18)}
    li   t0, 1
    out  t0, zero
`);

/** The intercepts that our monitor writes into its control block: INSTRUCTIONS, READS and WRITES. */
function interceptsOf(variant: Variant, kind: number): readonly number[] {
  const [monitor = '', features = []] = strategies[kind] ?? [];
  const guest = createGuest({
    image: program,
    memory: 2 ** 18,
    variant,
    monitor,
    features,
    engine: 'interpreter',
  });
  const real = guest.processors.at(-1) as Machine;
  let words: readonly number[] = [];
  const enter = real.enterGuest.bind(real);
  real.enterGuest = (block, word, pc) => {
    words = [...real.memory.words.subarray(block / 4, block / 4 + 4)];
    return enter(block, word, pc);
  };
  guest.run();
  return words;
}

describe.each(variants)('In guest mode on $name', (variant) => {
  let found: GuestModeClassification | undefined;
  const measured = () => {
    found ??= finish(classifyingInGuestMode(variant));
    return found;
  };

  it('every sensitive instruction exits, or acts on the guest’s own copy', () => {
    const { leaks, holds, findings } = measured();
    expect(leaks).toEqual([]);
    expect(holds).toBe(true);
    expect(findings.length).toBeGreaterThan(40);
  });

  it.each(kinds.map(({ name }, n) => [name, n] as const))(
    'with %s, our monitor has exit what must, and nothing else that is sensitive',
    (_name, kind) => {
      const needed = [0, 0, 0, 0];
      for (const { intercept, whys } of measured().findings) {
        if (whys[kind] === undefined) continue;
        const { kind: what, number } = intercept;
        const n = { instruction: number < 32 ? 0 : 1, read: 2, write: 3 }[what];
        needed[n] = (needed[n] as number) | (1 << (number & 31));
      }
      const names = ['INSTRUCTIONS', 'INSTRUCTIONS_HIGH', 'READS', 'WRITES'] as const;
      expect(names.map((name) => BLOCK[name])).toEqual([0, 4, 8, 12]);
      expect(interceptsOf(variant, kind)).toEqual(needed);
    },
  );

  it('is the same on every variant, and is said in words and as JSON', () => {
    const needed = measured()
      .findings.filter(({ whys }) => whys[1] !== undefined)
      .map(({ name }) => name);
    expect(needed).toEqual(['in', 'out', 'mfs TIMER', 'mfs IPEND', 'mts TIMER']);
    const text = formatGuestMode(measured());
    expect(text).toContain(`On ${variant.name} in guest mode, every sensitive instruction exits or acts on`);
    expect(text).toMatch(/\nlra +exits +own copy +own copy\n/);
    expect(JSON.parse(guestModeJson(measured()))).toMatchObject({ isa: variant.name, holds: true });
  });
});

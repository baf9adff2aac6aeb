/** Hardware assistance: how few exits are left, that each bit of the control block is needed, and that the guest's code is compiled. */
import { describe, expect, it } from 'vitest';
import { BLOCK } from '../../isa/machine/control-block.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import type { Feature } from '../../isa/table/features.ts';
import { type Variant, variantNamed } from '../../isa/table/variants.ts';
import { createGuest, type Guest } from '../../vmm/monitor/create-guest.ts';
import { expectCompiled } from '../engines/compiled.ts';
import { difference } from '../property/lockstep.ts';
import { image, paging } from './assembled.ts';
import { partsOf } from './guests.ts';

const v = variantNamed('ring32-v') as Variant;
const generations = ['hardware', 'hardware-nested'] as const;

function exitsOf({ ledger }: Guest): number {
  return [...(ledger?.exits.values() ?? [])].reduce((sum, count) => sum + count, 0);
}

describe('The small kernel', () => {
  const { image: mini, memory } = partsOf('kernel/mini.s', 'ring32-v');
  it.each([
    ['hardware', [], 132],
    ['hardware-nested', [], 63],
    ['hardware-nested', ['virtual-timer'], 30],
    ['hardware-nested', ['virtual-timer', 'ports'], 5],
  ] as const)(
    'needs few exits under %s with %j: at most %i',
    (monitor, features: readonly Feature[], most) => {
      const guest = createGuest({
        image: mini,
        memory,
        variant: v,
        monitor,
        features,
        engine: 'interpreter',
      });
      expect(guest.run().kind).toBe('power');
      expect(exitsOf(guest)).toBeLessThanOrEqual(most);
      expect((guest.ledger?.direct ?? 0) + (guest.ledger?.byMonitor ?? 0)).toBe(12_718);
    },
  );
});

/** Paging on, and all pages are user code's too. */
const userPaging = paging(2 ** 18)
  .replace('0xf\n', '0x1f\n')
  .replace(String(2 ** 18 + 0xf), String(2 ** 18 + 0x1f));

describe.each(generations)('Under %s', (monitor) => {
  it.each([0, 3])('code of ring %i runs compiled', (ring) => {
    const text = `    .globl _start
_start:
${userPaging}
    li   t0, ${ring}
    mts  ESTATUS, t0
    la   t0, 1f
    mts  EPC, t0
    iret
1:  li   s0, 200000
2:  addi s1, s1, 1
    addi s0, s0, -1
    bnez s0, 2b
3:  j    3b
`;
    const guest = createGuest({
      image: image(text),
      memory: 2 ** 18,
      variant: v,
      monitor,
      engine: 'fast',
      fast: { hot: 8 },
    });
    guest.run(700_000);
    expect([guest.machine.ring, guest.machine.x[9]]).toEqual([ring, 200_000]);
    expectCompiled(guest.engine, 400_000);
  });
});

/** A guest that does once, with paging on, what the monitors have exit, and says in registers and memory what came of it. */
const curious = image(`    .globl _start
_start:
    la   t0, handler
    mts  TVEC, t0
${paging(2 ** 18)}
    li   s0, 0x20000
    li   s1, 0x21000
    li   t0, 40
    mts  TIMER, t0
    mfs  s2, TIMER
    mfs  s3, IPEND
    la   t1, _start
    lra  s4, t1
    lar  s5, t1
    verr s6, t1
    verw s7, t1
    li   t0, 0x24
    in   s8, t0
    li   t0, 0x20
    li   t1, 7
    out  t0, t1
    in   s9, t0
    la   t0, far
    jalr t0
    hlt
    mfs  s10, IPEND
    sti
    cli
    sw   t1, 0x100(t1)
    li   t0, 0x30000
    lw   a4, 0(t0)
    sw   a4, 0(t0)
    li   t0, 0x21000
    li   t1, 0x3000f
    sw   t1, 0xd0(t0)
    li   t2, 0x34000
    lw   a5, 0(t2)
    li   t1, 0x22001
    li   t3, 0x20000
    sw   t1, 0x40(t3)
    li   t0, 0x00400000
    lw   a6, 0(t0)
    li   t0, 0x00000000
    mts  PTBR, t0
    mfs  a7, PTBR
    li   t0, 1
    out  t0, s11
    j    .
    .align 2
handler:
    mfs  t5, ECAUSE
    addi s11, s11, 1
    mts  SCRATCH1, t5
    mfs  t5, EPC
    addi t5, t5, 4
    mts  EPC, t5
    mfs  t5, ECAUSE
    bltz t5, 1f
    iret
1:  mts  TIMER, zero
    mfs  t5, EPC
    addi t5, t5, -4
    mts  EPC, t5
    iret
    .org 0x4000
far: ret
`);

interface Ran {
  readonly machine: Machine;
  readonly exits: number;
}

/** Runs it with a bit of the control block cleared, whenever the monitor has written that word. */
function ranWithout(monitor: string, clear?: readonly [offset: number, bit: number]): Ran {
  const guest = createGuest({ image: curious, memory: 2 ** 18, variant: v, monitor, engine: 'interpreter' });
  const real = guest.processors.at(-1) as Machine;
  if (clear !== undefined) {
    const enter = real.enterGuest.bind(real);
    real.enterGuest = (block, word, pc) => {
      const at = block + clear[0];
      real.memory.write(at, 4, real.memory.read(at, 4) & ~(1 << clear[1]));
      return enter(block, word, pc);
    };
  }
  guest.run(20_000);
  return { machine: guest.machine, exits: exitsOf(guest) };
}

describe.each(generations)('Each intercept that %s sets', (monitor) => {
  const bare = createGuest({ image: curious, memory: 2 ** 18, variant: v, engine: 'interpreter' });
  bare.run(20_000);
  const blockOf = (): readonly number[] => {
    let words: readonly number[] = [];
    const guest = createGuest({
      image: curious,
      memory: 2 ** 18,
      variant: v,
      monitor,
      engine: 'interpreter',
    });
    const real = guest.processors.at(-1) as Machine;
    const enter = real.enterGuest.bind(real);
    real.enterGuest = (block, word, pc) => {
      words = [...real.memory.words.subarray(block / 4, block / 4 + 5)];
      return enter(block, word, pc);
    };
    guest.run(20_000);
    return words;
  };

  it('is needed: without its bit the guest is not as on the bare machine, or has fewer exits', () => {
    const right = ranWithout(monitor);
    expect(difference(bare.machine, right.machine)).toBeUndefined();
    const names: string[] = [];
    for (const [n, word] of blockOf().entries())
      for (let bit = 0; bit < 32; bit++) {
        if (((word >>> bit) & 1) === 0) continue;
        const name = `${Object.keys(BLOCK)[n]} ${bit}`;
        let told: unknown;
        try {
          const { machine, exits } = ranWithout(monitor, [4 * n, bit]);
          told = difference(bare.machine, machine) ?? (exits < right.exits ? 'fewer exits' : undefined);
        } catch (error) {
          told = error;
        }
        if (told === undefined) names.push(name);
      }
    expect(names).toEqual([]);
  });
});

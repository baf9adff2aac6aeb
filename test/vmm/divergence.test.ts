/** Where equivalence ends: at a critical instruction, and the report says at which and why. */
import { describe, expect, it } from 'vitest';
import { finish } from '../../isa/work.ts';
import { type Comparison, compareSides, comparing, type Manner } from '../../vmm/monitor/compare.ts';
import { image, paging } from './assembled.ts';
import { partsOf, systemGuests, variantsOf } from './guests.ts';
import { bare, monitored, type Parts } from './kit.ts';

const most = 200_000;

function compare(parts: Parts, strategy = 'trap-and-emulate', limit = most): Comparison {
  return compareSides(
    () => bare(parts),
    () => monitored(parts, strategy),
    limit,
  );
}

/** What runs in ring 0 and executes `instruction` with a0 = an address of its own, a1 = 0. */
function program(instruction: string, before = ''): Parts {
  const text = `
    .globl _start
_start:
    li   a0, 0x11000
    li   a1, 0
${before}
critical: ${instruction}
    li   t0, 1
    out  t0, x0
`;
  return { image: image(text), variant: 'ring32-x', memory: 2 ** 18 };
}

/** The critical instructions of ring32-x, each in a program of ring 0 in which it differs in ring 1 under a monitor. */
const critical: readonly (readonly [string, string, string])[] = [
  ['getf', 'getf a2', ''],
  ['setf', 'setf a3', 'li a3, 4'],
  ['sring', 'sring a2', ''],
  ['svec', 'svec a2', 'mts TVEC, a0'],
  ['sptb', 'sptb a2', paging(2 ** 17)],
  ['smsw', 'smsw a2', ''],
  ['lra', 'lra a2, a4', `${paging(2 ** 17)}\n li a4, 0x14000`],
  ['lar', 'lar a2, a4', `${paging(2 ** 17)}\n li a4, 0x14000`],
  ['verr', 'verr a2, a4', `${paging(2 ** 17)}\n li a4, 0x14000`],
  ['verw', 'verw a2, a4', `${paging(2 ** 17)}\n li a4, 0x14000`],
  ['retf', 'retf a5, a6', 'la a5, 1f\n li a6, 1\n1:'],
];

describe('On ring32-x, trap-and-emulate', () => {
  it.each(critical)('diverges exactly at %s', (name, instruction, before) => {
    const { equal, steps, divergence } = compare(program(instruction, before));
    expect(equal).toBe(false);
    expect(divergence?.instruction).toMatch(new RegExp(`^${name}\\b`));
    expect(divergence?.step).toBe(steps);
    expect(divergence?.reason).toContain(`${name} is a critical instruction of ring32-x`);
    expect(divergence?.differences.length).toBeGreaterThan(0);
  });

  it.each(systemGuests.filter((file) => variantsOf(file).includes('ring32-x')))(
    'diverges in %s at a critical instruction, or not at all',
    (file) => {
      const { equal, divergence } = compare(partsOf(file, 'ring32-x'));
      if (!equal) expect(divergence?.reason).toContain('is a critical instruction of ring32-x');
    },
  );

  it('diverges in flags.s where the kernel first looks at its ring', () => {
    const { divergence } = compare(partsOf('flags.s', 'ring32-x'));
    expect(divergence?.instruction).toBe('sring a0');
    expect(divergence?.differences).toEqual([{ what: 'a0', left: '0x00000000', right: '0x00000001' }]);
  });
});

describe('On ring32-v', () => {
  it.each(critical)('the same program with %s is equal to its end', (_, instruction, before) => {
    expect(compare({ ...program(instruction, before), variant: 'ring32-v' }).divergence).toBeUndefined();
  });
});

describe('On ring32-h', () => {
  const parts = partsOf('retf-ring1.s', 'ring32-h');

  it('trap-and-emulate diverges at a retf that goes from ring 0 to ring 1', () => {
    const { divergence } = compare(parts);
    expect(divergence?.instruction).toBe('retf t0, t1');
    expect(divergence?.reason).toContain('retf is a critical instruction of ring32-h: sensitive (control)');
    expect(divergence?.differences).toEqual([{ what: 'ring', left: '0x00000001', right: '0x00000000' }]);
  });

  it('so that a privileged instruction is obeyed outside ring 0', () => {
    const { machine, printed, run } = monitored(parts, 'trap-and-emulate');
    expect(run(most)).toEqual({ kind: 'power', status: 99 });
    expect(machine.ring).toBe(0);
    expect(Buffer.from(printed).toString()).toBe('a privileged instruction was obeyed outside ring 0\n');
  });

  it('hybrid never diverges: no virtual ring 0 runs directly', () => {
    for (const file of systemGuests.filter((name) => variantsOf(name).includes('ring32-h'))) {
      expect(compare(partsOf(file, 'ring32-h'), 'hybrid').divergence, file).toBeUndefined();
    }
  });
});

describe('The comparison', () => {
  it('finds the step when only memory differs, which it compares now and then', () => {
    const parts = program('1: j 1b');
    const spoilt = () => {
      const side = bare(parts);
      const run = (until: number) => {
        const stop = side.run(until);
        if (side.machine.steps >= 5000) side.machine.memory.write(0x30000, 4, 1);
        return stop;
      };
      return { ...side, run };
    };
    const { steps, divergence } = compareSides(() => bare(parts), spoilt, most);
    expect(steps).toBe(4999);
    expect(divergence?.instruction).toBe('jal zero, 0x10008');
    expect(divergence?.differences).toEqual([
      { what: 'memory 0x00030000', left: '0x00000000', right: '0x00000001' },
    ]);
  });

  it('can be left off, and says how far it is', () => {
    const parts = program('1: j 1b');
    const whole = () =>
      comparing(
        () => bare(parts),
        () => bare(parts),
        10_000,
      );
    const progress = [...whole()];
    expect(progress).toEqual([4096, 8192]);
    expect(finish(whole())).toEqual({ equal: true, steps: 10_000, divergence: undefined });
    const part = whole();
    expect(part.next()).toEqual({ done: false, value: 4096 });
    expect(part.return({ equal: true, steps: 0, divergence: undefined }).done).toBe(true);
  });

  it('says at large what only many steps at once show', () => {
    const parts = program('1: j 1b');
    const hurried = () => {
      const side = bare(parts);
      const run = (until: number) => {
        if (until > side.machine.steps + 100) side.machine.x[9] = 1;
        return side.run(until);
      };
      return { ...side, run };
    };
    expect(compareSides(() => bare(parts), hurried, most).equal).toBe(true);
    const { equal, divergence } = compareSides(() => bare(parts), hurried, most, 'at large');
    expect(equal).toBe(false);
    expect(divergence?.reason).toContain('not when they are stopped after each step');
    expect(divergence?.differences).toEqual([{ what: 's1', left: '0x00000000', right: '0x00000001' }]);
  });

  it('finds the step of a divergence also when it goes at large', () => {
    const found = ['closely', 'at large'].map((manner) =>
      compareSides(
        () => bare(program('sring a0')),
        () => monitored(program('sring a0'), 'trap-and-emulate'),
        most,
        manner as Manner,
      ),
    );
    expect(found[1]).toEqual(found[0]);
    expect(found[1]?.divergence?.instruction).toBe('sring a0');
  });

  it('stops at the limit and calls what was equal so far equal', () => {
    expect(compare(program('1: j 1b'), 'interpret', 5000)).toEqual({
      equal: true,
      steps: 5000,
      divergence: undefined,
    });
  });
});

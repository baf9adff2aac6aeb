/** When is this timer's interrupt taken, and where? */
import { CAUSE } from '../../../isa/table/traps.ts';
import { type Variant, variantNamed } from '../../../isa/table/variants.ts';
import type { Kind } from '../exercise.ts';
import { guestOf, hex, imageOf, listed } from '../guest.ts';

const variant = variantNamed('ring32-v') as Variant;

export const timer: Kind = {
  name: 'timer',
  unit: 6,
  asks: 'At which step, and where, is this timer interrupt taken?',
  make(random) {
    const period = random.between(8, 60);
    const body = Array.from(
      { length: random.between(1, 4) },
      (_, n) => `        addi a${n}, a${n}, ${random.between(1, 9)}`,
    );
    const early = random.flip();
    const late = random.between(1, 4);
    const program = [
      '_start: la   t0, handler          # two instructions',
      '        mts  TVEC, t0',
      `        addi t0, zero, ${period}`,
      '        mts  TIMER, t0            # counts from here on',
      ...(early ? ['        sti'] : []),
      ...Array.from({ length: late }, () => '        nop'),
      ...(early ? [] : ['        sti']),
      'loop:   addi s0, s0, 1',
      ...body,
      '        j    loop',
      'handler: hlt                      # look here',
      '',
    ].join('\n');
    const image = imageOf(program);
    const { guest } = guestOf(image, { variant, monitor: 'none' });
    let taken: { readonly step: number; readonly pc: number } | undefined;
    guest.machine.onTrap = (cause, _, pc) => {
      if (cause >>> 0 === CAUSE.INTERRUPT) taken ??= { step: guest.machine.steps, pc: pc >>> 0 };
    };
    while (taken === undefined) guest.run(guest.machine.steps + 1);
    const { step, pc } = taken;
    const rounds = guest.machine.x[8] as number;
    return {
      question: [
        'Time is the number of steps since reset; the first instruction is step 0.',
        '',
        ...listed(program),
        '',
        'How many steps has the machine made when it takes the timer interrupt? What does EPC contain then, and what does s0?',
      ],
      form: { kind: 'parts', parts: ['steps', 'EPC', 's0'] },
      answer: [String(step), hex(pc), String(rounds)],
      why: [
        `\`mts TIMER\` is the fourth word, so it ends at step 4, and ${period} steps later the line is pending. The interrupt is taken between two instructions, as soon as IF is 1. EPC is the instruction that would have been next.`,
      ],
      program,
      commands: [`ringlab trace FILE --memory 1M --max-steps ${step + 2}`],
    };
  },
};

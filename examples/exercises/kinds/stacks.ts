/** Which stacks of monitors run this guest right? */
import { variants } from '../../../isa/table/variants.ts';
import { strategies } from '../../../vmm/monitor/strategies.ts';
import type { Kind } from '../exercise.ts';
import { compared, imageOf, listed } from '../guest.ts';

export const stacks: Kind = {
  name: 'stacks',
  unit: 11,
  asks: 'Which stacks of monitors run this guest right?',
  make(random) {
    const variant = random.pick(variants);
    const names = strategies.map(({ name }) => name);
    const choices = random.sample(
      names.flatMap((outer) => names.map((inner) => `${outer}/${inner}`)),
      4,
    );
    const asks = random.pick(['sring a0', 'getf a0', 'svec a0', 'add  a0, a0, a0']);
    const goes = random.pick(['retf s1, s2            # to ring 1', 'mts  EPC, s1\n        iret']);
    const program = [
      '_start: la   t0, handler',
      '        mts  TVEC, t0',
      '        mts  ERBASE, zero',
      '        mfs  t0, MEMSIZE',
      '        mts  ERBOUND, t0',
      '        addi s2, zero, 1',
      '        mts  ESTATUS, s2',
      '        la   s1, lower',
      `        ${asks}`,
      `        ${goes}`,
      'lower:  cli                      # must trap in ring 1',
      'handler: addi t0, zero, 1',
      '        out  t0, zero            # power off',
      '',
    ].join('\n');
    const image = imageOf(program);
    const results = choices.map((monitor) => compared(image, { variant, monitor }));
    return {
      question: [
        `The machine is ${variant.name}. This guest runs under two monitors, one on the other; the first name is the outer one.`,
        '',
        ...listed(program),
        '',
        'Under which of these stacks is every step as on the bare machine?',
      ],
      form: { kind: 'choices', choices },
      answer: choices.filter((_, n) => results[n]?.equal),
      why: results.map(({ equal, divergence, steps }, n) =>
        equal
          ? `${choices[n]}: equal at all ${steps} steps`
          : `${choices[n]}: differs after ${steps} steps, at ${divergence?.instruction}`,
      ),
      program,
      commands: [
        `ringlab compare FILE --memory 1M --isa ${variant.name} --with ${choices.join(',')} || true`,
      ],
    };
  },
};

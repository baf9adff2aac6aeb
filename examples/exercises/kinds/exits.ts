/** How often is the monitor entered for this guest? */
import { type Variant, variants } from '../../../isa/table/variants.ts';
import type { Kind } from '../exercise.ts';
import { countExits, imageOf, listed, runToEnd } from '../guest.ts';

/** The monitors whose exits can be counted by hand: none of them makes exits of its own. */
const monitors = ['trap-and-emulate', 'hybrid', 'interpret'] as const;

export const exits: Kind = {
  name: 'exits',
  unit: 4,
  asks: 'How often is the monitor entered while this guest runs?',
  make(random) {
    const variant = random.pick(variants) as Variant;
    const body = [
      ...random.sample(['sring a0', 'getf a1', 'mfs  a2, TIME', 'mts  SCRATCH0, a0', 'cli', 'svec a3'], 2),
      ...random.sample(['add  a4, a4, a0', 'lw   a5, 0(s1)', 'sw   a5, 4(s1)', 'mul  a4, a4, a4'], 2),
    ];
    const rounds = random.between(2, 9);
    const inUser = random.between(1, 3);
    const program = [
      '_start: la   t0, end',
      '        mts  TVEC, t0',
      '        la   s1, data',
      `        addi s2, zero, ${rounds}`,
      ...random.shuffle(body).map((line, n) => `${n === 0 ? 'loop:   ' : '        '}${line}`),
      '        addi s2, s2, -1',
      '        bnez s2, loop',
      '        la   t0, user',
      '        mts  EPC, t0',
      '        addi t0, zero, 3',
      '        mts  ESTATUS, t0',
      '        mfs  t0, MEMSIZE',
      '        mts  ERBOUND, t0',
      '        iret',
      ...Array.from(
        { length: inUser },
        (_, n) => `${n === 0 ? 'user:   ' : '        '}addi a6, a6, ${n + 1}`,
      ),
      '        ecall',
      'end:    addi t0, zero, 1',
      '        out  t0, zero            # power off',
      'data:   .space 16',
      '',
    ].join('\n');
    const image = imageOf(program);
    const counts = monitors.map((monitor) => runToEnd(image, { variant, monitor }).exits);
    return {
      question: [
        `A guest runs to its end on ${variant.name}; its user code, in ring 3, ends with an ecall.`,
        '',
        ...listed(program),
        '',
        'How many exits to the monitor are there, under each of these?',
      ],
      form: { kind: 'parts', parts: monitors },
      answer: counts.map((found) => String(countExits(found))),
      why: counts.map(
        (found, n) =>
          `${monitors[n]}: ${[...found].map(([name, count]) => `${name} ${count}`).join(', ') || 'no exits'}`,
      ),
      program,
      commands: monitors.map(
        (monitor) => `ringlab run FILE --memory 1M --isa ${variant.name} --monitor ${monitor} --stats`,
      ),
    };
  },
};

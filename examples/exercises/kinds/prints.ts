/** What does this guest print, under this monitor, on this variant? */
import { strategies } from '../../../vmm/monitor/strategies.ts';
import { variants } from '../../../isa/table/variants.ts';
import type { Kind } from '../exercise.ts';
import { imageOf, listed, runToEnd } from '../guest.ts';

/** What can be asked, as code that leaves a digit in a0. */
const questions = [
  'sring a0                 # the ring',
  'getf a0                  # the status …\n        srli a0, a0, 2           # … its IF\n        andi a0, a0, 1',
  'smsw a0                  # bit 1: IF\n        srli a0, a0, 1',
  'smsw a0                  # bit 0: paging\n        andi a0, a0, 1',
  'svec a0                  # the address of the handler\n        sub  a0, a0, s0          # is it ours?\n        snez a0, a0',
] as const;
const put = '        addi a0, a0, 48\n        out  s1, a0              # print the digit';

export const prints: Kind = {
  name: 'prints',
  unit: 2,
  asks: 'What does this guest print, under this monitor?',
  make(random) {
    const variant = random.pick(variants);
    const monitor = random.pick(strategies).name;
    const inKernel = random.sample(questions, 2);
    const inUser = random.pick(questions);
    const program = [
      '_start: la   s0, handler',
      '        mts  TVEC, s0',
      '        li   s1, 16              # the console’s port',
      `        ${random.pick(['sti', 'cli'])}`,
      ...inKernel.flatMap((code) => [`        ${code}`, put]),
      '        la   t0, user',
      '        mts  EPC, t0',
      `        li   t0, ${random.pick([3, 7])}               # ring 3, IF as it says`,
      '        mts  ESTATUS, t0',
      '        mfs  t0, MEMSIZE',
      '        mts  ERBOUND, t0',
      '        mts  ERBASE, zero',
      '        iret',
      `user:   ${inUser}`,
      '        ecall                    # the handler prints the digit',
      'handler: mfs t0, ECAUSE',
      '        li   t1, 8               # ecall?',
      '        beq  t0, t1, shown',
      '        li   a0, 36              # no: 36 + 48 is T',
      `shown:  ${put.trimStart()}`,
      '        li   t0, 1',
      '        out  t0, zero            # power off',
      '',
    ].join('\n');
    const image = imageOf(program);
    const bare = runToEnd(image, { variant, monitor: 'none' });
    const { printed } = runToEnd(image, { variant, monitor });
    return {
      question: [
        'This guest asks twice in ring 0 and once in ring 3, and prints a digit each time (T if the question trapped in ring 3).',
        '',
        ...listed(program),
        '',
        `What does it print under ${monitor} on ${variant.name}?`,
      ],
      form: { kind: 'parts', parts: ['printed'] },
      answer: [printed],
      why: [
        `On the bare machine it prints ${bare.printed}, and ${printed === bare.printed ? 'under the monitor the same' : `under ${monitor} ${printed}`}. The real IF is always 1 and the real TVEC is the monitor’s. What the guest sees of them is what an instruction shows that runs directly and does not trap.`,
      ],
      program,
      commands: [
        `ringlab run FILE --memory 1M --isa ${variant.name} --monitor ${monitor}`,
        `ringlab compare FILE --memory 1M --isa ${variant.name} --with ${monitor} || true`,
      ],
    };
  },
};

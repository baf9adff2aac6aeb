/** What do EPC, ECAUSE, EVAL and the status contain after this trap? */
import { SR, STATUS } from '../../../isa/table/sysregs.ts';
import { describeTrap } from '../../../isa/machine/report.ts';
import { variantNamed, type Variant } from '../../../isa/table/variants.ts';
import type { Kind } from '../exercise.ts';
import { addressOf, guestOf, hex, imageOf, listed } from '../guest.ts';
import type { Random } from '../random.ts';

const variant = variantNamed('ring32-v') as Variant;

/** Instructions that trap, each in a ring in which it does. */
const causes: readonly ((random: Random) => { readonly code: string; readonly ring: number })[] = [
  (random) => ({ code: 'ecall', ring: random.pick([0, 3]) }),
  (random) => ({ code: 'ebreak', ring: random.pick([0, 3]) }),
  (random) => ({ code: `.word ${hex(random.between(0, 0x7fff) * 4)}`, ring: random.pick([0, 3]) }),
  (random) => ({ code: random.pick(['cli', 'sti', 'hlt', 'mfs  a0, TVEC', 'out  a0, a1']), ring: 3 }),
  (random) => ({
    code: random.pick(['sring a0', 'getf a0', 'smsw a0', 'svec a0']),
    ring: random.pick([1, 2, 3]),
  }),
  (random) => ({ code: `lw   a0, ${4 * random.between(0, 40)}(s1)`, ring: random.pick([0, 3]) }),
  (random) => ({ code: `sh   a0, ${2 * random.between(0, 40)}(s1)`, ring: random.pick([0, 3]) }),
  (random) => ({ code: `jalr ra, ${4 * random.between(1, 40) + 2}(zero)`, ring: random.pick([0, 3]) }),
  () => ({ code: 'mts  MEMSIZE, a0', ring: 0 }),
];

export const trapState: Kind = {
  name: 'trap-state',
  unit: 1,
  asks: 'What do EPC, ECAUSE, EVAL contain after this trap?',
  make(random) {
    const { code, ring } = random.pick(causes)(random);
    const before = Array.from(
      { length: random.between(0, 3) },
      () => `addi a${random.between(0, 5)}, zero, ${random.between(1, 99)}`,
    );
    const after = Array.from(
      { length: random.between(1, 2) },
      () => `addi a${random.between(0, 5)}, zero, ${random.between(1, 99)}`,
    );
    const flags = random.between(0, 15) << 8;
    const isOpen = random.flip();
    const status = ring | (isOpen ? STATUS.IF : 0) | flags;
    const program = [
      '_start: la   t0, handler',
      '        mts  TVEC, t0',
      '        mfs  s1, MEMSIZE          # 1 MiB, the end of memory',
      `        li   t0, ${hex(status)}       # the status that iret takes`,
      '        mts  ESTATUS, t0',
      '        la   t0, code',
      '        mts  EPC, t0',
      '        mts  ERBASE, zero',
      '        mts  ERBOUND, s1',
      '        iret',
      ...[...before, code, ...after].map((line, n) => `${n === 0 ? 'code:   ' : '        '}${line}`),
      'handler: hlt                      # look here',
      '',
    ].join('\n');
    const image = imageOf(program);
    const { guest } = guestOf(image, { variant, monitor: 'none' });
    const { machine } = guest;
    const handler = addressOf(image, 'handler');
    while (machine.pc !== handler) guest.run(machine.steps + 1);
    const saved = [SR.EPC, SR.ECAUSE, SR.EVAL, SR.ESTATUS].map((number) => machine.readSystem(number));
    const [epc = 0, cause = 0, value = 0] = saved;
    return {
      question: [
        'This guest runs on ring32-v with 1 MiB of memory. It takes one trap.',
        '',
        ...listed(program),
        '',
        'What do these registers contain when the handler begins? A word in hexadecimal is no instruction. STATUS: RING is bits 1-0, IF bit 2, UF bits 15-8.',
      ],
      form: { kind: 'parts', parts: ['EPC', 'ECAUSE', 'EVAL', 'ESTATUS', 'STATUS'] },
      answer: [...saved, machine.status].map(hex),
      why: [
        `The trap: ${describeTrap(cause >>> 0, value >>> 0)}. EPC is the address of the instruction itself, ${hex(epc)}. A trap sets RING and IF to 0; ESTATUS has what they were, and UF stays.`,
      ],
      program,
      commands: ['ringlab trace FILE --memory 1M --max-steps 30'],
    };
  },
};

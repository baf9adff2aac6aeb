/** What does a page-table write cost, in exits, under each strategy? */
import { type Variant, variantNamed } from '../../../isa/table/variants.ts';
import { strategies } from '../../../vmm/monitor/strategies.ts';
import type { Kind } from '../exercise.ts';
import { countExits, hex, imageOf, runToEnd } from '../guest.ts';
import { firstPage, kernelTables } from './pages.ts';

const variant = variantNamed('ring32-v') as Variant;
/** Rounds after which every further round costs the same, and rounds more. */
const settled = 4;
const more = 10;

function programWith(rounds: number, body: readonly string[]): string {
  return [
    '_start: la   t0, root',
    '        addi t0, t0, 1',
    '        mts  PTBR, t0',
    '        la   s1, pages            # the table, which the kernel maps, too',
    `        lui  s2, ${hex(firstPage >>> 12)}`,
    '        lw   s3, 0(s1)',
    `        addi s4, zero, ${rounds}`,
    'loop:',
    ...body.map((line) => `        ${line}`),
    '        addi s4, s4, -1',
    '        bnez s4, loop',
    '        addi t0, zero, 1',
    '        out  t0, zero             # power off',
    ...kernelTables,
    'pages:  .word 0x80067, 0x81067, 0x82067, 0x83067   # V R W, A and D',
    '        .balign 4096',
    '',
  ].join('\n');
}

export const tableWrite: Kind = {
  name: 'table-write',
  unit: 12,
  asks: 'How many exits do page-table writes take, by strategy?',
  make(random) {
    const writes = random.between(1, 3);
    const touched = random.between(1, writes);
    const pages = random.sample([0, 1, 2, 3], writes);
    const printed = random.between(0, 2);
    const body = random.shuffle([
      ...pages.map((page) => `sw   s3, ${4 * page}(s1)         # the entry of page ${page}`),
      ...Array.from({ length: printed }, () => 'out  s5, zero            # a port that nobody has'),
    ]);
    const loads = pages.slice(0, touched).map((page) => `lw   a0, 0x7f0(s2)         # page ${page}`);
    const moved = pages
      .slice(0, touched)
      .flatMap((page, n) => [`lui  s2, ${hex((firstPage >>> 12) + page)}`, loads[n] as string]);
    const code = [...body, ...moved];
    const [before, after] = [settled, settled + more].map((rounds) => imageOf(programWith(rounds, code)));
    if (before === undefined || after === undefined) throw new Error('two images');
    const names = strategies.map(({ name }) => name);
    const extra = names.map((monitor) => {
      const [few, many] = [before, after].map((image) => runToEnd(image, { variant, monitor }).exits);
      return (countExits(many as never) - countExits(few as never)) / more;
    });
    return {
      question: [
        'A kernel with paging on does this again and again, in virtual ring 0. s1 is the address of a page table in use; all entries have V R W A D.',
        '',
        ...code.map((line) => `        ${line}`),
        '',
        `How many exits does one round take on ${variant.name}, when it has run for a while?`,
      ],
      form: { kind: 'parts', parts: names },
      answer: extra.map(String),
      why: [
        'A store to a page table in use is traced: the monitor does it, and drops the shadow’s entry, so that the next access there is a hidden fault. What an interpreter executes makes no exit.',
      ],
      program: programWith(settled + more, code),
      commands: ['trap-and-emulate', 'binary-translation'].map(
        (monitor) => `ringlab run FILE --memory 1M --monitor ${monitor} --stats`,
      ),
    };
  },
};

/** What are the shadow entries after these accesses? */
import { PTE } from '../../../isa/machine/translate.ts';
import { type Variant, variantNamed } from '../../../isa/table/variants.ts';
import { followAddress } from '../../../vmm/memory/tables.ts';
import type { Kind } from '../exercise.ts';
import { addressOf, guestOf, hex, imageOf } from '../guest.ts';
import { accessText, firstPage, kernelTables, type PageAccess, pageAddress, rightsOf } from './pages.ts';

const variant = variantNamed('ring32-v') as Variant;
/** The guest's frames of the pages of the exercise: the first one's address. */
const frames = 0x80000;
/** The page that maps the table itself. */
const own = 3;

/** The bits of an entry that a shadow may lack, as letters; none without an entry. */
function shadowText(entry: number | undefined): string {
  return entry === undefined || (entry & PTE.V) === 0 ? 'none' : rightsOf(entry).slice(0, 5);
}

/** A kernel that maps itself where it is, and does the accesses with paging on. */
function programWith(entries: readonly number[], accesses: readonly PageAccess[]): string {
  return [
    '_start: la   t0, handler',
    '        mts  TVEC, t0',
    '        la   t0, root',
    '        addi t0, t0, 1',
    '        mts  PTBR, t0',
    ...accesses.flatMap(({ kind, page }) => [
      `        lui  s1, ${hex(pageAddress(page) >>> 12)}`,
      `        ${kind === 'store' ? 'sw   a0, 0x800 - 4(s1)' : 'lw   a0, 0x800 - 4(s1)'}`,
    ]),
    'look:   j    look',
    '# A fault: the instruction is skipped.',
    'handler: mfs t0, EPC',
    '        addi t0, t0, 4',
    '        mts  EPC, t0',
    '        iret',
    ...kernelTables,
    'pages:',
    ...entries.map((entry, n) =>
      n === own ? `        .word pages + ${hex(entry)}` : `        .word ${hex(frames + n * 4096 + entry)}`,
    ),
    '        .balign 4096',
    '',
  ].join('\n');
}

export const shadowEntries: Kind = {
  name: 'shadow-entries',
  unit: 5,
  asks: 'What are the shadow entries after these accesses?',
  make(random) {
    const { V, R, W, X, A, D } = PTE;
    const rights = () => random.pick([V | R | W, V | R | W, V | R, V | R | W | X, V | R | X]);
    const used = () => random.pick([0, 0, A, A | D]);
    const entries = [rights() | used(), rights() | used(), rights() | used(), V | R | W | A | D];
    const accesses = Array.from(
      { length: 3 },
      (): PageAccess => ({ kind: random.pick(['load', 'store']), page: random.between(0, own) }),
    );
    const program = programWith(entries, accesses);
    const image = imageOf(program);
    const { guest } = guestOf(image, { variant, monitor: 'trap-and-emulate' });
    const look = addressOf(image, 'look');
    while (guest.machine.pc !== look) guest.run(guest.machine.steps + 1);
    const followed = entries.map((_, n) => followAddress(guest, pageAddress(n)));
    const shadows = followed.map(({ host }) => host?.shadow?.entries.find(({ level }) => level === 2)?.value);
    const guests = followed.map(({ guest: { entries: met } }) => met[1]?.value ?? 0);
    return {
      question: [
        `A kernel runs under trap-and-emulate on ring32-v. It turns paging on; its table for the pages from ${firstPage.toString(16)} has these entries. The page at ${pageAddress(own).toString(16)} maps the frame of that very table.`,
        '',
        ...entries.map((entry, n) => `  ${pageAddress(n).toString(16)}  ${rightsOf(entry)}`),
        '',
        'Nothing was accessed yet. In virtual ring 0, the kernel does:',
        '',
        ...accesses.map((one, n) => `  ${n + 1}. ${accessText(one)}`),
        '',
        'What does the shadow have for each page then? Give V R W X U as letters and hyphens, like VRW-U, or none.',
      ],
      form: { kind: 'parts', parts: entries.map((_, n) => pageAddress(n).toString(16)) },
      answer: shadows.map(shadowText),
      why: [
        'A shadow table is made when a first access needs it. It gets all entries whose A is set in the guest’s table; others come when they are accessed. W is given only if the guest’s D is set and the page is not traced, and tables are traced.',
        'In the end:              the guest’s   the shadow’s',
        ...entries.map(
          (_, n) =>
            `  ${pageAddress(n).toString(16)}               ${rightsOf(guests[n] as number)}       ${shadowText(shadows[n])}`,
        ),
      ],
      program,
      commands: ['ringlab trace FILE --memory 1M --monitor trap-and-emulate --max-steps 20'],
    };
  },
};

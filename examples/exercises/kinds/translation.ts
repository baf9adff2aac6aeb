/** What does the translator emit for each of these instructions? */
import { type Variant, variantNamed } from '../../../isa/table/variants.ts';
import { type ListedInstruction, listTranslation } from '../../../vmm/translator/listing.ts';
import { formatUnit } from '../../../vmm/translator/listing-text.ts';
import type { Translator } from '../../../vmm/translator/translator.ts';
import type { Kind } from '../exercise.ts';
import { addressOf, guestOf, imageOf } from '../guest.ts';

const variant = variantNamed('ring32-x') as Variant;

/** What an instruction became: its own copy, some words that need no exit, or words with a call to the monitor. */
export function becameOf({ words }: Pick<ListedInstruction, 'words'>): 'identical' | 'sequence' | 'callout' {
  if (words.some(({ kind }) => kind === 'callout')) return 'callout';
  return words.every(({ kind }) => kind === 'identical') ? 'identical' : 'sequence';
}

export const translation: Kind = {
  name: 'translation',
  unit: 7,
  asks: 'What does the translator emit for these instructions?',
  make(random) {
    const code = random.shuffle([
      ...random.sample(
        ['getf a0', 'sring a1', 'mts  SCRATCH0, a2', 'mfs  a3, SCRATCH1', 'svec a4', 'smsw a5'],
        2,
      ),
      ...random.sample(['out  s1, a0', 'lrel a1, a2', 'in   a3, s1', 'mts  TVEC, s2', 'lra  a4, s2'], 1),
      ...random.sample(
        ['add  a0, a1, a2', 'lw   a3, 0(s2)', 'sw   a0, 0x80(s2)', 'mul  a4, a4, a5', 'lui  a5, 7'],
        2,
      ),
    ]);
    const program = [
      '_start: la   s2, data',
      '        mfs  a2, MEMSIZE',
      '        add  a1, zero, zero      # R stays (0, MEMSIZE)',
      '        j    here',
      ...code.map((line, n) => `${n === 0 ? 'here:   ' : '        '}${line}`),
      '        j    end',
      'end:    addi t0, zero, 1',
      '        out  t0, zero            # power off',
      'data:   .space 256',
      '',
    ].join('\n');
    const image = imageOf(program);
    const { guest } = guestOf(image, { variant, monitor: 'binary-translation' });
    guest.run(1000);
    const { units } = listTranslation(guest.translator as Translator);
    const here = addressOf(image, 'here');
    const instructions = code.map((_, n) =>
      units.flatMap((unit) => unit.instructions).find(({ pc }) => pc === here + 4 * n),
    ) as ListedInstruction[];
    const unit = units.filter(({ pc }) => pc >= here && pc < here + 4 * code.length);
    return {
      question: [
        'This code of a guest’s kernel is translated on ring32-x:',
        '',
        ...code.map((line, n) => `  ${n + 1}. ${line}`),
        '',
        'What does each instruction become: identical (a copy of itself), sequence (other words, which need no exit), or callout (the monitor is called)?',
      ],
      form: { kind: 'parts', parts: code },
      answer: instructions.map(becameOf),
      why: [
        'Innocuous instructions are copied. Sensitive ones that only move state become loads and stores of the virtual CPU, or constants; the monitor does the others.',
        '',
        ...unit.flatMap((one) => formatUnit(one, () => '')),
      ],
      program,
      commands: ['ringlab translate FILE --memory 1M --isa ring32-x'],
    };
  },
};

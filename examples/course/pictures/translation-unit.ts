/** A translation unit: the guest's instructions, and the words that run instead of them. */
import { type Variant, variantNamed } from '../../../isa/table/variants.ts';
import { listTranslation, type WordKind } from '../../../vmm/translator/listing.ts';
import type { Translator } from '../../../vmm/translator/translator.ts';
import { addressOf, guestOf, imageOf } from '../../exercises/guest.ts';
import { drawing, labelled, text, type Tone } from './svg.ts';

const variant = variantNamed('ring32-x') as Variant;
const program = [
  '_start: j    unit',
  'unit:   add  a0, a0, a1',
  '        sring a2',
  '        getf a3',
  '        mts  SCRATCH0, a0',
  '        lw   a4, 0(zero)',
  '        out  zero, a2',
  '        bnez a0, unit',
  '        addi t0, zero, 1',
  '        out  t0, zero',
  '',
].join('\n');

const tones: Readonly<Record<WordKind, Tone>> = {
  identical: 'guest',
  sequence: 'warm',
  callout: 'monitor',
  chained: 'real',
  stub: 'real',
  unchained: 'plain',
};

export function translationUnit(): string {
  const image = imageOf(program);
  const { guest } = guestOf(image, { variant, monitor: 'binary-translation' });
  guest.run(1000);
  const here = addressOf(image, 'unit');
  const { units } = listTranslation(guest.translator as Translator);
  const found = units.find(({ pc }) => pc === here)?.instructions ?? [];
  const rows = found.flatMap(({ assembly, words }) =>
    words.map((word, n) => ({ assembly: n === 0 ? assembly : '', word })),
  );
  const step = Math.min(46, 370 / rows.length);
  const y = (n: number) => 116 + step * n;
  const kinds = ['identical', 'sequence', 'callout', 'chained'] as const;
  return drawing(
    'A translation unit',
    'On the left the guest’s instructions, on the right the words that run instead.',
    [
      text(40, 96, 'the guest’s code, ring32-x', { faint: true }),
      text(460, 96, 'in the translation cache', { faint: true }),
      ...rows.flatMap(({ assembly, word }, n) => [
        ...(assembly === ''
          ? []
          : [labelled([40, y(n), 300, step - 8], 'plain', [assembly], { mono: true, size: 15 })]),
        labelled([460, y(n), 330, step - 8], tones[word.kind], [word.assembly.slice(0, 34)], {
          mono: true,
          size: 15,
        }),
        text(
          806,
          y(n) + step / 2,
          word.note === '' || word.kind === 'callout' ? word.kind : `${word.kind}, ${word.note}`.slice(0, 20),
          {
            size: 13,
            faint: true,
          },
        ),
      ]),
      ...kinds.flatMap((kind, n) => [
        labelled([40 + 225 * n, 500, 22, 22], tones[kind], []),
        text(
          70 + 225 * n,
          517,
          {
            identical: 'copied',
            sequence: 'other words, no exit',
            callout: 'the monitor is called',
            chained: 'to the next unit',
          }[kind],
          { size: 14 },
        ),
      ]),
    ],
  );
}

/** Lesson 8: one template, ten clones. What does a machine cost that is almost the same as another? */
import type { TenClones } from '../clones.ts';
import type { Claim, Tour } from '../desk.ts';
import type { Workbench } from '../workbench.ts';

/** The clones, made and run once. */
function made(bench: Workbench): TenClones {
  const { tenClones } = bench.options;
  if (tenClones === undefined) throw new Error('snapshots are files, and there are none here');
  return bench.once('ten clones', () => tenClones(bench));
}

/** Pages that the clones have written, and with those that they share. */
function counts(bench: Workbench): { readonly own: number; readonly all: number; readonly apart: number } {
  const { clones, sharedPages, booted } = made(bench);
  const own = clones.reduce((sum, { pages }) => sum + pages, 0);
  return { own, all: sharedPages + own, apart: clones.length * booted };
}

function told(bench: Workbench): readonly string[] {
  const { clones, sharedPages } = made(bench);
  const { own, all, apart } = counts(bench);
  return [
    ...clones.map(
      ({ name, pages, said }) =>
        `  ${name.padEnd(8)} ${String(pages).padStart(4)} pages of its own   ${said}`,
    ),
    '',
    `${own} pages. With the ${sharedPages} that they share, ${all} pages instead of the ${apart} that ten`,
    'machines would have begun with.',
  ];
}

const claim = (text: string, holds: (clones: TenClones) => boolean): Claim => ({
  claim: text,
  holds: (bench) => holds(made(bench)),
});

export const tour: Tour = {
  number: 8,
  title: 'Lesson 8: one template, ten clones',
  shows: 'Ten machines cloned from one that has booted share every page that none of them writes.',
  atTerminal: true,
  stops: [
    {
      say: 'A small operating system, guests/kernel/kernel.s, has booted on a machine of 256 pages. At step 100000 it becomes a template: a snapshot that does not run, but is cloned.',
      show: (bench) => {
        const { template, booted, cloneFile } = made(bench);
        return [
          `The template's file has ${template} bytes: ${booted} pages are not zeros.`,
          `Each of ten clones has a file of ${cloneFile} bytes.`,
        ];
      },
      check: [
        claim(
          'a file of a clone is less than a hundredth of the template',
          ({ template, cloneFile }) => cloneFile * 100 < template,
        ),
        claim('each clone has an identity of its own', ({ identities }) => identities === 10),
      ],
    },
    {
      say: 'Each clone will be told another name. They run to their end, in turns, on one machine.',
      ask: {
        text: 'How many pages do the ten write meanwhile, of 2560 in all?',
        within: 100,
        answer: (bench) => String(counts(bench).own),
        right: 'That is about what you said.',
        wrong: 'Each clone writes its stacks, its tables and its counters, and nothing else.',
      },
      show: (bench) => told(bench),
      check: [
        claim('each clone was told its own name', ({ clones }) =>
          clones.every(({ name, said }) => said === `console: hello, ${name}`),
        ),
        claim(
          'a machine that boots by itself does and holds the same as its clone',
          ({ sameAlone }) => sameAlone,
        ),
        {
          claim: 'together they take less than half of what ten machines take',
          holds: (bench) => 2 * counts(bench).all < counts(bench).apart,
        },
        claim('the template is what it was, byte for byte', ({ templateIntact }) => templateIntact),
      ],
    },
  ],
  more: 'ringlab snapshot --help',
};

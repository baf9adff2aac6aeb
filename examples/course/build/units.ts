/** The units of the course: their sheets and slides, in examples/course, and what is made of them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ask, formatQuestion } from '../../exercises/format.ts';
import { kinds } from '../../exercises/index.ts';
import { Workbench } from '../../workbench.ts';
import { pictures } from '../pictures/index.ts';
import { handoutPage, marpDeck, picturesIn, slidesPage, withFiles } from './deck.ts';

/** A unit, by its sheet. */
export interface Unit {
  readonly number: number;
  /** The name of its files, without what comes after the dot: `01-machine`. */
  readonly name: string;
  readonly title: string;
  /** Its goal, in a sentence. */
  readonly goal: string;
  /** The sheet, as Markdown. */
  readonly sheet: string;
  /** The slides, as Markdown for Marp, in which pictures are named. */
  readonly slides: string;
}

/** A file that is made: its path in the folder, and its text. */
export interface MadeFile {
  readonly path: string;
  readonly text: string;
}

/** The package, or the checkout, from here, from the compiled file in dist/, and from the bundle. */
function packageRoot(): URL {
  const root = ['../', '../../', '../../../', '../../../../']
    .map((path) => new URL(path, import.meta.url))
    .find((url) => existsSync(new URL('examples/course/slides/', url)));
  if (root === undefined) throw new Error('the course is not in this package');
  return root;
}

const read = (path: string) => readFileSync(new URL(path, packageRoot()));

/** All units, in order. Throws an Error for a sheet that has no title or no goal. */
export function units(): readonly Unit[] {
  const folder = fileURLToPath(new URL('examples/course/', packageRoot()));
  return readdirSync(folder)
    .filter((file) => /^\d\d-[\w-]+\.md$/.test(file))
    .sort()
    .map((file) => {
      const sheet = read(`examples/course/${file}`).toString();
      const [, number, title] = /^# Unit (\d+): (.+)$/m.exec(sheet) ?? [];
      const [, goal] = /^\*\*Goal\.\*\* ([\s\S]+?)\n\n/m.exec(sheet) ?? [];
      if (number === undefined || title === undefined || goal === undefined)
        throw new Error(`${file}: no title or no goal`);
      return {
        number: Number(number),
        name: file.slice(0, -'.md'.length),
        title,
        goal: goal.replaceAll('\n', ' '),
        sheet,
        slides: read(`examples/course/slides/${file}`).toString(),
      };
    });
}

/** The units as lines. */
export function formatUnits(list: readonly Unit[]): string {
  return list
    .map(({ number, title, goal }) => `${String(number).padStart(2)}  ${title}\n    ${goal}\n`)
    .join('');
}

/** The names of all pictures. */
export const pictureNames: readonly string[] = [...pictures.keys()];

/** Draws the picture of that name; undefined if there is none. */
export function drawPicture(name: string): string | undefined {
  const bench = new Workbench({ read });
  return pictures.get(name)?.(bench);
}

/** What a student takes home: the goal, the questions of the unit for a seed, and what to hand in. */
function handoutOf({ number, title, goal, sheet }: Unit, seed: number): string {
  const asked = kinds.filter(({ unit }) => unit === number).map((kind) => formatQuestion(ask(kind, seed)));
  const [, hands = ''] = /^## Hand in\n\n([\s\S]*?)(?=\n## |$(?![\s\S]))/m.exec(sheet) ?? [];
  return [
    `# ${title}`,
    '',
    `Unit ${number}, seed ${seed}. Goal: ${goal}`,
    '',
    ...asked.flatMap((text) => ['```', text.trimEnd(), '```', '']),
    '## Hand in',
    '',
    hands.trim(),
    '',
  ].join('\n');
}

/** Everything of a unit: slides and a handout for the seed, each as Markdown and as a page, and the pictures. */
export function unitFiles(unit: Unit, seed: number): readonly MadeFile[] {
  const { name, title, slides } = unit;
  const handout = handoutOf(unit, seed);
  return [
    { path: `${name}.md`, text: marpDeck(title, slides) },
    { path: `${name}.html`, text: slidesPage(title, slides) },
    { path: `${name}-handout.md`, text: withFiles(handout) },
    { path: `${name}-handout.html`, text: handoutPage(title, handout) },
    ...picturesIn(slides).map((picture) => {
      const text = drawPicture(picture);
      if (text === undefined) throw new Error(`${name}: no picture "${picture}"`);
      return { path: `pictures/${picture}.svg`, text };
    }),
  ];
}

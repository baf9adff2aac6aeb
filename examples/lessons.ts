/**
 * The lessons by name, in the order in which a course would give them: it begins with one that shows everything at once,
 * and ends with monitors on monitors. `ringlab lesson` gives them; this module is a bundle of its own.
 */
import { type Lesson, lessonOf } from './lesson.ts';
import type { Tour } from './desk.ts';
import { tour as predict } from './tours/01-predict.ts';
import { tour as jrst1 } from './tours/02-jrst-1.ts';
import { tour as oneLine } from './tours/03-one-line.ts';
import { tour as ringCompression } from './tours/04-ring-compression.ts';
import { tour as fourChallenges } from './tours/05-four-challenges.ts';
import { tour as redPill } from './tours/06-red-pill.ts';
import { tour as aSwitch } from './tours/07-a-switch.ts';
import { tour as tenClones } from './tours/08-ten-clones.ts';
import { tour as sixStages } from './tours/09-six-stages.ts';
import { tour as theDirtier } from './tours/10-the-dirtier.ts';
import { tour as stepBack } from './tours/11-step-back.ts';
import { tour as threeActs } from './tours/12-three-acts.ts';
import { tour as worthReading } from './tours/13-worth-reading.ts';
import { tour as rewritten } from './tours/14-rewritten.ts';
import { tour as theorem2 } from './tours/15-theorem-2.ts';
import { tour as whatALevelCosts } from './tours/16-what-a-level-costs.ts';
import { tour as portingAGuest } from './tours/17-porting-a-guest.ts';
import { tour as aContainer } from './tours/18-a-container.ts';
import { tour as fewerExits } from './tours/19-fewer-exits.ts';
import { tour as aRack } from './tours/20-a-rack.ts';

export { fold } from './fold.ts';

/** A lesson, and how it is called. */
export interface NamedLesson extends Lesson {
  /** As in the name of its file: `three-acts`. */
  readonly name: string;
  /** The number in the name of its file, which also calls it. */
  readonly number: number;
  /** What it is about, with others. */
  readonly part: string;
  /** A file of the reader's own can stand in the place of this one. */
  readonly own: string | undefined;
}

/** Few parts, so that the list of `ringlab lesson` fits a screen of 24 rows. */
const parts: Readonly<Record<string, Readonly<Record<string, Tour>>>> = {
  'Monitors, and which machines they need': {
    'three-acts': threeActs,
    predict,
    'jrst-1': jrst1,
    'one-line': oneLine,
    'ring-compression': ringCompression,
    'four-challenges': fourChallenges,
    'red-pill': redPill,
    'worth-reading': worthReading,
    rewritten,
  },
  'Time, networks, moving, hardware, containers, recursion': {
    'step-back': stepBack,
    'ten-clones': tenClones,
    'a-switch': aSwitch,
    'six-stages': sixStages,
    'the-dirtier': theDirtier,
    'a-rack': aRack,
    'fewer-exits': fewerExits,
    'porting-a-guest': portingAGuest,
    'a-container': aContainer,
    'theorem-2': theorem2,
    'what-a-level-costs': whatALevelCosts,
  },
};

export const lessons: readonly NamedLesson[] = Object.entries(parts).flatMap(([part, tours]) =>
  Object.entries(tours).map(([name, tour]) => ({
    ...lessonOf(tour),
    title: titleOf(tour),
    name,
    part,
    number: tour.number,
    own: tour.own,
  })),
);

/** `Three acts on one guest`, without the number. */
function titleOf({ title }: Tour): string {
  const plain = title.replace(/^Lesson \d+: /, '');
  return `${plain.slice(0, 1).toUpperCase()}${plain.slice(1)}`;
}

/** The keys of the tour panel. */
import type { Key } from '../keys.ts';
import { goOn, goStops, openScene, place, toggleTours } from './touring.ts';

const inTour: readonly Key[] = [
  { key: '.', says: 'Go on with the tour: show the answer, then the next stop', run: goOn },
  { key: ',', says: 'Go back one stop of the tour', run: () => goStops(-1) },
  { key: 'r', says: 'Go back to what the tour shows', run: openScene },
];

/** Keys that do something now. */
export function tourKeys(): readonly Key[] {
  return [
    { key: 't', says: 'Open or close the tours', run: toggleTours },
    ...(place.value === undefined ? [] : inTour),
  ];
}

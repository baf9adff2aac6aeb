/** All pictures of the course, by name. */
import type { Workbench } from '../../workbench.ts';
import { ringCompression } from './ring-compression.ts';
import { shadowTables } from './shadow-tables.ts';
import { sixStages } from './six-stages.ts';
import { translationUnit } from './translation-unit.ts';
import { trapWay } from './trap-way.ts';

/** Draws a picture as SVG text. */
export type Draw = (bench: Workbench) => string;

export const pictures: ReadonlyMap<string, Draw> = new Map<string, Draw>([
  ['ring-compression', ringCompression],
  ['trap-way', trapWay],
  ['shadow-tables', shadowTables],
  ['translation-unit', translationUnit],
  ['six-stages', sixStages],
]);

/** All directives, by name. Each group is in a file of its own. */
import { blockDirectives } from './blocks.ts';
import { conditionDirectives } from './conditions.ts';
import { dataDirectives } from './data.ts';
import type { RunDirective, RunRawDirective } from './directive.ts';
import { equivalentDirectives } from './equivalents.ts';
import { floatDirectives } from './floats.ts';
import { insnDirectives } from './insn.ts';
import { optionDirectives } from './options.ts';
import { otherDirectives } from './other.ts';
import { sectionDirectives } from './sections.ts';
import { spaceDirectives } from './space.ts';
import { symbolDirectives } from './symbols.ts';

const groups = [
  dataDirectives,
  floatDirectives,
  spaceDirectives,
  sectionDirectives,
  symbolDirectives,
  equivalentDirectives,
  conditionDirectives,
  blockDirectives,
  insnDirectives,
  optionDirectives,
  otherDirectives,
];

/** Directives whose operands are a list, parsed by the grammar. */
export const parsedDirectives: ReadonlyMap<string, RunDirective> = new Map(
  groups.flatMap((group) => Object.entries(group.parsed ?? {})),
);

/** Directives that read their own text. */
export const rawDirectives: ReadonlyMap<string, RunRawDirective> = new Map(
  groups.flatMap((group) => Object.entries(group.raw ?? {})),
);

/** Names of all directives, with the dot. */
export const directiveNames: readonly string[] = [...parsedDirectives.keys(), ...rawDirectives.keys()];

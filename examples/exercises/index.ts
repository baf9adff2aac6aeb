/** All kinds of exercises, in the order of the course. */
import type { Kind } from './exercise.ts';
import { accessedDirty } from './kinds/accessed-dirty.ts';
import { anotherRound } from './kinds/another-round.ts';
import { clonePages } from './kinds/clone-pages.ts';
import { exits } from './kinds/exits.ts';
import { firstDifference } from './kinds/first-difference.ts';
import { frames } from './kinds/frames.ts';
import { lastStore } from './kinds/last-store.ts';
import { pageFaults } from './kinds/page-faults.ts';
import { prints } from './kinds/prints.ts';
import { relocation } from './kinds/relocation.ts';
import { replayLog } from './kinds/replay-log.ts';
import { rounds } from './kinds/rounds.ts';
import { sensitive } from './kinds/sensitive.ts';
import { shadowEntries } from './kinds/shadow-entries.ts';
import { stacks } from './kinds/stacks.ts';
import { tableWrite } from './kinds/table-write.ts';
import { theorems } from './kinds/theorems.ts';
import { timer } from './kinds/timer.ts';
import { translation } from './kinds/translation.ts';
import { trapOrNot } from './kinds/trap-or-not.ts';
import { trapState } from './kinds/trap-state.ts';

export const kinds: readonly Kind[] = [
  trapState,
  prints,
  trapOrNot,
  sensitive,
  theorems,
  relocation,
  firstDifference,
  exits,
  pageFaults,
  accessedDirty,
  shadowEntries,
  timer,
  frames,
  translation,
  lastStore,
  replayLog,
  clonePages,
  anotherRound,
  rounds,
  stacks,
  tableWrite,
];

/** All tours, in the order in which they are given. */
import type { Tour } from '../desk.ts';
import { tour as predict } from './01-predict.ts';
import { tour as jrst1 } from './02-jrst-1.ts';
import { tour as oneLine } from './03-one-line.ts';
import { tour as ringCompression } from './04-ring-compression.ts';
import { tour as fourChallenges } from './05-four-challenges.ts';
import { tour as redPill } from './06-red-pill.ts';
import { tour as aSwitch } from './07-a-switch.ts';
import { tour as tenClones } from './08-ten-clones.ts';
import { tour as sixStages } from './09-six-stages.ts';
import { tour as theDirtier } from './10-the-dirtier.ts';
import { tour as stepBack } from './11-step-back.ts';
import { tour as threeActs } from './12-three-acts.ts';
import { tour as worthReading } from './13-worth-reading.ts';
import { tour as rewritten } from './14-rewritten.ts';
import { tour as theorem2 } from './15-theorem-2.ts';
import { tour as whatALevelCosts } from './16-what-a-level-costs.ts';
import { tour as portingAGuest } from './17-porting-a-guest.ts';
import { tour as aContainer } from './18-a-container.ts';
import { tour as fewerExits } from './19-fewer-exits.ts';
import { tour as aRack } from './20-a-rack.ts';

export const tours: readonly Tour[] = [
  predict,
  jrst1,
  oneLine,
  ringCompression,
  fourChallenges,
  redPill,
  aSwitch,
  tenClones,
  sixStages,
  theDirtier,
  stepBack,
  threeActs,
  worthReading,
  rewritten,
  theorem2,
  whatALevelCosts,
  portingAGuest,
  aContainer,
  fewerExits,
  aRack,
];

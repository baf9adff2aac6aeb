/** The views, in the order of their digits (Alt+1 to Alt+7). README.md says how to add one. */
import type { FunctionComponent } from 'preact';
import { Acts } from './acts/acts.tsx';
import { Classify } from './classify/classify.tsx';
import type { Key } from './keys.ts';
import { MachineView } from './machine/machine-view.tsx';
import { MemoryView } from './memory/memory.tsx';
import { Move, moveKeys } from './move/move.tsx';
import { Pool, poolKeys } from './pool/pool.tsx';
import { Translation } from './translation/translation.tsx';
import { TourPanel } from './tour/tour-panel.tsx';

export interface View {
  /** In links: never changed. */
  readonly id: string;
  readonly title: string;
  readonly Component: FunctionComponent;
  /** Whether the row with processor and monitor is above it; default true. */
  readonly hasSetup?: boolean;
  /** Whether it is about the two machines, whose program, verdict and time are then around it; default true. */
  readonly hasMachines?: boolean;
  /** Keys that do something only while the view is shown. */
  readonly keys?: readonly Key[];
}

export const views: readonly View[] = [
  { id: 'acts', title: 'Acts', Component: Acts, hasSetup: false },
  { id: 'machine', title: 'Machine', Component: MachineView },
  { id: 'memory', title: 'Memory', Component: MemoryView },
  { id: 'translation', title: 'Translation', Component: Translation },
  { id: 'classify', title: 'Classify', Component: Classify },
  {
    id: 'move',
    title: 'Move',
    Component: Move,
    hasSetup: false,
    hasMachines: false,
    keys: moveKeys,
  },
  { id: 'pool', title: 'Pool', Component: Pool, hasSetup: false, hasMachines: false, keys: poolKeys },
];

/** What stands in a column at the right of every view, when it has something to show. */
export const asides: readonly FunctionComponent[] = [TourPanel];

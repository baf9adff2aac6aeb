/** A complete solution of examples/your-monitor for each stage. */
import type { MonitorFactory } from 'ringlab/testing';
import type { YourMonitor } from '../../../examples/your-monitor/monitor.ts';
import { Monitor1 } from './stage1.ts';
import { Monitor2 } from './stage2.ts';
import { Monitor3 } from './stage3.ts';
import { Monitor4 } from './stage4.ts';
import { Monitor5 } from './stage5.ts';
import { Monitor6 } from './stage6.ts';
import { Monitor7 } from './stage7.ts';
import { Monitor8 } from './stage8.ts';
import { Monitor9 } from './stage9.ts';

const classes: readonly (new (...args: ConstructorParameters<typeof YourMonitor>) => YourMonitor)[] = [
  Monitor1,
  Monitor2,
  Monitor3,
  Monitor4,
  Monitor5,
  Monitor6,
  Monitor7,
  Monitor8,
  Monitor9,
];

/** The solution of each stage, the first first. */
export const solutions: readonly MonitorFactory[] = classes.map(
  (make) => (machine, allocation) => new make(machine, allocation),
);

export default solutions[8];

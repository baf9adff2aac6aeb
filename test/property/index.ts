/** `ringlab/testing`: random guests, and Popek and Goldberg's properties to judge a monitor by. README.md is the way in. */
export { guests } from './arbitrary.ts';
export { fastEngine, oracleOf } from './bare.ts';
export type { Allocation, GuestState, Monitor, MonitorFactory, RealMachine, Stop, Trap } from './contract.ts';
export { randomProgram } from './generate.ts';
export { hostedMonitor } from './hosted.ts';
export { type Difference, judge, stepsOf, type Verdict } from './judge.ts';
export { type MonitorModule, type OwnOptions, ownMonitor } from './own.ts';
export { formatProgram, sizeOf } from './print.ts';
export { everything, type Profile } from './profile.ts';
export { imageOf, type Program } from './program.ts';
export {
  type Counterexample,
  efficiency,
  equivalence,
  type PropertyOptions,
  type PropertyName,
  type PropertyResult,
  resourceControl,
} from './properties.ts';
export { describeCounterexample } from './report.ts';
export { shrink, smaller } from './shrink.ts';
export { sound, variantsNamed } from './sound.ts';
export { type Candidate, type Counts, type Setting, Stuck, type Subject, Trespass } from './subject.ts';
export { type Stage, stages } from './stages.ts';
export { PORT } from '../../isa/machine/devices/ports.ts';
export { PTE } from '../../isa/machine/translate.ts';
export type { Probe, Processor } from '../../isa/table/processor.ts';
export type { Instruction } from '../../isa/table/row.ts';
export { SR, STATUS, systemRegisters } from '../../isa/table/sysregs.ts';
export { decode } from '../../isa/table/table.ts';
export { CAUSE, LINE } from '../../isa/table/traps.ts';

/** What a submission imports from `ringlab/testing` (examples/your-monitor). */
export type { Allocation, GuestState, Monitor, MonitorFactory, RealMachine, Stop, Trap } from './contract.ts';
export { PORT } from '../../isa/machine/devices/ports.ts';
export { PTE } from '../../isa/machine/translate.ts';
export type { Probe, Processor } from '../../isa/table/processor.ts';
export type { Instruction } from '../../isa/table/row.ts';
export { SR, STATUS, systemRegisters } from '../../isa/table/sysregs.ts';
export { decode } from '../../isa/table/table.ts';
export { CAUSE, LINE } from '../../isa/table/traps.ts';

/**
 * The library: everything that runs in a browser as well as in Node. What needs files is in `ringlab/node`, random
 * guests and the properties of monitors are in `ringlab/testing`.
 *
 * The headings below are the chapters of REFERENCE.md, which `npm run reference` writes from the declarations.
 */

// ---- Assembling ----

export {
  type AssembleOptions,
  type Assembly,
  AssemblyError,
  assemble,
  type Diagnostic,
  type DiagnosticUse,
  formatDiagnostic,
  formatListing,
  type ListingLine,
  type SourceFile,
} from './assembler/index.ts';

// ---- Images ----

export {
  type Image,
  ImageError,
  type ImageSymbol,
  loadImage,
  readImage,
  type Section,
  type Segment,
} from './isa/machine/image.ts';
export { ProgramMap, type ProgramPart } from './isa/machine/program-map.ts';
export type { SourceLine } from './isa/machine/lines.ts';
export { sourceLine } from './isa/machine/report.ts';
export { disassembleImage } from './isa/machine/disassemble-image.ts';
export { SymbolTable } from './isa/machine/symbols.ts';

// ---- Guests ----

export { createGuest, type CreateGuestOptions, type Guest } from './vmm/monitor/create-guest.ts';
export type { Stop } from './isa/machine/stop.ts';

// ---- Machines ----

export { Machine, type MachineOptions } from './isa/machine/machine.ts';
export type { MachineState } from './isa/machine/state.ts';
export type { Memory } from './isa/machine/memory.ts';
export { CollectingConsole, Console } from './isa/machine/devices/console.ts';
export { type DiskStore, MemoryDisk, SECTOR } from './isa/machine/devices/disk.ts';
export type { NetworkLink } from './isa/machine/devices/network.ts';
export { PORT } from './isa/machine/devices/ports.ts';
export { defaultMemory, MEMORY, PAGE, type Storage } from './isa/machine/storage.ts';
export { PTE } from './isa/machine/translate.ts';
export type { Probe } from './isa/table/processor.ts';

// ---- Engines ----

export { createEngine, type Engine, type EngineName, engineNames, storageFor } from './isa/engines/engine.ts';
export type { FastOptions } from './isa/engines/fast/fast.ts';

// ---- The instruction table ----

export { allRows, decode, encode, type FieldValues, rowNamed, rowOf } from './isa/table/table.ts';
export type { Instruction, Operand, Privilege, Row, Sensitivity } from './isa/table/row.ts';
export { disassemble } from './isa/table/disassemble.ts';
export { registerName } from './isa/table/registers.ts';
export { SR, STATUS, type SystemRegister, systemRegisters } from './isa/table/sysregs.ts';
export { CAUSE, causeName, LINE } from './isa/table/traps.ts';

// ---- Variants ----

export {
  parseVariant,
  type Variant,
  VariantError,
  variantNamed,
  variantRows,
  variants,
} from './isa/table/variants.ts';

// ---- Classification ----

export {
  type Classification,
  classify,
  classifying,
  type InstructionClass,
} from './isa/classify/classify.ts';
export type { Theorems, Verdict } from './isa/classify/theorems.ts';
export { formatJson as classificationJson } from './isa/classify/format-json.ts';
export { formatSvg as classificationSvg } from './isa/classify/format-svg.ts';

// ---- Monitors ----

export {
  type GuestDescription,
  Monitor,
  type MonitorOptions,
  type Underneath,
} from './vmm/monitor/monitor.ts';
export { createStack, guestFor, machineOf, stackNamed } from './vmm/monitor/stack.ts';
export { type Strategy, strategies, strategyNamed } from './vmm/monitor/strategies.ts';
export type { VirtualMachine } from './vmm/monitor/virtual-machine.ts';
export type { Ledger } from './vmm/guest/ledger.ts';

// ---- Comparison ----

export { compareGuest, type CompareGuestOptions } from './vmm/monitor/compare-guest.ts';
export {
  compareSides,
  comparing,
  type Comparison,
  type Difference,
  type Divergence,
  type Manner,
  type Side,
} from './vmm/monitor/compare.ts';

// ---- Work that takes time ----

export { finish, type Work } from './isa/work.ts';

// ---- Timelines ----

export { type Follower, Timeline, type TimelineOptions, type Travel } from './vmm/replay/timeline.ts';
export { createSubject, type Subject, type SubjectOptions } from './vmm/replay/subject.ts';
export { type DevicesOptions, RecordedDevices } from './vmm/replay/devices.ts';
export type { Input, RecordedInput } from './vmm/replay/inputs.ts';
export type { Limits } from './vmm/replay/checkpoints.ts';
export type { Armed, Watchpoint } from './vmm/replay/points.ts';
export { stepBack, stepForward } from './vmm/replay/stepping.ts';
export { type Found, seekExit, seekPoint, seekTrap, seekWrite } from './vmm/replay/search.ts';
export { Chronicle, type ChronicleEvent } from './vmm/replay/chronicle.ts';

// ---- Recordings ----

export {
  checkIdentity,
  decodeRecording,
  encodeRecording,
  type Identity,
  identityOf,
  type Recording,
} from './vmm/replay/recording.ts';
export { RecordingError } from './vmm/replay/container.ts';
export { type Hash, portableSha256, type Sha256 } from './vmm/wire/sha256.ts';

// ---- Snapshots ----

export {
  readSnapshot,
  restoreSnapshot,
  type SnapshotInfo,
  type SnapshotSubject,
  takeSnapshot,
} from './vmm/snapshot/bytes.ts';
export { SnapshotError } from './vmm/snapshot/failure.ts';
export { FieldError } from './vmm/wire/schema.ts';

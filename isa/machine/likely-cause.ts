/**
 * What most likely led to a trap that ended a guest, in a few sentences for the author of the guest. There is one function for
 * each kind of mistake, the most certain first; the first one that applies is reported. It looks at the machine as the trap left
 * it, and changes nothing.
 */
import { hex } from '../table/disassemble.ts';
import type { Instruction } from '../table/row.ts';
import { registerName } from '../table/registers.ts';
import { decode } from '../table/table.ts';
import { CAUSE } from '../table/traps.ts';
import { PORT } from './devices/ports.ts';
import type { Machine } from './machine.ts';
import { explainForeign, peekWord } from './report.ts';
import type { ProgramMap } from './program-map.ts';

/** A trap without a handler. `value` is unsigned; the pc of the machine is at the instruction. */
export interface Crash {
  readonly machine: Machine;
  readonly cause: number;
  readonly value: number;
  readonly program: ProgramMap;
  /** Whether it is a process, not a machine. */
  readonly isProcess: boolean;
}

type Guess = (crash: Crash) => string | undefined;

/** The likely cause, or undefined if nothing is known beyond the trap itself. */
export function likelyCause(crash: Crash): string | undefined {
  for (const guess of guesses) {
    const text = guess(crash);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** How a program ends itself. */
function howToEnd(isProcess: boolean): string {
  return isProcess
    ? 'End a process with the exit call: li a0, 0; li a7, 93; ecall.'
    : `End a machine by writing its status to the power port: li t0, ${PORT.POWER}; li t1, 0; out t0, t1.`;
}

const fetchFaults: ReadonlySet<number> = new Set([CAUSE.FETCH_ACCESS, CAUSE.FETCH_PAGE]);
const dataFaults: ReadonlySet<number> = new Set([
  CAUSE.LOAD_ACCESS,
  CAUSE.LOAD_PAGE,
  CAUSE.STORE_ACCESS,
  CAUSE.STORE_PAGE,
]);

/** Whether the trap says that there is no instruction to execute at pc. */
function hasNoInstruction({ cause }: Crash): boolean {
  return fetchFaults.has(cause) || cause === CAUSE.ILLEGAL;
}

/** How far beyond its code a program is believed to have run, at most, in bytes. */
const nearby = 64;

const fellOffTheEnd: Guess = (crash) => {
  const { machine, program, isProcess } = crash;
  if (!hasNoInstruction(crash) || program.isCode(machine.pc)) return undefined;
  const end = program.codeEndBefore(machine.pc);
  if (end === undefined || machine.pc - end >= nearby) return undefined;
  const behind = program.partAt(machine.pc)?.name;
  const where = behind === undefined ? '' : ` into ${behind}, which is data`;
  const last = program.line(end - 4);
  const line = last === undefined ? '' : ` (${last.file}:${last.line})`;
  return `The program ran on past its last instruction${line}${where}. ${howToEnd(isProcess)}`;
};

const returnedToNobody: Guess = (crash) => {
  const { machine, program, isProcess } = crash;
  if (!hasNoInstruction(crash) || machine.pc !== 0 || program.isCode(0)) return undefined;
  if (machine.x[1] !== 0)
    return 'It jumped to address 0, where no code is: a pointer to a function that was never set.';
  return `It jumped to address 0, as ret does while ra is 0: nobody called this code, so there is nowhere to return to. ${howToEnd(isProcess)}`;
};

const ranIntoData: Guess = (crash) => {
  const { machine, program } = crash;
  if (!hasNoInstruction(crash)) return undefined;
  const part = program.partAt(machine.pc);
  if (part === undefined) return undefined;
  const label = program.symbols.describe(machine.pc);
  const at = label === '' ? '' : ` (${label})`;
  if (!part.executable)
    return `This place${at} is in ${part.name}, which is data and no code. It was jumped to through a wrong pointer, or the code before it does not end.${pointers(crash)}`;
  const asData = 'put it into .data, and let the code before it end or jump past it.';
  const reason = foreign(crash.cause, crash.value);
  return reason === undefined
    ? `Among the code, at this place${at}, is a word that is no instruction. If it is data, ${asData}`
    : `${reason} If it is data${at}, ${asData}`;
};

const jumpedOutside: Guess = (crash) => {
  const { machine, program } = crash;
  if (!hasNoInstruction(crash) || program.parts.length === 0) return undefined;
  if (program.partAt(machine.pc) !== undefined) return undefined;
  return `No part of the program is at this address: it was jumped to through a wrong pointer, such as a return address that was overwritten.${pointers(crash)}`;
};

/** Names the registers that hold pc, because the jump probably took it from there. */
function pointers({ machine }: Crash): string {
  const names = [...machine.x.keys()].filter((n) => n > 0 && (machine.x[n] as number) >>> 0 === machine.pc);
  return names.length === 0 ? '' : ` The address is in ${names.map(registerName).join(' and ')}.`;
}

/** The load or store that faulted. */
function accessOf({ machine, cause }: Crash): Instruction | undefined {
  const word = dataFaults.has(cause) ? peekWord(machine, machine.pc) : undefined;
  const at = word === undefined ? undefined : decode(word);
  return at?.row.effect.kind === 'load' || at?.row.effect.kind === 'store' ? at : undefined;
}

const stackPointer = 2;
/** A stack pointer that started at 0 is at most this far below it. */
const deepest = 2 ** 20;

const stackNeverSet: Guess = (crash) => {
  const { machine, isProcess } = crash;
  const sp = machine.x[stackPointer] as number;
  if (isProcess || accessOf(crash)?.rs1 !== stackPointer || sp > 0 || sp < -deepest) return undefined;
  return `sp is ${hex(sp)}: it was never set. A machine starts with all registers 0; set sp first, to the end of its memory for example: li sp, ${hex(machine.memory.size)}. (A process is given a stack: --process.)`;
};

/** An access below this address probably goes to an object at address 0. */
const nullPage = 4096;

const wildPointer: Guess = (crash) => {
  const at = accessOf(crash);
  if (at === undefined || at.rs1 === 0 || (at.rs1 === stackPointer && crash.isProcess)) return undefined;
  const { machine, value, isProcess } = crash;
  const base = `${registerName(at.rs1)}, through which it was accessed, holds ${hex(machine.x[at.rs1] as number)}`;
  if (value < nullPage) return `${base}: a null pointer, or one that was never set.`;
  const { size } = machine.memory;
  return isProcess || value < size
    ? `${base}.`
    : `${base}; ${size / 2 ** 20} MiB of memory end at ${hex(size)} (--memory gives more).`;
};

const isForMachines: Guess = ({ cause, isProcess }) =>
  isProcess && cause === CAUSE.PRIVILEGED
    ? 'Only ring 0 of a machine may do this, and this is a process, which has system calls instead. If the program is for a machine, run it without --process.'
    : undefined;

const isForProcesses: Guess = ({ machine, cause, isProcess }) =>
  !isProcess && cause === CAUSE.ECALL
    ? `A machine has nobody who answers ecall but the handler in TVEC. If this is a program for Linux (a7, the number of the call, is ${machine.x[17] as number}), run it with --process.`
    : undefined;

const noHandler: Guess = ({ cause, isProcess }) => {
  if (isProcess) return undefined;
  if (cause >= CAUSE.INTERRUPT)
    return 'Interrupts were enabled before there was a handler: write its address to TVEC first.';
  return cause === CAUSE.PRIVILEGED
    ? 'Ring 0 may do this alone. Whoever leaves ring 0 needs a handler for what happens then: write its address to TVEC first.'
    : undefined;
};

const breakpoint: Guess = ({ cause, isProcess }) =>
  cause === CAUSE.BREAKPOINT
    ? `ebreak is for debuggers, and there is none. ${howToEnd(isProcess)}`
    : undefined;

const isForAnotherMachine: Guess = ({ cause, value }) => foreign(cause, value);

/** explainForeign's reason as a sentence. */
function foreign(cause: number, value: number): string | undefined {
  const reason = explainForeign(cause, value);
  return reason && `${reason[0]?.toUpperCase()}${reason.slice(1)}.`;
}

const guesses: readonly Guess[] = [
  fellOffTheEnd,
  returnedToNobody,
  ranIntoData,
  jumpedOutside,
  isForAnotherMachine,
  stackNeverSet,
  wildPointer,
  isForMachines,
  isForProcesses,
  noHandler,
  breakpoint,
];

/** What a client shows of the guest in its variables: the processors, page tables and monitor, and the data of the program. */
import type { Machine } from '../../isa/machine/machine.ts';
import { PTE } from '../../isa/machine/translate.ts';
import { hex } from '../../isa/table/disassemble.ts';
import { STATUS } from '../../isa/table/sysregs.ts';
import { partsOf, peek } from '../../vmm/debug/addresses.ts';
import { type DebugRegister, debugRegisters } from '../../vmm/debug/registers.ts';
import { type PageRun, viewTables } from '../../vmm/memory/tables.ts';
import type { DebuggedGuest } from '../debugging.ts';

/** A value with a name. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  /** The address in the guest's memory that it is, or is at. */
  readonly memory?: number | undefined;
  /** What is in it, if anything is. */
  readonly parts?: (() => Variable[]) | undefined;
  /** Changes it; without, it cannot be changed. */
  readonly write?: ((value: number) => void) | undefined;
  /** Bytes from `memory` on that can be watched. */
  readonly watched?: number | undefined;
  /** Why it cannot be changed. */
  readonly fixed?: string | undefined;
}

/** A group of variables. */
export interface VariableScope {
  readonly name: string;
  readonly isExpensive: boolean;
  readonly read: () => Variable[];
}

/** Registers before the system registers. */
const generalCount = debugRegisters.findIndex(({ name }) => name === 'status');
const general = debugRegisters.slice(0, generalCount);
const system = debugRegisters.slice(generalCount);

/** The scopes of a guest, as it is when they are read. */
export function scopesOf(guest: DebuggedGuest): VariableScope[] {
  const { subject, machine } = guest;
  const isMonitored = subject.host !== undefined;
  const name = isMonitored ? 'Virtual CPU' : 'CPU';
  const own = (registers: readonly DebugRegister[]) => registers.map((one) => ownRegister(guest, one));
  const scopes: VariableScope[] = [
    { name: `${name}: registers`, isExpensive: false, read: () => own(general) },
    { name: `${name}: system registers`, isExpensive: false, read: () => own(system) },
    { name: 'Data', isExpensive: false, read: () => dataOf(guest) },
    {
      name: isMonitored ? 'Page tables and their shadow' : 'Page tables',
      isExpensive: true,
      read: () => tablesOf(guest),
    },
  ];
  if (!isMonitored) return scopes;
  const below = subject.processors.filter((processor) => processor !== machine);
  const real = below.map((processor, n): VariableScope => {
    const place = n === below.length - 1 ? 'Real CPU' : `CPU of level ${below.length - n}`;
    return { name: place, isExpensive: false, read: () => realRegisters(processor) };
  });
  return [...scopes, ...real, { name: 'Monitor', isExpensive: false, read: () => accountOf(guest) }];
}

// ---- Processors ----

function ownRegister(guest: DebuggedGuest, register: DebugRegister): Variable {
  const { machine, session } = guest;
  const { name, write } = register;
  const word = register.read(machine) >>> 0;
  return {
    name,
    value: described(guest, register, word),
    memory: name === 'status' ? undefined : word,
    write: write && ((value) => session.timeline.record({ kind: 'register', ...write, value: value | 0 })),
    fixed: `${name} is read-only: no instruction can write it either`,
  };
}

/** A word as a person reads it: of STATUS the fields, of an address its name. */
function described({ program }: DebuggedGuest, { type, name }: DebugRegister, word: number): string {
  if (type === 'status_bits') return `${hex(word)} ${statusText(word)}`;
  const symbol = type === 'code_ptr' || name === 'ra' || name === 'sp' ? program.symbols.describe(word) : '';
  if (symbol !== '') return `${hex(word)} ${symbol}`;
  return type === 'int' && name !== 'sp' ? `${hex(word)} ${word | 0}` : hex(word);
}

function statusText(word: number): string {
  return `ring ${word & STATUS.RING}, IF ${Number((word & STATUS.IF) !== 0)}`;
}

const notOurs =
  "the monitor's machine is shown, not changed: change the virtual CPU, and the monitor will follow";

function realRegisters(real: Machine): Variable[] {
  const variables = debugRegisters.map(({ name, read, type }): Variable => {
    const word = read(real) >>> 0;
    return {
      name,
      value: type === 'status_bits' ? `${hex(word)} ${statusText(word)}` : hex(word),
      fixed: notOurs,
    };
  });
  return [{ name: 'ring', value: String(real.ring), fixed: notOurs }, ...variables];
}

// ---- Memory ----

/** Symbols shown of a program's data. */
const mostData = 500;

function dataOf(guest: DebuggedGuest): Variable[] {
  const { program, machine } = guest;
  const named = program.symbols.all.filter(({ address }) => program.partAt(address)?.executable === false);
  return named.slice(0, mostData).map(({ name, address }) => wordVariable(guest, machine, name, address));
}

/** The word at a symbol, as a variable. */
function wordVariable(guest: DebuggedGuest, machine: Machine, name: string, address: number): Variable {
  const bytes = peek(machine, address, 4);
  if (bytes.length < 4)
    return { name, value: 'not mapped now', memory: address, fixed: `${name} is not mapped now` };
  const word = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  return {
    name,
    value: `${hex(word)} ${word | 0}`,
    memory: address,
    watched: 4,
    write: (value) => writeMemory(guest, address, wordBytes(value)),
  };
}

function wordBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value | 0, true);
  return bytes;
}

/** Writes as many bytes as are mapped, from virtual address `va` on, as an input of the run; returns their number. */
export function writeMemory({ session, machine }: DebuggedGuest, va: number, bytes: Uint8Array): number {
  let done = 0;
  for (const { at, length } of partsOf(machine, va, bytes.length)) {
    session.timeline.record({ kind: 'memory', at, bytes: bytes.slice(done, done + length) });
    done += length;
  }
  return done;
}

function tablesOf({ subject }: DebuggedGuest): Variable[] {
  const { paging, root, shadowRoot, tables } = viewTables(subject);
  const roots: Variable[] = [
    { name: 'paging', value: paging ? 'on' : 'off' },
    ...(root === undefined ? [] : [{ name: 'root', value: hex(root) }]),
    ...(shadowRoot === undefined ? [] : [{ name: 'shadow root (real memory)', value: hex(shadowRoot) }]),
  ];
  return roots.concat(tables.flatMap(({ runs }) => runs.map(runVariable)));
}

/** Pages that are mapped alike: how many, where the guest's tables and the shadow lead, and what the shadow lacks. */
function runVariable({ va, pages, guest, shadow, state }: PageRun): Variable {
  const count = pages === 1 ? '1 page' : `${pages} pages`;
  const sides = [
    `guest ${entryText(guest)}`,
    ...(state === 'bare' ? [] : [`shadow ${entryText(shadow)}`, state]),
  ];
  return { name: hex(va), value: `${count}: ${sides.join(', ')}`, memory: va };
}

const rightLetters = [
  [PTE.R, 'r'],
  [PTE.W, 'w'],
  [PTE.X, 'x'],
  [PTE.U, 'u'],
  [PTE.A, 'a'],
  [PTE.D, 'd'],
] as const;

function entryText(entry: number | undefined): string {
  if (entry === undefined) return 'none';
  const rights = rightLetters.map(([bit, letter]) => ((entry & bit) === 0 ? '-' : letter)).join('');
  return `${hex((entry & PTE.FRAME) >>> 0)} ${rights}`;
}

// ---- The monitor ----

function accountOf({ subject }: DebuggedGuest): Variable[] {
  return subject.levels.map(({ strategy, ledger }, n) => {
    const exits = [...ledger.exits].map(([name, count]) => ({ name, value: String(count) }));
    const total = exits.reduce((sum, { value }) => sum + Number(value), 0);
    return {
      name: `level ${n + 1}`,
      value: `${strategy}: ${total} exits, ${ledger.direct} steps directly, ${ledger.byMonitor} by the monitor`,
      parts: () => exits,
    };
  });
}

/**
 * Finds the differences between two snapshots: processor and devices field by field, memory and disk block by block.
 */
import { bytesToHex, sameBytes } from '../../isa/machine/bytes.ts';
import type { MachineState } from '../../isa/machine/state.ts';
import { hex } from '../../isa/table/disassemble.ts';
import { registerName } from '../../isa/table/registers.ts';
import { systemRegisters } from '../../isa/table/sysregs.ts';
import { BLOCK, type BlockContents, ZERO } from './blocks.ts';
import { type Chain, last, loadChain } from './chain.ts';
import type { Files } from './files.ts';

/** A field that differs, with both values as text. */
export interface FieldDifference {
  readonly what: string;
  readonly left: string;
  readonly right: string;
}

/** A block that differs, with the first word that differs. */
export interface BlockDifference {
  /** Number of the block. */
  readonly block: number;
  /** How many of its bytes differ. */
  readonly bytes: number;
  /**
   * Address of the first word that differs, in memory or on disk; a multiple of 4. The words `left` and `right` are
   * unsigned.
   */
  readonly at: number;
  readonly left: number;
  readonly right: number;
}

export interface SnapshotDifference {
  readonly fields: readonly FieldDifference[];
  readonly memory: readonly BlockDifference[];
  readonly disk: readonly BlockDifference[];
}

/** Compares the guests of two snapshots, which may be anywhere in the tree. Throws SnapshotError. */
export function diffSnapshots(files: Files, left: Chain, right: Chain): SnapshotDifference {
  const [a, b] = [loadChain(files, left), loadChain(files, right)];
  return {
    fields: diffFields(last(left).description.state, last(right).description.state),
    memory: diffBlocks(a.memory, b.memory),
    disk: diffBlocks(a.disk, b.disk),
  };
}

function diffFields(a: MachineState, b: MachineState): FieldDifference[] {
  const [left, right] = [new Map(fieldsOf(a)), new Map(fieldsOf(b))];
  const names = new Set([...left.keys(), ...right.keys()]);
  return [...names]
    .map((what) => ({ what, left: left.get(what) ?? 'none', right: right.get(what) ?? 'none' }))
    .filter((field) => field.left !== field.right);
}

/** Every field of a state as text, with the name that a reader of the manual knows. */
export function fieldsOf(state: MachineState): (readonly [name: string, text: string])[] {
  const { pc, steps, status, waiting, timerAt, timerPending, stop } = state;
  return [
    ['step', String(steps)],
    ['pc', hex(pc)],
    ['STATUS', hex(status)],
    ['waits in hlt', waiting ? 'yes' : 'no'],
    ...state.registers.map((value, n) => [registerName(n), hex(value)] as const),
    ...systemRegisters
      .filter(({ mask, name }) => mask !== undefined && name !== 'TIMER')
      .map(({ number, name }) => [name, hex(state.system[number] as number)] as const),
    ['timer', timerAt === null ? 'off' : `step ${timerAt}`],
    ['timer pending', timerPending ? 'yes' : 'no'],
    ['stopped', stop === null ? 'no' : stop.kind],
    ...Object.entries(state.devices).flatMap(([name, device]) => leaves(name, device)),
    ...leaves('paravirtual', state.paravirtual ?? null),
  ];
}

/** The values in plain data, each named by its path. */
function leaves(name: string, data: unknown): (readonly [name: string, text: string])[] {
  if (data instanceof Uint8Array) return [[name, bytesToHex(data) || 'empty']];
  if (typeof data === 'object' && data !== null) {
    return Object.entries(data).flatMap(([inside, value]) => leaves(`${name} ${inside}`, value));
  }
  return [[name, data === null ? 'none' : JSON.stringify(data)]];
}

function diffBlocks(a: BlockContents, b: BlockContents): BlockDifference[] {
  const numbers = [...new Set([...a.keys(), ...b.keys()])].sort((x, y) => x - y);
  return numbers
    .map((block) => [block, a.get(block) ?? ZERO, b.get(block) ?? ZERO] as const)
    .filter(([, left, right]) => !sameBytes(left, right))
    .map(([block, left, right]) => diffBlock(block, left, right));
}

function diffBlock(block: number, left: Uint8Array, right: Uint8Array): BlockDifference {
  const bytes = left.reduce((sum, byte, n) => sum + Number(byte !== right[n]), 0);
  const word = left.findIndex((byte, n) => byte !== right[n]) & ~3;
  const read = (from: Uint8Array) => new DataView(from.buffer, from.byteOffset, BLOCK).getUint32(word, true);
  return { block, bytes, at: block * BLOCK + word, left: read(left), right: read(right) };
}

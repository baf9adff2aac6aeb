/** Rows that say what state they move (`moves`): held against what they do. */
import { describe, expect, it } from 'vitest';
import { Machine } from '../../isa/machine/machine.ts';
import type { Place, Row } from '../../isa/table/row.ts';
import { SR, STATUS, systemRegisters } from '../../isa/table/sysregs.ts';
import { allRows, decode, encode } from '../../isa/table/table.ts';

const rows = allRows.filter(({ moves }) => moves !== undefined);

/** A machine in ring 0, with something in all of its state. */
function machineIn(state: number): Machine {
  const machine = new Machine({ memory: 2 ** 16 });
  machine.status = (state & 1 ? STATUS.IF : 0) | ((state * 0x3700) & STATUS.UF);
  for (let n = 1; n < 32; n++) machine.x[n] = Math.imul(n + state, 0x9e3779b1);
  for (const { number, mask } of systemRegisters) {
    if (mask !== undefined && number !== SR.PTBR)
      machine.writeSystem(number, Math.imul(number + state, 0x7f4a7c15));
  }
  machine.writeSystem(SR.PTBR, (state & 2) >>> 1);
  return machine;
}

function read(machine: Machine, place: Place, rs1: number, sr: number): number {
  const { status } = machine;
  switch (place) {
    case 'rs1':
      return machine.x[rs1] as number;
    case 'sr':
      return machine.readSystem(sr);
    case 'flags':
      return status & (STATUS.IF | STATUS.UF);
    case 'IF':
      return (status & STATUS.IF) === 0 ? 0 : 1;
    case 'ring':
      return machine.ring;
    case 'msw':
      return (machine.paging ? 1 : 0) | ((status & STATUS.IF) === 0 ? 0 : 2);
    case '0':
    case '1':
      return Number(place);
    case 'rd':
      throw new Error('rd is nowhere read');
    default:
      return machine.readSystem(SR[place]);
  }
}

/** What may be kept of a value at a place. */
function kept(place: Place, value: number, sr: number): number {
  if (place === 'flags') return value & (STATUS.IF | STATUS.UF);
  if (place === 'sr') return (value & (systemRegisters[sr]?.mask ?? 0)) | 0;
  return value;
}

function expectMoved(row: Row, state: number, sr: number): void {
  const { moves } = row;
  if (moves === undefined || row.effect.kind !== 'system') throw new Error(`${row.name} moves nothing`);
  const [to, from] = moves;
  const names = row.operands.map(({ kind }) => kind);
  const word = encode(row, {
    ...(row.syntax.includes('rd') ? { rd: 5 } : {}),
    ...(row.syntax.includes('rs1') ? { rs1: 6 } : {}),
    ...(names.includes('sr') ? { imm: sr } : {}),
  });
  const machine = machineIn(state);
  const value = kept(to, read(machine, from, 6, sr), sr);
  const at = decode(word);
  if (at === undefined) throw new Error(`${row.name} does not decode`);
  expect(row.effect.run(machine, at, 0)).toBe(4);
  expect(to === 'rd' ? machine.x[5] : read(machine, to, 6, sr)).toBe(value);
  const other = machineIn(state);
  other.x[5] = machine.x[5] as number;
  expect(machine.x).toEqual(other.x);
  for (const { number, name } of systemRegisters) {
    if (to === 'sr' && number === sr) continue;
    expect(machine.readSystem(number), name).toBe(other.readSystem(number));
  }
}

describe('What a row says that it moves', () => {
  it('is said by rows that are sensitive, and by no others', () => {
    expect(rows.length).toBeGreaterThan(0);
    for (const { sensitive } of rows) expect(sensitive.length).toBeGreaterThan(0);
  });

  it.each(rows.map((row) => [row.name, row] as const))('is what %s does', (_, row) => {
    const registers = row.syntax.includes('sr')
      ? systemRegisters.filter(
          ({ number, mask }) => number !== SR.TIMER && (row.moves?.[0] === 'rd' || mask !== undefined),
        )
      : [systemRegisters[0]];
    for (let state = 0; state < 8; state++) {
      for (const register of registers) expectMoved(row, state, register?.number ?? 0);
    }
  });
});

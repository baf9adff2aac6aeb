/**
 * The operands with which a row is executed: for each field a list of values, the simplest
 * first. A value in a register also has a text, with which a witness program loads it.
 */
import { PORT } from '../machine/devices/ports.ts';
import { fieldRange } from '../table/picture.ts';
import { immediateField, type Instruction, instructionOf, type Row } from '../table/row.ts';
import { SR, STATUS } from '../table/sysregs.ts';
import { encode, type FieldValues } from '../table/table.ts';
import { DATA, THERE } from './world.ts';

/** A register's value: the number, and the operand of `li` or `la` that loads it. */
export interface OperandValue {
  readonly value: number;
  readonly text: string;
}

/** One instruction with the values of its source registers. */
export interface Sample {
  readonly at: Instruction;
  readonly rs1: OperandValue | undefined;
  readonly rs2: OperandValue | undefined;
}

/** The registers that samples use: rd, rs1, rs2. */
const RD = 10;
export const RS1 = 5;
export const RS2 = 6;

const plain = (value: number): OperandValue => ({ value, text: String(value) });
const data: OperandValue = { value: DATA, text: 'data' };
const there: OperandValue = { value: THERE, text: 'there' };

const systemFirst: readonly OperandValue[] = [
  there,
  data,
  plain(0),
  plain(STATUS.IF),
  plain(PORT.DISK_SECTOR),
  plain(PORT.CONSOLE_DATA),
  plain(PORT.CONSOLE_CONTROL),
  plain(PORT.DISK_STATUS),
  plain(PORT.DISK_COMMAND),
  plain(PORT.NET_RING),
  plain(PORT.POWER),
  plain(2),
  plain(3),
  plain(0xff07),
  plain(-1),
];
const systemSecond: readonly OperandValue[] = [plain(0), plain(1), plain(3), plain(-1)];
const memoryFirst: readonly OperandValue[] = [
  data,
  { value: DATA + 1, text: 'data + 1' },
  { value: DATA + 0xffe, text: 'data + 0xffe' },
];
const userFirst: readonly OperandValue[] = [plain(0), plain(4), plain(-1), there];
const userSecond: readonly OperandValue[] = [plain(0), plain(3), plain(-1)];

/** System registers. Those that disturb a program least when it tries them come first. */
const registerOrder: readonly number[] = [
  SR.LIMIT,
  ...Object.values(SR).filter((n) => n !== SR.LIMIT),
  19,
  4095,
];

function firstOperands(row: Row): readonly OperandValue[] {
  switch (row.effect.kind) {
    case 'system':
      return immediateField(row) === 'sr' ? [there, plain(0), plain(STATUS.IF), plain(-1)] : systemFirst;
    case 'load':
    case 'store':
      return memoryFirst;
    default:
      return userFirst;
  }
}

function immediates(row: Row): readonly number[] {
  const field = immediateField(row);
  const range = field && fieldRange(row.picture, field);
  if (range === undefined) return [0];
  if (field === 'sr') return registerOrder;
  const fitting = [8, 0, 4096, -4].filter(
    (n) => n >= range.min && n <= range.max && n % range.multiple === 0,
  );
  return row.effect.kind === 'system' ? fitting.slice(0, 1) : fitting;
}

/** Every sample of a row, the simplest first. */
export function samplesOf(row: Row): readonly Sample[] {
  const has = (field: 'rd' | 'rs1' | 'rs2') => fieldRange(row.picture, field) !== undefined;
  const seconds = row.effect.kind === 'system' ? systemSecond : userSecond;
  const registers: FieldValues = {
    ...(has('rd') ? { rd: RD } : {}),
    ...(has('rs1') ? { rs1: RS1 } : {}),
    ...(has('rs2') ? { rs2: RS2 } : {}),
  };
  return immediates(row).flatMap((imm) => {
    const word = encode(row, immediateField(row) === undefined ? registers : { ...registers, imm });
    const at = instructionOf(row, word);
    return (has('rs1') ? firstOperands(row) : [undefined]).flatMap((rs1) =>
      (has('rs2') ? seconds : [undefined]).map((rs2) => ({ at, rs1, rs2 })),
    );
  });
}

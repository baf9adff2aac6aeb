/**
 * The registers as GDB and LLDB see them, and the target description that tells it so: the 32
 * general ones and pc, as GDB knows them of RISC-V, then STATUS and the system registers
 * as a group of their own (`info registers system`).
 */
import type { Machine } from '../../isa/machine/machine.ts';
import { registerNames } from '../../isa/table/registers.ts';
import { STATUS, systemRegisters } from '../../isa/table/sysregs.ts';
import type { Input } from '../replay/inputs.ts';

type RegisterInput = Extract<Input, { kind: 'register' }>;

/** One register: its number is its place in the list. */
export interface DebugRegister {
  readonly name: string;
  /** GDB's type. */
  readonly type: string;
  /** Reads it; the word signed or unsigned. */
  readonly read: (machine: Machine) => number;
  /** What writing it is for a recording; undefined = it is read-only. */
  readonly write: Pick<RegisterInput, 'file' | 'number'> | undefined;
}

/** What LLDB calls the registers that it needs to know; GDB knows them by name, and ignores this. */
const generic: ReadonlyMap<string, string> = new Map([
  ['pc', 'pc'],
  ['sp', 'sp'],
  ['s0', 'fp'],
  ['ra', 'ra'],
  ...Array.from({ length: 8 }, (_, n): [string, string] => [`a${n}`, `arg${n + 1}`]),
]);

/** System registers that hold addresses of code, which GDB then shows by name. */
const codeAddresses: ReadonlySet<string> = new Set(['TVEC', 'EPC']);

const general: readonly DebugRegister[] = registerNames.map((name, number) => ({
  name,
  type: 'int',
  read: (machine) => machine.x[number] as number,
  write: { file: 'general', number },
}));

const pc: DebugRegister = {
  name: 'pc',
  type: 'code_ptr',
  read: (machine) => machine.pc,
  write: { file: 'pc', number: 0 },
};

const system: readonly DebugRegister[] = [
  {
    name: 'status',
    type: 'status_bits',
    read: (machine) => machine.status,
    write: { file: 'status', number: 0 },
  },
  ...systemRegisters.map(({ name, number, mask }): DebugRegister => {
    return {
      name: name.toLowerCase(),
      type: name === 'ESTATUS' ? 'status_bits' : codeAddresses.has(name) ? 'code_ptr' : 'uint32',
      read: (machine) => machine.readSystem(number),
      write: mask === undefined ? undefined : { file: 'system', number },
    };
  }),
];

export const debugRegisters: readonly DebugRegister[] = [...general, pc, ...system];

function lowestBit(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}

function highestBit(mask: number): number {
  return 31 - Math.clz32(mask);
}

function field(name: string, mask: number): string {
  return `<field name="${name}" start="${lowestBit(mask)}" end="${highestBit(mask)}"/>`;
}

function describe(registers: readonly DebugRegister[], from: number, group: string): string {
  return registers
    .map(({ name, type }, n) => {
      const known = generic.get(name);
      const role = known === undefined ? '' : ` generic="${known}"`;
      return `<reg name="${name}" bitsize="32" type="${type}" regnum="${from + n}" group="${group}"${role}/>`;
    })
    .join('\n');
}

/** The target description (GDB manual, appendix G). */
export const targetDescription = `<?xml version="1.0"?>
<!DOCTYPE target SYSTEM "gdb-target.dtd">
<target version="1.0">
<architecture>riscv:rv32</architecture>
<feature name="org.gnu.gdb.riscv.cpu">
${describe([...general, pc], 0, 'general')}
</feature>
<feature name="org.ringlab.ring32.system">
<flags id="status_bits" size="4">
${field('RING', STATUS.RING)}
${field('IF', STATUS.IF)}
${field('UF', STATUS.UF)}
</flags>
${describe(system, general.length + 1, 'system')}
</feature>
</target>
`;

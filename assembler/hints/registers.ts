/** Hints for names that were probably meant as registers. */
import { registerName, registerNumbers } from '../../isa/table/registers.ts';

/** Registers of other machines, and the corresponding registers here. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ['lr', '`ra`'],
  ['v0', '`a0`, which holds results; the number of a system call goes in `a7`'],
  ['v1', '`a1`'],
  ['at', 'none; `t0` to `t6` are free for any use'],
  ['xzr', '`zero`'],
  ['wzr', '`zero`'],
  ['esp', '`sp`'],
  ['rsp', '`sp`'],
  ['ebp', '`fp`'],
  ['rbp', '`fp`'],
  ['pc', 'none; `auipc` reads the pc, and a jump writes it'],
  ['ip', 'none; `auipc` reads the pc, and a jump writes it'],
]);

/** A hint about a name that resembles a register's; undefined for any other name. */
export function registerHint(name: string): string | undefined {
  const plain = name.replace(/^[$%]/, '').toLowerCase();
  const number = /^(?:[rw]|(?<=^))(\d+)$/.exec(plain)?.[1];
  if (registerNumbers.has(plain) && plain !== name.toLowerCase())
    return `registers have no \`${name[0]}\` here: \`${plain}\``;
  if (registerNumbers.has(plain)) return `registers are written in small letters: \`${plain}\``;
  if (number !== undefined && Number(number) < 32 && name !== number)
    return `the registers are x0 to x31: \`x${Number(number)}\`, or \`${registerName(Number(number))}\``;
  if (/^f(?:[ast]?\d+)$/.test(plain))
    return 'this is a floating-point register of the extensions F and D, which Ring32 does not have';
  const instead = elsewhere.get(plain);
  if (instead !== undefined) return `in its place RISC-V has ${instead}`;
  if (/^[er]?[abcd]x$|^[er][sd]i$/.test(plain))
    return 'this is a register of x86; RISC-V has `a0` to `a7`, `t0` to `t6`, `s0` to `s11`';
  return pastTheLast(plain);
}

/** A hint for `a9`, `t7`, `s12`, `x32`: the number is beyond the last register of its kind. */
function pastTheLast(name: string): string | undefined {
  const [, kind = '', digits = ''] = /^([a-z])(\d{1,3})$/.exec(name) ?? [];
  const last = Math.max(-1, ...[...registerNumbers.keys()].map((known) => numberOf(known, kind)));
  return last >= 0 && Number(digits) > last ? `there are \`${kind}0\` to \`${kind}${last}\`` : undefined;
}

function numberOf(register: string, kind: string): number {
  return register.startsWith(kind) && /^\d+$/.test(register.slice(1)) ? Number(register.slice(1)) : -1;
}

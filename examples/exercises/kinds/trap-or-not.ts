/** Which of these instructions trap, in this ring, on this variant? */
import { Interpreter } from '../../../isa/engines/interpreter/interpreter.ts';
import { Machine } from '../../../isa/machine/machine.ts';
import { PAGE } from '../../../isa/machine/storage.ts';
import type { Row } from '../../../isa/table/row.ts';
import { SR } from '../../../isa/table/sysregs.ts';
import { allRows, encode, rowNamed } from '../../../isa/table/table.ts';
import { causeName } from '../../../isa/table/traps.ts';
import { type Variant, variants } from '../../../isa/table/variants.ts';
import type { Kind } from '../exercise.ts';

const at = PAGE;
const handler = 2 * PAGE;
/** Some of the system half, and some that nobody expects to trap, or not to. */
const system = allRows.filter(({ privilege, feature }) => privilege !== 'none' && feature === undefined);
const others = ['add', 'lw', 'ecall', 'ebreak', 'fence'].map((name) => rowNamed(name) as Row);

/** The cause of the trap that the instruction takes in a ring; undefined if it takes none. */
export function trapOf(row: Row, ring: number, variant: Variant): number | undefined {
  const machine = new Machine({ memory: 2 ** 16, variant });
  let trap: number | undefined;
  machine.onTrap = (cause) => {
    trap ??= cause >>> 0;
  };
  machine.memory.write(at, 4, encode(row, {}));
  machine.pc = at;
  machine.status = ring;
  machine.writeSystem(SR.TVEC, handler);
  // An address for an instruction that returns or jumps.
  machine.writeSystem(SR.EPC, handler);
  machine.writeSystem(SR.ERBOUND, machine.memory.size);
  new Interpreter(machine).run(1);
  return trap;
}

export const trapOrNot: Kind = {
  name: 'trap-or-not',
  unit: 3,
  asks: 'Which of these instructions trap, in this ring?',
  make(random) {
    const variant = random.pick(variants);
    const ring = random.pick([0, 1, 2, 3, 3]);
    const rows = random.shuffle([...random.sample(system, 5), random.pick(others)]);
    const results = rows.map((row) => ({ row, trap: trapOf(row, ring, variant) }));
    return {
      question: [`On ${variant.name}, in ring ${ring}, which of these instructions trap?`],
      form: { kind: 'choices', choices: rows.map(({ name }) => name) },
      answer: results.flatMap(({ row, trap }) => (trap === undefined ? [] : [row.name])),
      why: results.map(
        ({ row: { name, says }, trap }) =>
          `${name}: ${trap === undefined ? 'does not trap' : `trap ${trap}, ${causeName(trap)}`}. ${says}`,
      ),
      commands: [`ringlab classify --isa ${variant.name} --evidence`],
    };
  },
};

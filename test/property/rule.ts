/** The rule of the machine that a step shows to be broken, in a sentence: the machine's own words, from its tables. */
import { systemRegisters } from '../../isa/table/sysregs.ts';
import { rowNamed } from '../../isa/table/table.ts';
import { causeName, trapCauses } from '../../isa/table/traps.ts';
import type { Difference } from './judge.ts';

export interface BrokenStep {
  /** What the bare machine executes in it, as assembly. */
  readonly instruction: string;
  /** The trap that the bare machine takes in it, and whether it has a handler. */
  readonly cause: number | undefined;
  readonly isHandled: boolean;
  readonly differences: readonly Difference[];
}

const trapRule =
  'A trap is one step: EPC, ESTATUS, ERBASE and ERBOUND get the old state, ECAUSE and EVAL say why, RING and IF become 0, R all of memory, and it goes on at TVEC.';

/** The rule that is broken, in one sentence or two. */
export function ruleOf({ instruction, cause, isHandled, differences }: BrokenStep): string {
  const [first] = differences;
  const [mnemonic = ''] = instruction.split(' ');
  const row = rowNamed(mnemonic);
  if (first?.what === 'the monitor')
    return 'A monitor has control whatever its guest does: `run` returns a Stop, and does not throw.';
  if (first?.what === 'steps')
    return 'A step is an instruction completed or a trap taken; what the monitor does for it counts no more, and no less.';
  if (cause !== undefined) {
    const known = trapCauses.find((one) => one.cause === cause);
    const why = known === undefined ? causeName(cause) : `${known.name}: ${known.says}`;
    return isHandled
      ? `This trap is the guest's own, ${why} ${trapRule}`
      : `Without a handler a trap stops the machine, before anything is changed (${why})`;
  }
  const register = systemRegisters.find(({ name }) => name === first?.what);
  const says = row?.says ?? '';
  if (register !== undefined && !instruction.includes(register.name))
    return `${register.name}: ${register.says} \`${mnemonic}\`: ${says}`;
  return `\`${mnemonic}\`: ${says}`;
}

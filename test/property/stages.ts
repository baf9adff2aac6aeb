/**
 * The nine stages of a student's monitor, each with what its guests may have in them: what
 * the stage is about, and everything before it.
 */
import { SR } from '../../isa/table/sysregs.ts';
import { systemRegisters } from '../../isa/table/sysregs.ts';
import { allRows } from '../../isa/table/table.ts';
import { type Variant, variantNamed } from '../../isa/table/variants.ts';
import { everything, type Profile } from './profile.ts';

export interface Stage {
  readonly number: number;
  readonly name: string;
  readonly variant: Variant;
  readonly profile: Profile;
  /** The monitor may be entered once in each basic block: it reads code before it runs. */
  readonly byBlocks: boolean;
}

/** Instructions that trap by themselves, in every ring. */
const trapping = allRows.filter(({ effect }) => effect.kind === 'trap').map(({ name }) => name);

const nothing: Profile = {
  instructions: new Set([...trapping, 'vmcall', 'cli', 'sti']),
  registers: [],
  handler: false,
  traps: true,
  rings: false,
  relocation: false,
  paging: false,
  timer: false,
  devices: false,
  network: false,
};

interface Step extends Partial<Omit<Profile, 'instructions' | 'registers'>> {
  readonly name: string;
  readonly instructions?: readonly string[];
  readonly registers?: readonly number[];
}

/** What each stage adds. */
const steps: readonly Step[] = [
  { name: 'decode the trap' },
  {
    name: 'emulate moves',
    instructions: ['mfs', 'mts', 'getf', 'setf', 'sring', 'svec', 'sptb', 'smsw'],
    registers: [
      SR.EPC,
      SR.ECAUSE,
      SR.EVAL,
      SR.SCRATCH0,
      SR.SCRATCH1,
      SR.TIME,
      SR.TIMEH,
      SR.MEMSIZE,
      SR.CPUID,
      systemRegisters.length,
    ],
  },
  { name: 'reflect traps', handler: true, registers: [SR.TVEC] },
  { name: 'ring compression', rings: true, instructions: ['iret', 'retf'], registers: [SR.ESTATUS] },
  {
    name: 'relocation',
    relocation: true,
    instructions: ['lrel', 'lra', 'lar', 'verr', 'verw'],
    registers: [SR.RBASE, SR.RBOUND, SR.ERBASE, SR.ERBOUND, SR.LIMIT],
  },
  { name: 'shadow pages', paging: true, registers: [SR.PTBR] },
  { name: 'virtual timer', timer: true, instructions: ['hlt'], registers: [SR.TIMER, SR.IPEND] },
  { name: 'devices', devices: true, instructions: ['in', 'out'] },
  { name: 'translation' },
];

function stagesFrom(): Stage[] {
  let profile = nothing;
  return steps.map(({ name, instructions = [], registers = [], ...flags }, n) => {
    profile = {
      ...profile,
      ...flags,
      instructions: new Set([...profile.instructions, ...instructions]),
      registers: [...profile.registers, ...registers],
    };
    const isLast = n === steps.length - 1;
    return {
      number: n + 1,
      name,
      variant: variantNamed(isLast ? 'ring32-x' : 'ring32-v') as Variant,
      profile: isLast ? { ...everything, network: false } : profile,
      byBlocks: isLast,
    };
  });
}

export const stages: readonly Stage[] = stagesFrom();

/**
 * Guest mode, measured: what each sensitive instruction does there, and which must exit.
 *
 * Each instruction is executed on a bare machine, and in guest mode on another machine, whose guest is in the same state. What
 * the control block does not hold of the guest is its host's business: devices, and without virtual interrupts the timer and the
 * lines. The machine has these too, but they are the host's own, in another state. An instruction *acts on the guest's own copy*
 * if in every state the guest is afterwards as the bare machine is, and nothing of the host's has changed. Otherwise it must
 * exit; then its bit of the control block is set, and it is measured that it exits wherever it does not trap.
 *
 * The condition for a monitor of guest mode is Theorem 1's with "privileged" weakened: each sensitive instruction exits, or acts
 * on the guest's own copy. The critical instructions of a variant make no difference to it.
 */
import { interceptOf, type Intercept, type Row } from '../table/row.ts';
import { systemRegisters } from '../table/sysregs.ts';
import type { Variant } from '../table/variants.ts';
import type { Work } from '../work.ts';
import { classifying } from './classify.ts';
import { GuestPair, type GuestKind } from './guest-pair.ts';
import { guestStates, OTHER_ROOT } from './guest-states.ts';
import { samplesOf, type Sample } from './operands.ts';

/** What was measured of one bit of the control block. */
export interface GuestModeFinding {
  /** The instruction, and the register of `mfs` and `mts`. */
  readonly name: string;
  readonly row: Row;
  readonly intercept: Intercept;
  /** For each kind of guest mode, in the order of `kinds`: why it must exit; undefined: it acts on the guest's own copy. */
  readonly whys: readonly (string | undefined)[];
}

export interface GuestModeClassification {
  /** The name of the variant. */
  readonly isa: string;
  readonly findings: readonly GuestModeFinding[];
  /** Each sensitive instruction exits, or acts on the guest's own copy. */
  readonly holds: boolean;
  /** Where it does not hold: an instruction that its bit does not make exit, in words. */
  readonly leaks: readonly string[];
  /** Executions in guest mode. */
  readonly executions: number;
}

/** The kinds of guest mode that are measured, the oldest first. */
export const kinds: readonly (GuestKind & { readonly name: string })[] = [
  { name: 'shadow tables', nested: false, virtual: false },
  { name: 'nested map', nested: true, virtual: false },
  { name: 'nested map, virtual interrupts', nested: true, virtual: true },
];

/** An instruction that has a bit of its own, and the operands that it is tried with. */
interface Unit {
  readonly name: string;
  readonly row: Row;
  readonly intercept: Intercept;
  readonly samples: readonly Sample[];
}

/** Measures the sensitive instructions of a variant in guest mode; yields the name of each instruction as it is measured. */
export function* classifyingInGuestMode(variant: Variant): Work<string, GuestModeClassification> {
  const rows: Row[] = [];
  const classification = classifying(variant);
  for (let one = classification.next(); ; one = classification.next()) {
    if (one.done) {
      rows.push(
        ...one.value.instructions.filter(({ sensitive }) => sensitive.length > 0).map(({ row }) => row),
      );
      break;
    }
    yield one.value.name;
  }
  const findings: GuestModeFinding[] = [];
  const leaks: string[] = [];
  const pairs = kinds.map((kind) => new GuestPair(variant, kind));
  for (const unit of rows.filter(({ feature }) => feature === undefined).flatMap(unitsOf)) {
    yield unit.name;
    const whys = pairs.map((pair) => whyExits(pair, unit));
    for (const [n, pair] of pairs.entries()) {
      const leak = whys[n] === undefined ? undefined : leakOf(pair, unit);
      if (leak !== undefined) leaks.push(leak);
    }
    const { name, row, intercept } = unit;
    findings.push({ name, row, intercept, whys });
  }
  const executions = pairs.reduce((sum, pair) => sum + pair.executions, 0);
  return { isa: variant.name, findings, holds: leaks.length === 0, leaks, executions };
}

/** The row's bits: one, or one for each register that it can name. */
function unitsOf(row: Row): readonly Unit[] {
  const units = new Map<number, Unit & { samples: Sample[] }>();
  for (const sample of samplesOf(row)) {
    const intercept = interceptOf(sample.at);
    const register = intercept.kind === 'instruction' ? undefined : systemRegisters[intercept.number];
    if (intercept.kind !== 'instruction' && register === undefined) continue;
    if (intercept.kind === 'write' && register?.mask === undefined) continue;
    const unit = units.get(intercept.number);
    const name = register === undefined ? row.name : `${row.name} ${register.name}`;
    if (unit !== undefined) unit.samples.push(sample);
    else units.set(intercept.number, { name, row, intercept, samples: [...otherTables(sample), sample] });
  }
  return [...units.values()];
}

/** The sample with a value that, in PTBR, is other page tables. */
function otherTables(sample: Sample): readonly Sample[] {
  if (interceptOf(sample.at).kind !== 'write') return [];
  return [{ ...sample, rs1: { value: OTHER_ROOT | 1, text: 'root_2 + 1' } }];
}

/** Why the instruction must exit, in words; undefined if it acts on the guest's own copy in every state. */
function whyExits(pair: GuestPair, { samples }: Unit): string | undefined {
  for (const state of guestStates) {
    if (!pair.prepare(state)) continue;
    for (const sample of samples) {
      const difference = pair.difference(sample, undefined);
      if (difference !== undefined) return `${state.says}, ${operandsOf(sample)}${difference}`;
    }
  }
  return undefined;
}

/** Where the instruction does not exit although its bit is set and it does not trap, in words. */
function leakOf(pair: GuestPair, { name, samples, intercept }: Unit): string | undefined {
  for (const state of guestStates) {
    if (!pair.prepare(state)) continue;
    for (const sample of samples) {
      const difference = pair.difference(sample, intercept);
      if (difference !== undefined) return `${name}: ${state.says}, ${operandsOf(sample)}${difference}`;
    }
  }
  return undefined;
}

function operandsOf({ rs1, rs2 }: Sample): string {
  const texts = [rs1 && `rs1 = ${rs1.text}`, rs2 && `rs2 = ${rs2.text}`].filter((text) => text !== undefined);
  return texts.length === 0 ? '' : `${texts.join(', ')}: `;
}

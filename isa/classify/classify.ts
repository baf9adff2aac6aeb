/**
 * Classifies a table of rows on one variant: Popek and Goldberg's sets, and what their
 * theorems say about the variant. Everything is measured (measure.ts, privilege.ts). What
 * the rows declare about their sensitivity is not read.
 */
import { finish, type Work } from '../work.ts';
import type { Row, Sensitivity } from '../table/row.ts';
import { allRows } from '../table/table.ts';
import { isOn, type Variant } from '../table/variants.ts';
import { derive } from './derive.ts';
import { type Class, classes } from './classes.ts';
import { type Measurement, measure } from './measure.ts';
import type { Witness } from './witness.ts';
import { type ForAll, measurePrivilege, type PrivilegeFinding } from './privilege.ts';
import { readsNothing } from './reads-nothing.ts';
import { type Theorems, theoremsOf } from './theorems.ts';

/** One instruction's memberships in one variant. */
export interface InstructionClass {
  /** The row that was executed. */
  readonly row: Row;
  /** The mnemonic. */
  readonly name: string;
  /** In which rings it traps, as measured. */
  readonly privilege: PrivilegeFinding;
  /** Whether it traps in every ring but ring 0, and not in ring 0. */
  readonly privileged: boolean;
  /** Why it is sensitive; empty = it is innocuous. */
  readonly sensitive: readonly Sensitivity[];
  /** Whether it is sensitive when user code executes it (Theorem 3). */
  readonly userSensitive: boolean;
  /** Whether it is sensitive when supervisor code executes it. */
  readonly supervisorSensitive: boolean;
  /** Sensitive and not privileged. */
  readonly critical: boolean;
  /** A witness for each class that it is a member of. */
  readonly witnesses: ReadonlyMap<Class, Witness>;
  /** How it was established that the instruction is innocuous; undefined if it is not. */
  readonly innocuous: ForAll | undefined;
}

/** The results for a variant. */
export interface Classification extends Theorems {
  /** The name of the variant. */
  readonly isa: string;
  /** In the order of the table. */
  readonly instructions: readonly InstructionClass[];
  /** How many executions were made. */
  readonly executions: number;
  /** How many pairs of executions were compared. */
  readonly compared: number;
}

/** Classifies `rows` (by default, those of the table that the variant has) in `variant`. */
export function classify(variant: Variant, rows?: readonly Row[]): Classification {
  return finish(classifying(variant, rows));
}

/** Like `classify`, in parts: yields each instruction as soon as it is classified, in the order of `rows`. */
export function* classifying(
  variant: Variant,
  rows: readonly Row[] = allRows.filter((row) => isOn(row, variant)),
): Work<InstructionClass, Classification> {
  const instructions: InstructionClass[] = [];
  for (const row of rows) {
    const one = classifyRow(row, variant);
    instructions.push(one);
    yield one;
  }
  const sum = (count: (measurement: Measurement) => number) =>
    rows.reduce((total, row) => total + count(measure(row)), 0);
  return {
    isa: variant.name,
    instructions,
    ...theoremsOf(instructions),
    executions: sum(({ executions }) => executions),
    compared: sum(({ compared }) => compared),
  };
}

const reasons: ReadonlySet<string> = new Set<Sensitivity>(['control', 'mode', 'location', 'state']);

function isReason(name: Class): name is Class & Sensitivity {
  return reasons.has(name);
}

/** Classifies one row. */
function classifyRow(row: Row, variant: Variant): InstructionClass {
  const measurement = measure(row);
  const { witnesses } = measurement;
  const privilege = measurePrivilege(row, variant);
  const sensitive = classes.filter(isReason).filter((name) => witnesses.has(name));
  return {
    row,
    name: row.name,
    privilege,
    privileged: privilege.privileged,
    sensitive,
    userSensitive: witnesses.has('user'),
    supervisorSensitive: witnesses.has('supervisor'),
    critical: sensitive.length > 0 && !privilege.privileged,
    witnesses,
    innocuous: sensitive.length > 0 ? undefined : whyInnocuous(measurement),
  };
}

function whyInnocuous({ row, compared }: Measurement): ForAll {
  const touched = derive(row.effect);
  if (touched !== undefined) return { kind: 'proof', ...touched };
  if (readsNothing(row)) return { kind: 'exhaustive', reads: [], cases: 1 };
  return { kind: 'samples', samples: compared };
}

/**
 * A classification as plain data that can be stored and sent, so that a page can show every variant without measuring
 * anything. Why an instruction is sensitive does not depend on the variant. Whether it is privileged depends only on
 * whether the variant lists this instruction as unprivileged. So two measurements are enough for all variants.
 * summarize.ts makes them.
 */
import type { Sensitivity } from '../table/row.ts';
import type { Variant } from '../table/variants.ts';
import type { Class } from './classes.ts';

/** The sets that one instruction is in. */
export interface NamedMemberships {
  readonly name: string;
  readonly privileged: boolean;
  /** Why it is sensitive; empty = it is innocuous. */
  readonly sensitive: readonly Sensitivity[];
  readonly userSensitive: boolean;
  readonly supervisorSensitive: boolean;
  /** Sensitive and not privileged. */
  readonly critical: boolean;
}

/** One instruction's memberships, and the evidence in words. */
export interface InstructionSummary extends NamedMemberships {
  /** The classes that it has a witness for. */
  readonly witnesses: readonly Class[];
  /** What it is, and how that was established. */
  readonly evidence: readonly (readonly [is: string, because: string])[];
}

/** The memberships alone, in the order in which they are written. */
export function membershipsOf(one: NamedMemberships): NamedMemberships {
  const { name, privileged, sensitive, userSensitive, supervisorSensitive, critical } = one;
  return { name, privileged, sensitive, userSensitive, supervisorSensitive, critical };
}

/** The instructions of every variant. */
export interface Summaries {
  /** All instructions on a variant where every sensitive one is privileged, in the order of the table. */
  readonly privileged: readonly InstructionSummary[];
  /** The instructions that a variant may make unprivileged, on a variant that does this for all of them. */
  readonly unprivileged: readonly InstructionSummary[];
}

/** The instructions of a variant, as `classify` would measure them, in the order of the table. */
export function summariesFor(
  { privileged, unprivileged }: Summaries,
  variant: Pick<Variant, 'unprivileged'>,
): readonly InstructionSummary[] {
  const other = new Map(unprivileged.map((one) => [one.name, one]));
  return privileged.map((one) => (variant.unprivileged.has(one.name) ? (other.get(one.name) ?? one) : one));
}

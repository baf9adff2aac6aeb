/**
 * Variants: which sensitive instructions do not trap outside ring 0.
 *
 * A variant is data: a name, and a set of rows whose privilege is `variant`. A teacher
 * can write another variant as a JSON file:
 *
 *     { "name": "mine", "unprivileged": ["sring", "getf"], "cpuid": 9 }
 *
 * Its machine may also have features (features.ts): `"features": ["guest", "nested"]`.
 */
import { type Feature, featureNames, missingFeature } from './features.ts';
import type { Row } from './row.ts';
import { allRows } from './table.ts';

/** A variant of Ring32: it says which sensitive instructions do not trap outside ring 0. */
export interface Variant {
  /** Such as `ring32-x`; messages and recordings contain it. */
  readonly name: string;
  /** Names of the rows that do not trap outside ring 0 on this variant. */
  readonly unprivileged: ReadonlySet<string>;
  /** The value of CPUID. */
  readonly cpuid: number;
  /** What its machine has for running guests; default nothing. */
  readonly features?: ReadonlySet<Feature> | undefined;
}

/** Names of all rows whose privilege depends on the variant. */
export const variantRows: readonly string[] = allRows
  .filter((row) => row.privilege === 'variant')
  .map((row) => row.name);

/** The built-in variants: ring32-v (all of them trap), ring32-x (none does) and ring32-h (`retf` alone does not). */
export const variants: readonly Variant[] = [
  { name: 'ring32-v', unprivileged: new Set(), cpuid: 0 },
  { name: 'ring32-x', unprivileged: new Set(variantRows), cpuid: 1 },
  { name: 'ring32-h', unprivileged: new Set(['retf']), cpuid: 2 },
];

/** The built-in variant of that name, if there is one. */
export function variantNamed(name: string): Variant | undefined {
  return variants.find((variant) => variant.name === name);
}

/** A variant as plain data, for files and messages. */
export interface VariantData {
  readonly name: string;
  readonly cpuid: number;
  /** In alphabetical order, as are the features; these are left out if there are none. */
  readonly unprivileged: readonly string[];
  readonly features?: readonly string[] | undefined;
}

/** A variant as plain data. Equal variants give equal data. */
export function variantData({ name, cpuid, unprivileged, features }: Variant): VariantData {
  const data = { name, cpuid, unprivileged: [...unprivileged].sort() };
  return features === undefined || features.size === 0 ? data : { ...data, features: [...features].sort() };
}

/** Whether two variants have the same name, CPUID, instructions and features. */
export function isSameVariant(one: Variant, other: Variant): boolean {
  return JSON.stringify(variantData(one)) === JSON.stringify(variantData(other));
}

/** The variant of plain data, whose features must have the names of features. */
export function variantFrom({ name, cpuid, unprivileged, features }: VariantData): Variant {
  const variant = { name, cpuid, unprivileged: new Set(unprivileged) };
  return features === undefined ? variant : { ...variant, features: new Set(features as Feature[]) };
}

/** Whether the machine of `variant` has the feature that `row` needs. Otherwise the word of the row is an illegal instruction. */
export function isOn(row: Row, variant: Variant): boolean {
  return row.feature === undefined || variant.features?.has(row.feature) === true;
}

/** The same variant on a machine that has these features too. */
export function withFeatures(variant: Variant, more: readonly Feature[]): Variant {
  return more.length === 0
    ? variant
    : { ...variant, features: new Set([...(variant.features ?? []), ...more]) };
}

/** Whether `row` traps as privileged in `ring` (0 to 3) on `variant`. */
export function trapsIn(row: Row, ring: number, variant: Variant): boolean {
  if (ring === 0 || row.privilege === 'none' || !isOn(row, variant)) return false;
  return row.privilege === 'always' || !variant.unprivileged.has(row.name);
}

/** Thrown for a file that does not describe a variant. The message is one line and does not name the file. */
export class VariantError extends Error {}

/** Reads a variant from the text of a JSON file. Throws VariantError. */
export function parseVariant(text: string): Variant {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new VariantError(`not JSON: ${(error as Error).message}`);
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new VariantError('expected an object like { "name": "mine", "unprivileged": ["setf"] }');
  }
  const { name, unprivileged, cpuid = 255, features = [], ...rest } = data as Record<string, unknown>;
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) {
    throw new VariantError(
      `unknown field "${unknown}"; a variant has name, unprivileged, cpuid and features`,
    );
  }
  const twice = firstDoubled(fieldsOf(text));
  if (twice !== undefined) throw new VariantError(`the field "${twice}" is there twice`);
  checkName(name);
  if (typeof cpuid !== 'number' || !Number.isInteger(cpuid) || cpuid < 0 || cpuid > 0xffffffff) {
    throw new VariantError('"cpuid" must be a whole number from 0 to 4294967295');
  }
  const variant = { name, unprivileged: parseNames(unprivileged), cpuid };
  const list = parseFeatures(features);
  return list.length === 0 ? variant : { ...variant, features: new Set(list) };
}

function parseFeatures(names: unknown): readonly Feature[] {
  if (!Array.isArray(names)) throw new VariantError('"features" must be a list of features, like ["guest"]');
  const unknown = names.find((name) => !featureNames.includes(name));
  if (unknown !== undefined) {
    const all = featureNames.join(', ');
    throw new VariantError(`"features" lists ${JSON.stringify(unknown)}, which is none; choose from ${all}`);
  }
  const twice = firstDoubled(names as string[]);
  if (twice !== undefined) throw new VariantError(`"features" lists "${twice}" twice`);
  const missing = missingFeature(names as Feature[]);
  if (missing !== undefined) throw new VariantError(`"features": ${missing}; list both`);
  return names as Feature[];
}

/** Most characters in a variant's name. */
const longestName = 40;

/** Throws VariantError for a bad name, or for one that could be mistaken for a built-in variant's. */
function checkName(name: unknown): asserts name is string {
  if (typeof name !== 'string' || !/^[\p{L}\p{N}]([\p{L}\p{N} ._+-]*[\p{L}\p{N}+])?$/u.test(name))
    throw new VariantError(
      '"name" must be a text of letters and digits, with spaces, dots, hyphens or underscores between them',
    );
  if (name.length > longestName)
    throw new VariantError(`"name" has ${name.length} characters; the most is ${longestName}`);
  const builtIn = variants.find((variant) => variant.name === name.toLowerCase());
  if (builtIn !== undefined)
    throw new VariantError(
      `"name" is ${JSON.stringify(name)}, which is the name of a built-in variant; choose another`,
    );
}

/** The names of the fields in the text of a valid JSON object that contains no other objects. */
function fieldsOf(text: string): string[] {
  const strings = text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g);
  return [...strings]
    .filter(([, colon]) => colon !== undefined)
    .map(([field]) => JSON.parse(field.replace(/\s*:$/, '')) as string);
}

function firstDoubled(names: readonly string[]): string | undefined {
  return names.find((name, n) => names.indexOf(name) !== n);
}

function parseNames(names: unknown): Set<string> {
  if (!Array.isArray(names)) {
    throw new VariantError('"unprivileged" must be a list of instructions, like ["setf"]');
  }
  for (const name of names) {
    if (!variantRows.includes(name)) {
      throw new VariantError(
        `"unprivileged" lists ${JSON.stringify(name)}, which no variant may change; choose from ${variantRows.join(', ')}`,
      );
    }
  }
  const twice = firstDoubled(names as string[]);
  if (twice !== undefined) throw new VariantError(`"unprivileged" lists "${twice}" twice`);
  return new Set(names as string[]);
}

/**
 * Appliances: what machines are made from. An appliance has a name and versions; each version is a record that is never changed,
 * under the key appliance/NAME/VERSION. What it consists of is stored by SHA-256 beside the store.
 */
import { CONTEXT_MAX, type Settings } from '../../isa/machine/devices/context.ts';
import { text, variantShape } from '../wire/messages.ts';
import { type Checked, integer, list, nullable, oneOf, record, step, unsigned } from '../wire/schema.ts';

/** A SHA-256 in hex: the name of what it is the sum of. */
export const sumText = text(64, /^[\da-f]{64}$/);
/** NAME@VERSION. */
export const applianceText = text(80, /^\w[\w.-]{0,63}@\d{1,9}$/);

/** Types of settings. */
export const propertyTypes = ['string', 'boolean', 'uint32', 'sint32'] as const;
export type PropertyType = (typeof propertyTypes)[number];

const propertyShape = record({
  key: text(64, /^[A-Za-z_]\w*$/),
  type: oneOf(...propertyTypes),
  /** null = it must be given. */
  value: nullable(text(CONTEXT_MAX)),
  label: text(200),
});
/** A setting of the context that whoever makes a machine may give a value. */
export type Property = Checked<typeof propertyShape>;

export const applianceShape = record({
  v: oneOf(1),
  /** An ELF image. */
  image: sumText,
  /** Images whose segments are put into memory after those of the image, in this order. */
  patches: list(sumText, 0, 64),
  /** A saved machine, which its machines go on from; null = they start from the image. */
  state: nullable(sumText),
  disk: nullable(record({ sum: sumText, sectors: integer(1, 2 ** 28) })),
  variant: variantShape,
  /** Bytes. */
  memory: unsigned,
  /** In percent of a processor. */
  cpu: integer(0, 10_000),
  properties: list(propertyShape, 0, 128),
  /** Port groups that it is plugged into. */
  networks: list(text(64), 0, 16),
  /** The appliance that it was made from. */
  parent: nullable(applianceText),
  added: step,
});
export type ApplianceRecord = Checked<typeof applianceShape>;

/** An appliance is not there, or a setting cannot have that value. The message is one line. */
export class ApplianceError extends Error {
  override readonly name = 'ApplianceError';
}

export interface ApplianceName {
  readonly name: string;
  /** undefined = the newest. */
  readonly version: number | undefined;
}

/** Reads NAME or NAME@VERSION. Throws ApplianceError. */
export function parseAppliance(given: string): ApplianceName {
  const [, name, version] = /^(\w[\w.-]{0,63})(?:@(\d{1,9}))?$/.exec(given) ?? [];
  if (name === undefined)
    throw new ApplianceError(`${given}: expected the name of an appliance, like web or web@2`);
  return { name, version: version === undefined ? undefined : Number(version) };
}

/** Appliances by NAME/VERSION, as a pool's view has them. */
export type Appliances = ReadonlyMap<string, { readonly data: ApplianceRecord }>;

/** The versions of an appliance, the lowest first. */
export function versionsOf(all: Appliances, name: string): readonly number[] {
  const found = [...all.keys()].filter((key) => key.slice(0, key.lastIndexOf('/')) === name);
  return found.map((key) => Number(key.slice(key.lastIndexOf('/') + 1))).toSorted((a, b) => a - b);
}

export interface FoundAppliance {
  /** NAME@VERSION. */
  readonly title: string;
  readonly key: string;
  readonly record: ApplianceRecord;
}

/** Throws ApplianceError. */
export function findAppliance(all: Appliances, given: string): FoundAppliance {
  const { name, version } = parseAppliance(given);
  const versions = versionsOf(all, name);
  const wanted = version ?? versions.at(-1);
  const record = all.get(`${name}/${wanted}`)?.data;
  if (wanted !== undefined && record !== undefined)
    return { title: `${name}@${wanted}`, key: `appliance/${name}/${wanted}`, record };
  throw new ApplianceError(
    versions.length === 0
      ? `${given}: there is no such appliance; ringlab appliance list shows those that there are`
      : `${given}: there is no such version; there ${versions.length === 1 ? 'is' : 'are'} ${versions.join(', ')}`,
  );
}

/** All sums of what an appliance consists of. */
export function sumsOf({ image, patches, state, disk }: ApplianceRecord): readonly string[] {
  return [image, ...patches, ...(state === null ? [] : [state]), ...(disk === null ? [] : [disk.sum])];
}

/** What a machine's context has: the settings of its appliance, with the values that are given. Throws ApplianceError. */
export function settle(properties: readonly Property[], given: Settings): Settings {
  const settings = new Map<string, string>();
  for (const { key, type, value: usual } of properties) {
    const value = given.get(key) ?? usual;
    if (value === null) throw new ApplianceError(`${key} must be given: --set ${key}=VALUE`);
    checkValue(key, type, value);
    settings.set(key, value);
  }
  const unknown = [...given.keys()].find((key) => !settings.has(key));
  if (unknown !== undefined) {
    const keys = properties.map(({ key }) => key).join(', ');
    throw new ApplianceError(
      `${unknown}: the appliance has no such setting; it has ${keys === '' ? 'none' : keys}`,
    );
  }
  return settings;
}

/** Throws ApplianceError. */
export function checkValue(key: string, type: PropertyType, value: string): void {
  const isGood = {
    string: () => true,
    boolean: () => /^(true|false)$/i.test(value),
    uint32: () => /^\d{1,10}$/.test(value) && Number(value) < 2 ** 32,
    sint32: () => /^-?\d{1,10}$/.test(value) && Number(value) >= -(2 ** 31) && Number(value) < 2 ** 31,
  }[type]();
  if (!isGood)
    throw new ApplianceError(
      `${key}: expected ${expected[type]}, found ${JSON.stringify(value.slice(0, 40))}`,
    );
}

const expected: Readonly<Record<PropertyType, string>> = {
  string: 'a text',
  boolean: 'true or false',
  uint32: 'a whole number from 0 to 4294967295',
  sint32: 'a whole number from -2147483648 to 2147483647',
};

/** A setting as it is written on a command line: KEY, KEY=DEFAULT, KEY:TYPE or KEY:TYPE=DEFAULT. Throws ApplianceError. */
export function parseProperty(given: string): Property {
  const [, key = '', type = 'string', value] =
    /^([A-Za-z_]\w{0,63})(?::(\w+))?(?:=(.*))?$/s.exec(given) ?? [];
  const known = propertyTypes.find((one) => one === type);
  if (key === '' || known === undefined)
    throw new ApplianceError(
      `${given}: expected KEY[:TYPE][=DEFAULT], with a type of ${propertyTypes.join(', ')}`,
    );
  if (value !== undefined) checkValue(key, known, value);
  return { key, type: known, value: value ?? null, label: '' };
}

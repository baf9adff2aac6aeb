/**
 * Shapes of data that come from outside. No data of a file or a message are used before a shape has checked them.
 *
 * A shape is a function. It takes a value and the place of the value, and returns the value with its type. If the value
 * does not fit, it throws a FieldError that names the field, what was expected and what was found.
 */

/** Data in a snapshot or a message do not fit their shape. The message is one line and names the field. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
}

/** Checks `value`, whose place is `at` (like `devices.disk.sector`). */
export type Shape<T> = (value: unknown, at: string) => T;

/** The data that a shape describes. */
export type Checked<S> = S extends Shape<infer T> ? Readonly<T> : never;

function refuse(at: string, expected: string, value: unknown): never {
  throw new FieldError(`${at === '' ? 'it' : at}: expected ${expected}, found ${describe(value)}`);
}

/** Describes the value in a few characters. */
function describe(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'a map';
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

/** A whole number from `min` to `max`. */
export function integer(min: number, max: number): Shape<number> {
  return (value, at) => {
    const good = typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max;
    return good && !Object.is(value, -0) ? value : refuse(at, `a whole number from ${min} to ${max}`, value);
  };
}

/** A word of the machine, signed. */
export const word = integer(-(2 ** 31), 2 ** 31 - 1);
/** A word of the machine, unsigned. */
export const unsigned = integer(0, 2 ** 32 - 1);
/** A step number, or a count of steps. */
export const step = integer(0, Number.MAX_SAFE_INTEGER);

/** A number that need not be whole. */
export const real: Shape<number> = (value, at) =>
  typeof value === 'number' && Number.isFinite(value) ? value : refuse(at, 'a number', value);

export const flag: Shape<boolean> = (value, at) =>
  typeof value === 'boolean' ? value : refuse(at, 'true or false', value);

/** At most `most` bytes; with `length`, exactly that many. */
export function bytes(most: number, length?: number): Shape<Uint8Array> {
  const expected = length === undefined ? `at most ${most} bytes` : `${length} bytes`;
  return (value, at) => {
    if (!(value instanceof Uint8Array)) return refuse(at, expected, value);
    const good = length === undefined ? value.length <= most : value.length === length;
    return good ? value : refuse(at, expected, value);
  };
}

/** Text of at most `most` characters. */
export function text(most: number): Shape<string> {
  return (value, at) =>
    typeof value === 'string' && value.length <= most
      ? value
      : refuse(at, `a text of at most ${most} characters`, value);
}

/** One of these values. */
export function oneOf<const T extends string | number>(...values: readonly T[]): Shape<T> {
  return (value, at) =>
    values.includes(value as T) ? (value as T) : refuse(at, `one of ${values.join(', ')}`, value);
}

/** What `shape` takes, or null. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, at) => (value === null ? null : shape(value, at));
}

/** A field that may be left out of its record. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, at) => (value === undefined ? undefined : shape(value, at));
}

/** A list of `min` to `max` items. */
export function list<T>(item: Shape<T>, min: number, max = min): Shape<readonly T[]> {
  const expected = min === max ? `a list of ${min}` : `a list of ${min} to ${max}`;
  return (value, at) => {
    if (!Array.isArray(value) || value.length < min || value.length > max) return refuse(at, expected, value);
    return value.map((one, n) => item(one, `${at}[${n}]`));
  };
}

/** A map with exactly these fields. */
export function record<T extends object>(fields: { readonly [Name in keyof T]-?: Shape<T[Name]> }): Shape<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array)
      return refuse(at, 'a map', value);
    const given = value as Readonly<Record<string, unknown>>;
    const inside = (name: string) => (at === '' ? name : `${at}.${name}`);
    const unknown = Object.keys(given).find((name) => !Object.hasOwn(fields, name));
    if (unknown !== undefined)
      throw new FieldError(`${inside(unknown.slice(0, 40))}: there is no such field`);
    const values = names.map((name) => [name, fields[name](given[name], inside(name))] as const);
    return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as T;
  };
}

/** One of several maps. Their field `kind` tells them apart. */
export function kinds<T extends { readonly kind: string }>(
  shapes: {
    readonly [Kind in T['kind']]: Shape<Extract<T, { readonly kind: Kind }>>;
  },
): Shape<T> {
  const names = Object.keys(shapes) as T['kind'][];
  return (value, at) => {
    const kind = oneOf(...names)((value as { readonly kind?: unknown } | null)?.kind, `${at}.kind`);
    return (shapes[kind] as Shape<T>)(value, at);
  };
}

/** What `shape` takes, if `holds` is true of it. Otherwise it is refused, and `expected` says what was expected. */
export function where<T>(shape: Shape<T>, holds: (value: T) => boolean, expected: string): Shape<T> {
  return (value, at) => {
    const good = shape(value, at);
    if (!holds(good)) throw new FieldError(`${at === '' ? 'it' : at}: expected ${expected}`);
    return good;
  };
}

/**
 * Turns plain data into bytes and back: CBOR (RFC 8949) in its deterministic form, in which equal data give equal bytes.
 * Bytes from outside are checked against a shape (schema.ts) before they are used.
 */
import { sameBytes } from '../../isa/machine/bytes.ts';
import { decode, encode } from 'cborg';
import { FieldError, type Shape } from './schema.ts';

/** Encodes data. Throws FieldError if the data do not fit the shape. */
export function encodeAs<T>(shape: Shape<T>, data: T): Uint8Array {
  return encode(shape(data, ''));
}

/** Decodes data. Throws FieldError for bytes that are not the encoding of data with that shape. */
export function decodeAs<T>(shape: Shape<T>, bytes: Uint8Array): T {
  const data = shape(decodeAny(bytes), '');
  if (!sameBytes(encode(data), bytes))
    throw new FieldError('it: expected the deterministic encoding (RFC 8949, section 4.2)');
  return data;
}

function decodeAny(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, {
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowBigInt: false,
      allowInfinity: false,
      allowNaN: false,
      rejectDuplicateMapKeys: true,
    });
  } catch (error) {
    throw new FieldError(`it: not CBOR that we write: ${(error as Error).message}`);
  }
}

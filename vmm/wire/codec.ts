/**
 * Plain data to bytes and back: CBOR (RFC 8949) in its deterministic form, so that equal
 * data are equal bytes and every data have one encoding. Bytes from outside are checked
 * against a shape (schema.ts) before anything of them is used.
 */
import { sameBytes } from '../../isa/machine/bytes.ts';
import { decode, encode } from 'cborg';
import { FieldError, type Shape } from './schema.ts';

/** Data of that shape as bytes. Throws FieldError when it has not that shape. */
export function encodeAs<T>(shape: Shape<T>, data: T): Uint8Array {
  return encode(shape(data, ''));
}

/** Bytes to data of that shape. Throws FieldError for bytes that no such data are encoded as. */
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

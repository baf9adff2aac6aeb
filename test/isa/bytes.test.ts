import { describe, expect, it } from 'vitest';
import {
  bytesToHex,
  hexToBytes,
  joined,
  sameBytes,
  sameBytesAnywhere,
  utf8,
} from '../../isa/machine/bytes.ts';
import fc from '../property/fast-check.ts';

/** Bytes somewhere in a larger array, at whole words or not. */
const placed = fc
  .tuple(fc.uint8Array({ maxLength: 40 }), fc.nat(7))
  .map(([bytes, at]) => joined([new Uint8Array(at), bytes]).subarray(at));

describe('Bytes', () => {
  it('are the same when length and all bytes are, wherever they lie, with Node and without', () => {
    fc.assert(
      fc.property(placed, placed, fc.nat(), (a, b, n) => {
        for (const same of [sameBytes, sameBytesAnywhere]) {
          expect(same(a, b)).toBe(Buffer.compare(a, b) === 0);
          expect(same(a, joined([new Uint8Array(3), a]).subarray(3))).toBe(true);
          if (a.length === 0) continue;
          const changed = a.slice();
          changed[n % a.length] = (changed[n % a.length] as number) ^ 0x80;
          expect(same(a, changed)).toBe(false);
        }
      }),
    );
  });

  it('are joined, written in hexadecimal and read again', () => {
    fc.assert(
      fc.property(placed, placed, (a, b) => {
        expect(joined([a, b])).toEqual(new Uint8Array(Buffer.concat([a, b])));
        expect(bytesToHex(a)).toBe(Buffer.from(a).toString('hex'));
        expect(hexToBytes(bytesToHex(a))).toEqual(new Uint8Array(a));
      }),
    );
    expect(['0', '0g', ' 00'].map(hexToBytes)).toEqual([undefined, undefined, undefined]);
  });

  it('of a text are UTF-8', () => {
    expect([...utf8('a€')]).toEqual([0x61, 0xe2, 0x82, 0xac]);
  });
});

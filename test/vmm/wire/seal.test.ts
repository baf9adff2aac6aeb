import { createHmac } from 'node:crypto';
import { crc32 as crc32OfNode } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../../vmm/wire/crc32.ts';
import { gmac } from '../../../vmm/wire/node-seal.ts';
import { equal, hmac, hmacSeal, TAG } from '../../../vmm/wire/seal.ts';
import fc from '../../property/fast-check.ts';

const bytes = (most: number) => fc.uint8Array({ maxLength: most });

describe('The sums of frames', () => {
  it("have Node's CRC-32, however the bytes are cut", () => {
    fc.assert(
      fc.property(bytes(300), bytes(300), (one, other) => {
        expect(crc32(one, other)).toBe(crc32OfNode(other, crc32OfNode(one)));
      }),
    );
  });

  it("have Node's HMAC-SHA-256, for keys longer than a block, too", () => {
    fc.assert(
      fc.property(bytes(100), bytes(200), (key, part) => {
        const length = Buffer.alloc(4);
        length.writeUInt32LE(part.length);
        const mac = createHmac('sha256', key).update(length).update(part);
        expect(hmac(key, part)).toEqual(new Uint8Array(mac.digest()));
      }),
    );
  });

  it('distinguish parts that only joined are alike', () => {
    const key = new Uint8Array(32);
    expect(hmac(key, 'ab', 'c')).not.toEqual(hmac(key, 'a', 'bc'));
  });
});

describe.each([
  ['GMAC', gmac],
  ['HMAC', hmacSeal],
] as const)('A seal by %s', (_, maker) => {
  const [key, otherKey] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  /** A frame's header has its sequence number (frame.ts). */
  const header = (sequence: number) => Uint8Array.of(1, sequence);
  const payload = Uint8Array.of(1, 2, 3);
  const tag = maker(key)(0, header(0), payload);

  it('is a tag of sixteen bytes, the same each time', () => {
    expect(tag).toHaveLength(TAG);
    expect(equal(maker(key)(0, header(0), payload), tag)).toBe(true);
  });

  it('is another one for another key, number or payload', () => {
    const others = [
      maker(otherKey)(0, header(0), payload),
      maker(key)(1, header(1), payload),
      maker(key)(0, header(0), Uint8Array.of(1, 2, 4)),
      maker(key)(0, header(0), new Uint8Array()),
    ];
    for (const other of others) expect(equal(other, tag)).toBe(false);
  });
});

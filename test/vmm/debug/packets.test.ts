/** GDB's packets: framing, damage, portions. */
import { describe, expect, it } from 'vitest';
import { hexToBytes } from '../../../isa/machine/bytes.ts';
import { hexToWord, PACKET_MAX, PacketReader, packetOf, wordToHex } from '../../../vmm/debug/packets.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

describe('A packet', () => {
  it('is data between $ and #, and the sum of its bytes in two digits', () => {
    expect(packetOf('OK')).toBe('$OK#9a');
    expect(packetOf('')).toBe('$#00');
  });

  it('escapes what would end it or repeat it', () => {
    for (const data of ['a#b$c}d*e', '}}', '#', '\x00\x03']) {
      expect(new PacketReader().take(bytes(packetOf(data)))).toEqual([{ kind: 'packet', data }]);
    }
  });

  it('is put together from any portions', () => {
    const reader = new PacketReader();
    const stream = `+${packetOf('qSupported:x')}+\x03${packetOf('g')}`;
    const arrivals = [...stream].flatMap((byte) => reader.take(bytes(byte)));
    expect(arrivals).toEqual([
      { kind: 'packet', data: 'qSupported:x' },
      { kind: 'interrupt' },
      { kind: 'packet', data: 'g' },
    ]);
  });

  it('with a wrong sum is damaged, and the next is read all the same', () => {
    expect(new PacketReader().take(bytes('$g#00$g#67$g#zz'))).toEqual([
      { kind: 'damaged' },
      { kind: 'packet', data: 'g' },
      { kind: 'damaged' },
    ]);
  });

  it('without end is refused when it is too long', () => {
    const reader = new PacketReader();
    expect(reader.take(bytes('noise without a beginning'.repeat(10_000)))).toEqual([]);
    expect(() => reader.take(bytes(`$${'a'.repeat(PACKET_MAX + 1)}`))).toThrow(RangeError);
  });
});

describe('Hexadecimal', () => {
  it('holds words as they lie in memory', () => {
    expect(wordToHex(0x12345678)).toBe('78563412');
    expect(hexToWord('78563412')).toBe(0x12345678);
    expect(hexToWord(wordToHex(-2))).toBe(-2);
  });

  it('is refused when it is none', () => {
    expect(hexToWord('7856341')).toBeUndefined();
    expect(hexToWord('7856341g')).toBeUndefined();
    expect(hexToBytes('abc')).toBeUndefined();
    expect(hexToBytes('0aFF')).toEqual(Uint8Array.of(10, 255));
  });
});

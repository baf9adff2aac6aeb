import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { portableSha256 } from '../../../vmm/wire/sha256.ts';
import fc from '../../property/fast-check.ts';

describe('The portable SHA-256', () => {
  it("gives Node's sum, whatever the parts", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 150 }), { maxLength: 4 }), (parts) => {
        const [ours, nodes] = [portableSha256(), createHash('sha256')];
        for (const part of parts) {
          ours.update(part);
          nodes.update(part);
        }
        expect(ours.digest()).toEqual(new Uint8Array(nodes.digest()));
      }),
    );
  });

  it('gives it for every length up to three blocks', () => {
    for (let length = 0; length <= 192; length++) {
      const bytes = new Uint8Array(length).fill(0xa5);
      const sum = portableSha256();
      sum.update(bytes);
      expect(sum.digest()).toEqual(new Uint8Array(createHash('sha256').update(bytes).digest()));
    }
  });
});

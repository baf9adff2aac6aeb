/** The disk ring, and what a guest may do to it. */
import { describe, expect, it } from 'vitest';
import { ringFinding, ringStories } from './rings.ts';

describe('The disk ring', () => {
  it.each(ringStories)('$what', (story) => {
    for (const monitor of ['none', 'trap-and-emulate'])
      expect(ringFinding(story, { monitor }), monitor).toBeUndefined();
  });
});

/** The disk ring, and what a guest may do to it; pages given back; who may call. */
import { describe, expect, it } from 'vitest';
import { callStories, ringStories, storyFinding } from './stories.ts';

const monitors = ['none', 'trap-and-emulate'];

describe('The disk ring', () => {
  it.each(ringStories)('$what', (story) => {
    for (const monitor of monitors) expect(storyFinding(story, { monitor }), monitor).toBeUndefined();
  });
});

describe('Calls', () => {
  it.each(callStories)('$what', (story) => {
    for (const monitor of monitors) expect(storyFinding(story, { monitor }), monitor).toBeUndefined();
  });
});

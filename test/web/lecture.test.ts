/** The lecture's script: 50 minutes, and every step of it can be done. The browser walks through it in laboratory/lecture.ts. */
import { describe, expect, it } from 'vitest';
import { readLecture } from './lecture-script.ts';

const parts = readLecture();

describe('The lecture', () => {
  it('takes 50 minutes, part after part', () => {
    expect(parts.length).toBeGreaterThan(5);
    let at = 0;
    for (const { begins, minutes, title } of parts) {
      expect([title, begins]).toEqual([title, at]);
      at += minutes;
    }
    expect(at).toBe(50);
  });

  it('asks the audience in every part but the last, and has an answer to expect for every question', () => {
    for (const { title, asked, expected } of parts.slice(0, -1)) {
      expect([title, asked > 0]).toEqual([title, true]);
      expect([title, expected]).toEqual([title, asked]);
    }
  });

  it('says for nearly every step what the audience sees', () => {
    const rows = parts.flatMap((part) => part.rows);
    expect(rows.length).toBeGreaterThan(25);
    const blind = rows.filter(({ sees, deed }) => sees.length === 0 && deed.kind !== 'tick');
    expect(blind.map(({ text }) => text)).toEqual(['press `End`']);
  });
});

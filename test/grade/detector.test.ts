/** The grader of detectors: every instruction counts, whoever cries wolf gets nothing, and whatever ends otherwise is told. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatDetectorGrade, gradeDetector } from '../../examples/course/assignments/detector.ts';
import { imageOf } from '../../examples/exercises/guest.ts';
import { variantRows } from '../../isa/table/variants.ts';

const graded = (text: string) => gradeDetector(imageOf(text));
const pointsOf = (text: string) => graded(text).checks.map(({ points }) => points);

describe('The grader of detectors', () => {
  it('gives 100 points to a detector that uses every instruction', () => {
    const grade = graded(readFileSync(new URL('detector/solution.s', import.meta.url), 'utf8'));
    expect(grade.checks.filter(({ says }) => says !== '')).toEqual([]);
    expect(grade.score).toBe(100);
    expect(grade.checks).toHaveLength(3 + variantRows.length);
  });

  it('counts what a detector that asks for the ring alone finds', () => {
    const { score, checks } = graded('_start: sring t1\n snez t1, t1\n li t0, 1\n out t0, t1\n');
    expect(checks.filter(({ points }) => points > 0).map(({ name }) => name)).toEqual([
      'no false alarm on a machine of its own',
      'finds trap-and-emulate on ring32-x',
      'finds trap-and-emulate by sring alone',
    ]);
    expect(score).toBe(30 + 7 + 5);
  });

  it('gives no point for monitors to a detector that always sees one, and 30 to one that never does', () => {
    expect(pointsOf('_start: li t0, 1\n out t0, t0\n').every((points) => points === 0)).toBe(true);
    expect(graded('_start: li t0, 1\n out t0, zero\n').score).toBe(30);
  });

  it.each([
    ['_start: j _start\n', 'it had not ended after 200000 steps'],
    ['_start: lw t0, -4(zero)\n', 'it ended by unhandled'],
    ['_start: li t0, 1\n li t1, 2\n out t0, t1\n', 'it said 2'],
  ])('tells how a detector ended that gave no answer', (text, says) => {
    const grade = graded(text);
    expect(grade.score).toBe(0);
    expect(formatDetectorGrade(grade)).toContain(says);
  });
});

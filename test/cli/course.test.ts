/** The command line and the course: two halves that are compiled apart. */
import { expect, it } from 'vitest';
import type { Course } from '../../cli/course.ts';
import * as module from '../../examples/course/index.ts';

it('The course has what the command line calls', () => {
  // The compiler compares the types.
  const course: Course = module;
  expect(course.kinds.length).toBeGreaterThan(0);
  const [kind] = course.kinds;
  if (kind !== undefined) expect(course.ask(kind, 1)).toMatchObject({ kind, seed: 1 });
});

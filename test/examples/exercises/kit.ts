/** Exercises of many seeds, made once, for all tests of a kind. */
import { ask, type Asked } from '../../../examples/exercises/format.ts';
import { kinds } from '../../../examples/exercises/index.ts';
import type { Kind } from '../../../examples/exercises/exercise.ts';

/** The kind of that name. */
function kindNamed(name: string): Kind {
  const kind = kinds.find((one) => one.name === name);
  if (kind === undefined) throw new Error(`no exercise ${name}`);
  return kind;
}

/** The questions of the seeds 1 to `count`. */
export function questions(name: string, count: number): readonly Asked[] {
  return Array.from({ length: count }, (_, n) => ask(kindNamed(name), n + 1));
}

/**
 * Derives what an instruction can read and write from its meaning, if the meaning is data. An effect
 * names everything that it uses, and cannot depend on anything that it does not name. So
 * the result is a proof and not a measurement.
 */
import type { Effect, Expression } from '../table/effects.ts';

export interface Touched {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

const throughMap = 'memory at virtual addresses';

/** What the effect reads and writes, without repeats; undefined for a system row, whose meaning is a function. */
export function derive(effect: Effect): Touched | undefined {
  switch (effect.kind) {
    case 'set':
      return touched(named(effect.value), ['rd']);
    case 'load':
      return touched([...named(effect.address), throughMap], ['rd']);
    case 'store':
      return touched([...named(effect.address), ...named(effect.value)], [throughMap]);
    case 'branch':
      return touched([...named(effect.condition), ...named(effect.target)], ['pc']);
    case 'jump':
      return touched([...named(effect.target), 'pc'], ['rd', 'pc']);
    case 'trap':
    case 'nothing':
      return touched([], []);
    case 'system':
      return undefined;
  }
}

function touched(reads: readonly string[], writes: readonly string[]): Touched {
  return { reads: [...new Set(reads)].filter((name) => name !== ''), writes };
}

/** Names of the state in an expression; constants and the immediate are in the instruction itself. */
function named(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case 'register':
      return [expression.field];
    case 'pc':
      return ['pc'];
    case 'immediate':
    case 'constant':
      return [];
    case 'operation':
      return [...named(expression.left), ...named(expression.right)];
  }
}

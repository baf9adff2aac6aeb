/**
 * A run of the monitored guest that never goes back. What a monitor has derived (shadow page tables, translated code) depends
 * on how the guest came to a step: after a way back it is gone, for the timeline puts back only the guest. This run
 * comes to a step always in the same way, so a link shows the same to everybody.
 */
import type { RecordedInput } from '../../vmm/replay/inputs.ts';
import type { Travel } from '../../vmm/replay/timeline.ts';
import type { Session } from './session.ts';
import type { Side } from './side.ts';

/** Steps at once. */
const stride = 2 ** 14;

class StraightRun {
  readonly #session: Session;
  #side: Side | undefined;
  /** The inputs that the run has. */
  #inputs: readonly RecordedInput[] = [];

  constructor(session: Session) {
    this.#session = session;
  }

  /** The guest at a step, or where it ended before. */
  *at(step: number): Travel<Side> {
    const { inputs } = this.#session.sides[1].timeline;
    if (this.#side === undefined || this.#side.step > step || !isSame(this.#inputs, inputs.all)) {
      this.#inputs = [...inputs.all];
      this.#side = this.#session.monitored();
    }
    const side = this.#side;
    const hasLater = this.#inputs.some((input) => input.step > 0);
    while (side.step < step) {
      const until = Math.min(step, side.step + stride);
      const stop = hasLater ? yield* side.timeline.forward(until) : side.subject.run(until);
      if (stop.kind !== 'limit') break;
      yield;
    }
    return side;
  }
}

function isSame(one: readonly RecordedInput[], other: readonly RecordedInput[]): boolean {
  return one.length === other.length && one.at(-1) === other.at(-1);
}

const runs = new WeakMap<Session, StraightRun>();

/** The session's straight run, brought to a step. */
export function straight(session: Session, step: number): Travel<Side> {
  const run = runs.get(session) ?? new StraightRun(session);
  runs.set(session, run);
  return run.at(step);
}

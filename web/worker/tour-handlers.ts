/**
 * Tours in the worker: their texts, what a stop shows, and whether what it claims holds. The page asks a worker of its own,
 * so that the two machines stay usable meanwhile.
 */
import {
  answerOf,
  type Claim,
  found,
  isRight,
  remark,
  type Scene,
  type Stop,
  type Tour,
} from '../../examples/desk.ts';
import { fold } from '../../examples/fold.ts';
import { tours } from '../../examples/tours/index.ts';
import { Workbench } from '../../examples/workbench.ts';
import { utf8 } from '../../isa/machine/bytes.ts';
import type { Work } from '../../isa/work.ts';
import type { Desk } from './desk.ts';
import type { Handlers } from './protocol.ts';

/** A question as the page draws it. */
export interface QuestionText {
  readonly text: string;
  readonly kind: 'one' | 'many' | 'number' | 'name';
  readonly choices: readonly string[];
}

/** A stop, as data that can be sent. */
export interface StopText {
  readonly say: string;
  readonly ask: QuestionText | undefined;
  readonly go: Scene | undefined;
  readonly mark: readonly string[];
  readonly claims: readonly string[];
}

/** A tour, as data that can be sent. */
export interface TourText extends Pick<Tour, 'number' | 'title' | 'shows' | 'more'> {
  /** Whether its claims can be checked only where there are files: at the command line. */
  readonly atTerminal: boolean;
  readonly stops: readonly StopText[];
}

/** What there is to see when the student has answered. */
export interface Revealed {
  readonly lines: readonly string[];
  /** What is said about the answer; '' for nothing. */
  readonly remark: string;
  /** Undefined where nothing was asked. */
  readonly isRight: boolean | undefined;
}

/** A stop by the number of its tour and its place in it, from 0. */
export interface StopPlace {
  readonly tour: number;
  readonly stop: number;
}

export interface TourRequests {
  tours: { ask: null; answer: readonly TourText[] };
  reveal: { ask: StopPlace & { answer: string }; answer: Revealed };
  /** Whether the claim of that index holds. */
  claim: { ask: StopPlace & { claim: number }; answer: boolean };
}

export const tourHandlers: Handlers<TourRequests> = {
  tours: () => tours.map(textOf),
  reveal: (ask, desk) => quietly(reveal(stopAt(ask), ask.answer, benchOf(desk))),
  claim: (ask, desk) => {
    const { holds } = stopAt(ask).check[ask.claim] as Claim;
    return quietly(found(holds(benchOf(desk))));
  },
};

function textOf({ number, title, shows, more, atTerminal = false, stops }: Tour): TourText {
  const texts = stops.map(
    ({ say, ask, go, mark = [], check }): StopText => ({
      say,
      ask: ask && { text: ask.text, kind: kindOf(ask), choices: ask.choices ?? [] },
      go,
      mark,
      claims: check.map(({ claim }) => claim),
    }),
  );
  return { number, title, shows, atTerminal, stops: texts, ...(more === undefined ? {} : { more }) };
}

function kindOf({ choices, many = false, within }: NonNullable<Stop['ask']>): QuestionText['kind'] {
  if (within !== undefined) return 'number';
  if (choices === undefined) return 'name';
  return many ? 'many' : 'one';
}

function stopAt({ tour: number, stop }: StopPlace): Stop {
  const one = tours.find((tour) => tour.number === number)?.stops[stop];
  if (one === undefined) throw new Error(`lesson ${number} has no stop ${stop + 1}`);
  return one;
}

const benches = new WeakMap<Desk, Workbench>();

/** The workbench of a desk: it remembers what it found. */
function benchOf(desk: Desk): Workbench {
  const bench = benches.get(desk) ?? new Workbench({ read: (path) => utf8(textAt(desk, path)) });
  benches.set(desk, bench);
  return bench;
}

function textAt({ files }: Desk, path: string): string {
  const text = files[path];
  if (text === undefined) throw new Error(`there is no ${path} in the laboratory`);
  return text;
}

function* reveal({ ask, show }: Stop, text: string, bench: Workbench): Work<unknown, Revealed> {
  const answer = answerOf(text);
  const lines = show === undefined ? [] : (yield* found(show(bench, answer))).map(fold);
  if (ask === undefined) return { lines, remark: '', isRight: undefined };
  return { lines, remark: yield* remark(ask, answer, bench), isRight: yield* isRight(ask, answer, bench) };
}

/** The same work; what it yields is of no use to the page. */
function* quietly<Result>(work: Work<unknown, Result>): Work<undefined, Result> {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    yield;
  }
}

/** Predicting before seeing: the reader ticks instructions, and then everything is revealed, with what was right. */
import type { VNode } from 'preact';
import type { InstructionSummary } from '../../../isa/classify/summary.ts';
import { said, viewState } from '../state.ts';
import { isPrediction, judge, type Outcome, type Prediction, type Question, questions } from './judge.ts';
import { instructions, isDrawn, processorName, selected } from './shown.ts';

/** The prediction under way; undefined: none. */
export const prediction = viewState<Prediction | undefined>('classify-predict', undefined, isPrediction);

export function start(): void {
  prediction.value = { of: 'critical', ticked: [], isRevealed: false };
}

export function Predict({ asked }: { readonly asked: Prediction }): VNode {
  const all = instructions.value.filter(isDrawn);
  return (
    <section class="predict" aria-label="Prediction">
      <label class="predict-question">
        <span>Which of these are</span>{' '}
        <select
          value={asked.of}
          disabled={asked.isRevealed}
          onChange={(event) => {
            prediction.value = { of: event.currentTarget.value as Question, ticked: [], isRevealed: false };
          }}
        >
          {Object.entries(questions).map(([of, says]) => (
            <option key={of} value={of}>
              {says}
            </option>
          ))}
        </select>{' '}
        <span>on {processorName.value}?</span>
      </label>
      {asked.isRevealed ? <Outcomes asked={asked} all={all} /> : <Ticks asked={asked} all={all} />}
    </section>
  );
}

interface PartProps {
  readonly asked: Prediction;
  readonly all: readonly InstructionSummary[];
}

function Ticks({ asked, all }: PartProps): VNode {
  const { ticked } = asked;
  const tick = (name: string) => {
    const others = ticked.filter((other) => other !== name);
    prediction.value = { ...asked, ticked: others.length < ticked.length ? others : [...ticked, name] };
  };
  return (
    <>
      <div class="ticks">
        {all.map(({ name }) => (
          <label key={name} class="switch">
            <input type="checkbox" checked={ticked.includes(name)} onChange={() => tick(name)} />
            <code>{name}</code>
          </label>
        ))}
      </div>
      <button
        type="button"
        class="primary"
        onClick={() => {
          const { right, total } = judge(all, asked);
          prediction.value = { ...asked, isRevealed: true };
          said.value = `You found ${right} of ${total}`;
        }}
      >
        Reveal
      </button>
    </>
  );
}

const outcomeTexts: Readonly<Record<Outcome, string>> = {
  right: '✔ found',
  missed: '○ missed',
  wrong: '✖ not one',
};

function Outcomes({ asked, all }: PartProps): VNode {
  const { outcomes, right, total } = judge(all, asked);
  const wrong = outcomes.filter(([, outcome]) => outcome === 'wrong').length;
  return (
    <>
      <p class="score">
        You found {right} of {total}
        {wrong > 0 && `, and ${wrong} that ${wrong === 1 ? 'is' : 'are'} not`}.
      </p>
      <ul class="outcomes">
        {outcomes.map(([name, outcome]) => (
          <li key={name} class={outcome}>
            <button
              type="button"
              onClick={() => {
                selected.value = name;
              }}
            >
              <code>{name}</code> {outcomeTexts[outcome]}
            </button>
          </li>
        ))}
      </ul>
      <button type="button" onClick={start}>
        Predict again
      </button>
    </>
  );
}

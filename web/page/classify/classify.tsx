/** The Classify view: Popek and Goldberg's sets of the chosen processor, and what the theorems say of it. */
import type { VNode } from 'preact';
import { sentences } from '../../../isa/classify/verdicts.ts';
import { RadioGroup } from '../controls.tsx';
import { embedded } from '../embedded.ts';
import { grouped } from '../words.ts';
import { Choice } from './choice.tsx';
import { Diagram } from './diagram.tsx';
import { Evidence } from './evidence.tsx';
import { live, measure, showBuilt, stopMeasuring } from './live.ts';
import { prediction, Predict, start } from './predict.tsx';
import { instructions, isDrawn, processorName, theorems } from './shown.ts';
import { Table } from './table.tsx';

export function Classify(): VNode {
  const asked = prediction.value;
  const hides = asked !== undefined && !asked.isRevealed;
  return (
    <div class="classify-view">
      <RadioGroup
        label="What is shown"
        class="modes"
        chosen={asked === undefined ? 0 : 1}
        onChoose={(n) => {
          if (n === 0) prediction.value = undefined;
          else start();
        }}
        options={[
          { key: 'result', content: 'Show the sets' },
          { key: 'predict', content: 'Predict them first' },
        ]}
      />
      {!hides && <Theorems />}
      <Choice />
      {asked !== undefined && <Predict asked={asked} />}
      {!hides && (
        <>
          <Diagram all={instructions.value.filter(isDrawn)} />
          <Others />
          <Reasons />
          <Evidence />
          <Measuring />
          <Table />
        </>
      )}
    </div>
  );
}

function Theorems(): VNode {
  return (
    <ul class="theorems" aria-label={`What the theorems say of ${processorName.value}`}>
      {sentences(theorems.value).map(({ theorem, holds }) => (
        <li key={theorem} class={holds ? 'holds' : 'fails'}>
          <b>
            <span class="sign" aria-hidden="true">
              {holds ? '✔' : '✖'}
            </span>{' '}
            {theorem}: {holds ? 'yes' : 'no'}
          </b>
        </li>
      ))}
    </ul>
  );
}

/** Why the theorems hold, or do not. */
function Reasons(): VNode {
  return (
    <dl class="reasons">
      {sentences(theorems.value).map(({ theorem, says }) => (
        <div key={theorem}>
          <dt>{theorem}</dt>
          <dd>{says}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Instructions outside all sets. */
function Others(): VNode {
  const innocuous = instructions.value.filter(
    ({ sensitive, privileged }) => sensitive.length === 0 && !privileged,
  );
  const drawn = innocuous.filter(isDrawn).map(({ name }) => name);
  return (
    <p class="others">
      In none of these sets: {drawn.length > 0 && `${drawn.join(', ')} and `}
      {innocuous.length - drawn.length} instructions of user code.
    </p>
  );
}

function Measuring(): VNode {
  const now = live.value;
  const all = embedded().summaries.privileged.length;
  const isMeasuring = now?.state === 'measuring';
  return (
    <div class="measuring">
      <button type="button" onClick={() => (isMeasuring ? stopMeasuring() : void measure())}>
        {isMeasuring ? 'Stop measuring' : 'Measure live'}
      </button>
      {now !== undefined && !isMeasuring && (
        <button type="button" onClick={showBuilt}>
          Show the built-in result
        </button>
      )}
      {now === undefined ? (
        <p>
          Measured when this page was built. Measuring live executes every instruction in all states again,
          here.
        </p>
      ) : (
        <>
          <progress max={all} value={now.instructions.length} aria-label="Instructions measured" />
          <p>{measuredText(now.instructions.length, all)}</p>
        </>
      )}
    </div>
  );
}

function measuredText(count: number, all: number): string {
  const now = live.value;
  if (now?.measured === undefined)
    return `${now?.state === 'stopped' ? 'Stopped after' : 'Measured'} ${count} of ${all} instructions.`;
  const { executions, compared } = now.measured;
  return `All ${all} instructions measured in this page: ${grouped(executions)} executions, ${grouped(compared)} comparisons.`;
}

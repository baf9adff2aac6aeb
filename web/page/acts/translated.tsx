/** In the third act: what the next instruction became. */
import type { VNode } from 'preact';
import { useAnswer } from '../answer.ts';
import { monitor, step, view } from '../state.ts';
import { unitAt } from '../translation/flow.ts';

export function Translated(): VNode | null {
  return monitor.value === 'binary-translation' ? <Words /> : null;
}

function Words(): VNode | null {
  const found = useAnswer('translation', { step: step.value });
  if (found === undefined || found === null) return null;
  const { units, pc, ring } = found;
  const index = unitAt(units, pc, ring);
  const one = units[index ?? -1]?.instructions.find((instruction) => instruction.pc === pc);
  if (one === undefined) return null;
  return (
    <section class="translated" aria-label="Translation">
      <p>
        The monitor runs instead of <code>{one.assembly}</code>:{' '}
        {one.words.map(({ address, assembly }) => (
          <code key={address} class="run">
            {assembly}
          </code>
        ))}
      </p>
      <button
        type="button"
        onClick={() => {
          view.value = 'translation';
        }}
      >
        The whole translation
      </button>
    </section>
  );
}

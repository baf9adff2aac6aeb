/** The verdict: one sentence about the two machines. */
import type { VNode } from 'preact';
import { open } from './laboratory.ts';
import { verdict, type Verdict } from './state.ts';
import { grouped } from './words.ts';

/** The verdict in a sentence, without the sign before it. */
function sentence(now: Verdict): string {
  switch (now.kind) {
    case 'none':
      return 'A guest on the machine, and the same guest under a monitor.';
    case 'comparing':
      return `Comparing: equal at ${grouped(now.steps)} steps so far.`;
    case 'equal':
      return now.all
        ? `A guest on the machine, and the same guest under a monitor. Equal at all ${grouped(now.steps)} steps.`
        : `Equal at the first ${grouped(now.steps)} steps. The guest goes on.`;
    case 'diverges': {
      const { instruction, differences } = now.divergence;
      const [first] = differences;
      const what = first && `: ${first.what} is ${first.left} bare, ${first.right} under the monitor`;
      return `Diverges after ${grouped(now.steps)} equal steps, at ${instruction}${what ?? ''}.`;
    }
    case 'unusable':
      return now.message;
  }
}

const signs = { none: '', comparing: '…', equal: '=', diverges: '≠', unusable: '!' } as const;

export function VerdictBar(): VNode {
  const now = verdict.value;
  return (
    <output class={`verdict ${now.kind}`}>
      <span class="sign" aria-hidden="true">
        {signs[now.kind]}
      </span>
      <span>
        {sentence(now)}
        {now.kind === 'diverges' && <span class="reason">{now.divergence.reason}.</span>}
      </span>
      {now.kind === 'equal' && !now.all && (
        <button type="button" onClick={() => void open({ limit: now.steps * 10 })}>
          Compare further
        </button>
      )}
    </output>
  );
}

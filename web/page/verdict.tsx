/** The verdict: one sentence about the two machines. */
import type { VNode } from 'preact';
import type { Divergence } from '../../vmm/monitor/compare.ts';
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
    case 'diverges':
      return `Diverges after ${grouped(now.steps)} equal steps, at ${now.divergence.instruction}.`;
    case 'unusable':
      return now.message;
  }
}

/** What differs first, in words. */
function detail({ differences: [first] }: Divergence): string {
  return first === undefined
    ? ''
    : `Then ${first.what} is ${first.left} bare, ${first.right} under the monitor.`;
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
        {now.kind === 'diverges' && <span class="reason"> {detail(now.divergence)}</span>}
      </span>
      {now.kind === 'equal' && !now.all && (
        <button type="button" onClick={() => void open({ limit: now.steps * 10 })}>
          Compare further
        </button>
      )}
    </output>
  );
}

/** What differs between the two machines at this step. */
import type { VNode } from 'preact';
import { systemRegisters } from '../../isa/table/sysregs.ts';
import { registerNames } from '../../isa/table/registers.ts';
import type { Frame } from '../worker/frame.ts';
import { frame, verdict } from './state.ts';
import { hex } from './words.ts';

interface Difference {
  readonly what: string;
  readonly left: string;
  readonly right: string;
}

/** Everything that differs, registers first. */
export function differencesOf({ sides: [a, b], memoryDiffersAt }: Frame): Difference[] {
  const found: Difference[] = [];
  const note = (what: string, left: number, right: number) => {
    if (left !== right) found.push({ what, left: hex(left), right: hex(right) });
  };
  note('pc', a.pc, b.pc);
  if (a.ring !== b.ring) found.push({ what: 'ring', left: String(a.ring), right: String(b.ring) });
  registerNames.forEach((name, n) => {
    note(name, a.x[n] ?? 0, b.x[n] ?? 0);
  });
  for (const { name, number } of systemRegisters) note(name, a.system[number] ?? 0, b.system[number] ?? 0);
  if (a.printed.text !== b.printed.text) found.push({ what: 'console', left: 'one text', right: 'another' });
  if (a.ended !== b.ended)
    found.push({ what: 'end', left: a.ended ?? 'goes on', right: b.ended ?? 'goes on' });
  if (memoryDiffersAt !== undefined)
    found.push({ what: 'memory', left: `from ${hex(memoryDiffersAt)}`, right: 'on' });
  return found;
}

/** Right after the step that diverges: why it does. */
function Reason({ step }: { readonly step: number }): VNode | null {
  const now = verdict.value;
  return now.kind === 'diverges' && step === now.steps + 1 ? <p>{now.divergence.reason}.</p> : null;
}

const shown = 8;

export function Differences(): VNode | null {
  const now = frame.value;
  const found = now === undefined ? [] : differencesOf(now);
  if (found.length === 0) return null;
  return (
    <section class="differences" aria-label="Differences">
      <table>
        <caption>
          What differs at step {now?.step}
          {found.length > shown && `: the first ${shown} of ${found.length}`}
        </caption>
        <thead>
          <tr>
            <th scope="col">what</th>
            <th scope="col">bare machine</th>
            <th scope="col">under the monitor</th>
          </tr>
        </thead>
        <tbody>
          {found.slice(0, shown).map(({ what, left, right }) => (
            <tr key={what}>
              <th scope="row">≠ {what}</th>
              <td>{left}</td>
              <td>{right}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Reason step={now?.step ?? 0} />
    </section>
  );
}

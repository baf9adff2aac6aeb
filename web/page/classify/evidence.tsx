/** What an instruction is and how that is known, and the programs that show it. */
import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import type { Class } from '../../../isa/classify/classes.ts';
import type { InstructionSummary } from '../../../isa/classify/summary.ts';
import { editorIsOpen } from '../editor/column.tsx';
import { goTo, openGuest } from '../laboratory.ts';
import { frame, said, variant, view } from '../state.ts';
import { meter } from './live.ts';
import { instructions, processorName, selected } from './shown.ts';

/** Why a witness cannot be shown, and of what. */
const refusal = signal<{ readonly of: string; readonly why: string } | undefined>(undefined);

/** Opens the program that shows the witness in the editor, and runs it to its end. */
async function show(name: string, of: Class): Promise<void> {
  const found = await meter.ask('witness', { variant: variant.value, name, of });
  if (!found.ok) {
    refusal.value = { of: `${name} ${of}`, why: found.why };
    said.value = found.why;
    return;
  }
  refusal.value = undefined;
  editorIsOpen.value = true;
  view.value = 'machine';
  await openGuest(`witness-${name}-${of}.s`, found.text);
  await goTo(frame.value?.edge ?? 0);
}

export function Evidence(): VNode {
  const one = instructions.value.find(({ name }) => name === selected.value);
  return (
    <section class="evidence" aria-label="Evidence">
      {one === undefined ? (
        <p class="empty">Choose an instruction to see what it is, and how that is known.</p>
      ) : (
        <>
          <h2>
            <code>{one.name}</code> on {processorName.value}
            {one.critical && <span class="critical"> ◆ critical</span>}
          </h2>
          <dl>
            {one.evidence.map(([is, because]) => (
              <div key={is}>
                <dt>{is}</dt>
                <dd>
                  {because}
                  <Witness one={one} is={is} />
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </section>
  );
}

/** The button for the program, where the line of evidence has a witness: `mode-sensitive` has one of class `mode`. */
function Witness({ one, is }: { readonly one: InstructionSummary; readonly is: string }): VNode | null {
  const of = one.witnesses.find((name) => is === `${name}-sensitive`);
  if (of === undefined) return null;
  const refused = refusal.value?.of === `${one.name} ${of}` ? refusal.value.why : undefined;
  return (
    <>
      {' '}
      <button type="button" class="small" onClick={() => void show(one.name, of)}>
        Open the program
        <span class="vh">
          {' '}
          that shows that {one.name} is {is}
        </span>
      </button>
      {refused !== undefined && <span class="refused">No program: {refused}.</span>}
    </>
  );
}

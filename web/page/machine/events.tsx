/** What happened on either side around this step: traps and exits, each a link to its step. */
import type { VNode } from 'preact';
import type { EventItem } from '../../worker/frame.ts';
import { goTo } from '../laboratory.ts';
import { frame } from '../state.ts';
import { sideTitles } from '../machines.tsx';

interface Row {
  readonly step: number;
  readonly texts: readonly [string[], string[]];
}

/** The events of both sides by step. */
function rowsOf(sides: readonly (readonly EventItem[])[]): Row[] {
  const rows = new Map<number, Row>();
  sides.forEach((events, side) => {
    for (const { step, text } of events) {
      const row = rows.get(step) ?? { step, texts: [[], []] };
      row.texts[side as 0 | 1].push(text);
      rows.set(step, row);
    }
  });
  return [...rows.values()].sort((a, b) => a.step - b.step);
}

export function Events(): VNode | null {
  const now = frame.value;
  if (now === undefined) return null;
  const rows = rowsOf(now.sides.map(({ events }) => events));
  const [left, right] = sideTitles();
  return (
    <section class="events" aria-label="Events">
      <h2>Events</h2>
      {rows.length === 0 ? (
        <p class="empty">No trap and no exit up to here. Go on, or go to the next event with Shift+→.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">step</th>
              <th scope="col">{left}</th>
              <th scope="col">{right}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.step} class={row.step === now.step ? 'now' : row.step > now.step ? 'later' : ''}>
                <th scope="row">
                  <a
                    href={`#step-${row.step}`}
                    aria-current={row.step === now.step ? 'step' : undefined}
                    onClick={(event) => {
                      event.preventDefault();
                      void goTo(row.step);
                    }}
                  >
                    {row.step}
                  </a>
                </th>
                {row.texts.map((texts, side) => (
                  <td key={side === 0 ? 'left' : 'right'}>{texts.join(', ')}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** The sets as a table: the same as the diagram, for those who cannot see it, and for copying. */
import type { VNode } from 'preact';
import { instructions, isDrawn, processorName } from './shown.ts';

const yes = (is: boolean) => (is ? 'yes' : '–');

export function Table(): VNode {
  return (
    <details class="sets">
      <summary>The sets as a table</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section class="scrolls" tabIndex={0} aria-label="The sets as a table">
        <table>
          <caption>Instructions of {processorName.value}; all others are in none of the sets</caption>
          <thead>
            <tr>
              <th scope="col">instruction</th>
              <th scope="col">privileged</th>
              <th scope="col">sensitive because of</th>
              <th scope="col">user-sensitive</th>
              <th scope="col">supervisor-sensitive</th>
              <th scope="col">critical</th>
            </tr>
          </thead>
          <tbody>
            {instructions.value.filter(isDrawn).map((one) => (
              <tr key={one.name}>
                <th scope="row">{one.name}</th>
                <td>{yes(one.privileged)}</td>
                <td>{one.sensitive.join(', ') || '–'}</td>
                <td>{yes(one.userSensitive)}</td>
                <td>{yes(one.supervisorSensitive)}</td>
                <td class={one.critical ? 'critical' : ''}>{one.critical ? '◆ critical' : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}

/** The rounds of a migration as they happen: pages sent, and pages that are dirty again when the round ends. */
import type { VNode } from 'preact';
import type { MoveFrame } from '../../worker/move.ts';
import { useWidth } from '../width.ts';
import { barsOf, type Bar } from './bars.ts';

export function Rounds({ now }: { readonly now: MoveFrame }): VNode | null {
  const { migration, pages } = now;
  if (migration === undefined) return null;
  const bars = barsOf(migration);
  return (
    <section class="rounds" aria-label="Rounds">
      <h2>Rounds</h2>
      <Chart bars={bars} most={pages} />
      <ul class="chart-legend" aria-hidden="true">
        <li class="sent">pages sent while it runs</li>
        <li class="dirtied">dirty when the round ends</li>
        <li class="last">sent while it stands still</li>
      </ul>
      {migration.throttle > 0 && (
        <p>The guest is denied {Math.round(migration.throttle * 100)} % of its time.</p>
      )}
      <details>
        <summary>The rounds as a table</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">round</th>
              <th scope="col">pages sent</th>
              <th scope="col">dirty at its end</th>
              <th scope="col">ms</th>
            </tr>
          </thead>
          <tbody>
            {bars.map(({ label, sent, dirtied, milliseconds }) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td class="number">{sent}</td>
                <td class="number">{dirtied ?? '–'}</td>
                <td class="number">{milliseconds ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}

/** Rounds that are drawn: the last ones. */
const drawn = 14;

function Chart({ bars, most }: { readonly bars: readonly Bar[]; readonly most: number }): VNode {
  const [ref, { width, font }] = useWidth<HTMLDivElement>();
  const height = font * 9;
  const bottom = height - font * 1.4;
  const top = font * 1.3;
  const shown = bars.slice(-drawn);
  const step = Math.min(width / Math.max(shown.length, 1), font * 5);
  const thick = Math.max(3, Math.min(step * 0.4, font * 1.8));
  const tall = (count: number) => (count / most) * (bottom - top);
  const bar = (count: number, x: number, name: string) => (
    <g class={name}>
      <rect x={x} y={bottom - tall(count)} width={thick} height={tall(count)} />
      {thick >= font * 1.2 && (
        <text x={x + thick / 2} y={bottom - tall(count) - 4}>
          {count}
        </text>
      )}
    </g>
  );
  return (
    <div class="chart" ref={ref}>
      <svg
        class="drawing"
        role="img"
        aria-label={`Rounds of ${most} pages: ${shown.map(textOf).join('; ')}`}
        width={width}
        height={height}
      >
        <path class="axis" d={`M0 ${bottom + 0.5}H${width}`} />
        {shown.map((one, n) => (
          <g key={one.label}>
            {bar(
              one.sent,
              n * step,
              one.isLast ? 'last' : one.dirtied === undefined ? 'sent under-way' : 'sent',
            )}
            {one.dirtied !== undefined && bar(one.dirtied, n * step + thick + 1, 'dirtied')}
            <text class="label" x={n * step + thick} y={height - 4}>
              {one.label}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

function textOf({ label, sent, dirtied }: Bar): string {
  return `round ${label} ${sent} sent${dirtied === undefined ? '' : `, ${dirtied} dirty`}`;
}

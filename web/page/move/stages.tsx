/** The six stages of a migration, when either side came to them, and where the guest ran meanwhile. */
import type { VNode } from 'preact';
import { type Stage, stageNames } from '../../../vmm/migration/stages.ts';
import type { Migration, MoveFrame } from '../../worker/move.ts';
import { useWidth } from '../width.ts';
import { runsOf } from './bars.ts';

const says: Readonly<Record<Stage, string>> = {
  'pre-migration': 'the guest is to go; the other host is looked for',
  reservation: 'memory is set aside there',
  'pre-copy': 'all pages are sent, then again those written meanwhile',
  'stop-and-copy': 'the guest stands still; the rest goes over',
  commitment: 'all of it is there; the source decides, and writes it down',
  activation: 'decided: the guest is the target’s, and runs there',
};

export function Stages({ migration }: { readonly migration: Migration | undefined }): VNode {
  const told = migration?.told ?? [];
  const began = migration?.began ?? 0;
  const from = migration?.from ?? 'A';
  const last = told.findLast(({ side }) => side === 'source')?.stage;
  const isOver = migration !== undefined && migration.state !== 'under way';
  const at = (side: 'source' | 'target', stage: Stage): number | undefined => {
    const found = told.find((one) => one.side === side && one.stage === stage);
    return found && found.at - began;
  };
  return (
    <div class="stages">
      <table>
        <caption>The six stages, and milliseconds since the migration began</caption>
        <thead>
          <tr>
            <th scope="col">stage</th>
            <th scope="col">source {from}</th>
            <th scope="col">target {from === 'A' ? 'B' : 'A'}</th>
            <th scope="col" class="what">
              what happens
            </th>
          </tr>
        </thead>
        <tbody>
          {stageNames.map((stage, n) => {
            const isNow = stage === last && !isOver;
            return (
              <tr key={stage} class={isNow ? 'now' : ''} aria-current={isNow ? 'step' : undefined}>
                <th scope="row">
                  <span class="sign">{isNow ? '▶' : at('source', stage) === undefined ? '·' : '✔'}</span> {n}{' '}
                  {stage}
                </th>
                <td class="number">{at('source', stage) ?? '–'}</td>
                <td class="number">{at('target', stage) ?? '–'}</td>
                <td class="what">{says[stage]}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p class="stage-says">
        {last !== undefined && !isOver && `Stage ${stageNames.indexOf(last)}: ${says[last]}.`}
      </p>
    </div>
  );
}

/** Milliseconds that the lanes have room for at least. */
const least = 60;

/** Where the guest ran, millisecond by millisecond: a lane for each host, and gaps where it stood still. */
export function Life({ now: { ran } }: { readonly now: MoveFrame }): VNode {
  const [ref, { width, font }] = useWidth<HTMLDivElement>();
  const left = font * 1.4;
  const tall = font * 1.1;
  const scale = (width - left) / Math.max(ran.length, least);
  const lane = (name: string, y: number) =>
    [...runsOf(ran, name), ...runsOf(ran, '2')]
      .map(([from, length]) => {
        const long = Math.max(length * scale, 1);
        return `M${left + from * scale} ${y}h${long}v${tall}h${-long}z`;
      })
      .join('');
  const count = (letter: string) => [...ran].filter((where) => where === letter).length;
  const text = `${count('A')} ms on A, ${count('B')} ms on B, ${count('-')} ms nowhere, ${count('2')} ms on both`;
  return (
    <div class="life" ref={ref}>
      <svg
        class="drawing"
        role="img"
        aria-label={`Where the guest ran: ${text}`}
        width={width}
        height={tall * 2 + 8}
      >
        {(['A', 'B'] as const).map((name, n) => (
          <g key={name}>
            <text x={0} y={n * (tall + 6) + tall * 0.8}>
              {name}
            </text>
            <rect class="lane" x={left} y={n * (tall + 6)} width={width - left} height={tall} />
            <path class="ran" d={lane(name, n * (tall + 6))} />
          </g>
        ))}
      </svg>
      <p>The guest ran {text}.</p>
    </div>
  );
}

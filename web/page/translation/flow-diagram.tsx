/** The flow between units as a drawing: which units lead to the chosen one, and where it leads. The list below says the same. */
import type { VNode } from 'preact';
import { useWidth } from '../width.ts';
import type { Flow, Way } from './flow.ts';

interface FlowProps {
  readonly flow: Flow;
  readonly title: string;
  readonly titleOf: (way: Way) => string;
  readonly onChoose: (unit: number) => void;
}

/** Ways that are drawn at either side. */
const most = 5;
const says = { jump: 'jump', taken: 'branch', fall: 'goes on' } as const;

interface Size {
  readonly width: number;
  readonly height: number;
}

export function FlowDiagram(props: FlowProps): VNode {
  const [ref, { width, font }] = useWidth<HTMLDivElement>();
  return (
    <div class="flow" ref={ref}>
      <Drawing {...props} width={width} font={font} />
      <FlowList {...props} />
    </div>
  );
}

function Drawing({
  flow,
  title,
  titleOf,
  onChoose,
  width,
  font,
}: FlowProps & { width: number; font: number }): VNode {
  const line = Math.round(font * 2.5);
  const sides = { from: flow.from.slice(0, most), to: flow.to.slice(0, most) };
  const height = Math.max(sides.from.length, sides.to.length, 1) * line + 6;
  const box = { width: Math.round(Math.min(width * 0.29, font * 15)), height: Math.round(font * 1.9) };
  const letters = Math.floor(box.width / (font * 0.5)) - 1;
  const middle = { x: (width - box.width) / 2, y: (height - box.height) / 2 };
  const centre = middle.y + box.height / 2;
  const top = (side: readonly Way[], n: number) =>
    (height - side.length * line) / 2 + n * line + (line - box.height) / 2;
  const node = (side: readonly Way[], way: Way, n: number, x: number) => {
    const whole = titleOf(way);
    const place = { x, y: top(side, n), ...box };
    return (
      <Node key={n} way={way} place={place} title={cut(whole, letters)} whole={whole} onChoose={onChoose} />
    );
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a drawing has no fieldset
    <svg
      class="drawing"
      role="group"
      aria-label="Units that lead here, this unit, and where it leads"
      width={width}
      height={height}
    >
      {sides.from.map((way, n) => {
        const ends = { x1: box.width + 1, y1: top(sides.from, n) + box.height / 2, x2: middle.x, y2: centre };
        return <Edge key={n} way={way} {...ends} font={font} />;
      })}
      {sides.to.map((way, n) => {
        const y2 = top(sides.to, n) + box.height / 2;
        const ends = { x1: middle.x + box.width, y1: centre, x2: width - box.width - 1, y2 };
        return <Edge key={n} way={way} {...ends} font={font} />;
      })}
      {sides.from.map((way, n) => node(sides.from, way, n, 1))}
      {sides.to.map((way, n) => node(sides.to, way, n, width - box.width - 1))}
      <g class="node chosen">
        <rect {...middle} {...box} rx={5} />
        <text x={middle.x + box.width / 2} y={centre}>
          {cut(title, letters)}
        </text>
      </g>
    </svg>
  );
}

function FlowList({ flow, titleOf }: FlowProps): VNode {
  const chain = ({ isChained }: Way) => (isChained ? 'chained' : 'asks the monitor');
  return (
    <details>
      <summary>The flow as a list</summary>
      <ul>
        {flow.from.map((way, n) => (
          <li key={`from ${n}`}>
            {titleOf(way)} leads here: {says[way.kind]}, {chain(way)}
          </li>
        ))}
        {flow.to.map((way, n) => (
          <li key={`to ${n}`}>
            Leads to {titleOf(way)}: {says[way.kind]}, {chain(way)}
          </li>
        ))}
        {flow.from.length + flow.to.length === 0 && <li>No direct way leads here or from here.</li>}
      </ul>
    </details>
  );
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, Math.max(1, longest - 1))}…` : text;
}

interface EdgeProps {
  readonly way: Way;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly font: number;
}

/** A chained way is drawn through; one that asks the monitor is dashed. */
function Edge({ way, x1, y1, x2, y2, font }: EdgeProps): VNode {
  const tip = 9;
  const middle = (x1 + x2) / 2;
  const hasRoom = x2 - x1 > font * 5;
  return (
    <g class={way.isChained ? 'edge chained' : 'edge asks'}>
      <path d={`M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2 - tip} ${y2}`} />
      <path class="tip" d={`M${x2} ${y2}l${-tip} -5v10z`} />
      {hasRoom && (
        <text x={middle} y={(y1 + y2) / 2}>
          {says[way.kind]} {way.isChained ? '>' : '?'}
        </text>
      )}
    </g>
  );
}

interface NodeProps {
  readonly way: Way;
  readonly place: Size & { readonly x: number; readonly y: number };
  readonly title: string;
  readonly whole: string;
  readonly onChoose: (unit: number) => void;
}

function Node({ way, place, title, whole, onChoose }: NodeProps): VNode {
  const { unit } = way;
  const inside = (
    <>
      <title>{whole}</title>
      <rect rx={5} {...place} />
      <text x={place.x + place.width / 2} y={place.y + place.height / 2}>
        {title}
      </text>
    </>
  );
  if (unit === undefined) return <g class="node absent">{inside}</g>;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a button of HTML cannot stand in a drawing
    <g
      class="node can-choose"
      role="button"
      tabindex={0}
      aria-label={`Show the unit ${whole}`}
      onClick={() => onChoose(unit)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        event.stopPropagation();
        // This button is gone when the other unit is shown.
        event.currentTarget.closest('.translation-view')?.querySelector<HTMLElement>('select')?.focus();
        onChoose(unit);
      }}
    >
      {inside}
    </g>
  );
}

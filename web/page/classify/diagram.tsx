/**
 * The sets as an Euler diagram in which every instruction is a button. The group has one tab stop; arrow keys go from
 * instruction to instruction. The table (table.tsx) says the same.
 */
import type { VNode } from 'preact';
import type { InstructionSummary } from '../../../isa/classify/summary.ts';
import { useWidth } from '../width.ts';
import { type Layout, layOut, nearest, type Part, type Place } from './layout.ts';
import { processorName, regionsOf, selected } from './shown.ts';

const sets = ['privileged', 'sensitive', 'user'] as const;
const titles: readonly (readonly [Part, string])[] = [
  ['privileged', 'privileged'],
  ['sensitive', 'sensitive'],
  ['user', 'user-sensitive'],
  ['critical', '◆ critical'],
];

export function Diagram({ all }: { readonly all: readonly InstructionSummary[] }): VNode {
  const [ref, { width, font }] = useWidth<HTMLDivElement>();
  const longest = Math.max(6, ...all.map(({ name }) => name.length));
  const sizes = {
    cellWidth: Math.round(font * (0.56 * longest + 0.9)),
    cellHeight: Math.round(font * 2),
    line: Math.round(font * 1.5),
  };
  const regions = regionsOf(all);
  const layout = layOut(regions, width, sizes);
  const { boxes, labels, places } = layout;
  const hasCritical = regions.critical.length + regions.criticalUser.length > 0;
  const entry = places.find(({ name }) => name === selected.value) ?? places[0];
  return (
    <div class="euler" ref={ref}>
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing has no fieldset */}
      <svg
        class="drawing"
        role="group"
        aria-label={`Popek and Goldberg's sets on ${processorName.value}: every instruction is a button`}
        width={layout.width}
        height={layout.height}
        onKeyDown={(event) => move(event, layout)}
      >
        <defs>
          <pattern
            id="hatching"
            width="9"
            height="9"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <line class="hatch" x1="0" y1="0" x2="0" y2="9" />
          </pattern>
        </defs>
        <rect class={hasCritical ? 'ground' : 'ground empty'} rx={12} {...boxes.critical} />
        {sets.map((set) => (
          <rect key={set} class={`set ${set}`} rx={12} {...boxes[set]} />
        ))}
        {titles.map(([part, title]) => (
          <text key={part} class={`label ${part}`} {...labels[part]}>
            {title}
            {part === 'critical' && !hasCritical && ': none'}
          </text>
        ))}
        {places.map((place) => (
          <Instruction
            key={place.name}
            place={place}
            width={sizes.cellWidth - 6}
            height={sizes.cellHeight - 5}
            isEntry={place === entry}
          />
        ))}
      </svg>
    </div>
  );
}

interface InstructionProps {
  readonly place: Place;
  readonly width: number;
  readonly height: number;
  /** Whether the tab key comes to it. */
  readonly isEntry: boolean;
}

function Instruction({ place, width, height, isEntry }: InstructionProps): VNode {
  const { name, region, x, y } = place;
  const isChosen = selected.value === name;
  const isCritical = region === 'critical' || region === 'criticalUser';
  return (
    // biome-ignore lint/a11y/useSemanticElements: a button of HTML cannot stand in a drawing
    <g
      class={`instruction${isCritical ? ' is-critical' : ''}`}
      role="button"
      tabindex={isEntry ? 0 : -1}
      aria-pressed={isChosen}
      aria-label={isCritical ? `${name}, critical` : name}
      data-name={name}
      onClick={() => flip(name)}
    >
      <rect x={x} y={y} width={width} height={height} rx={5} />
      <text x={x + width / 2} y={y + height / 2}>
        {name}
      </text>
    </g>
  );
}

function flip(name: string): void {
  selected.value = selected.value === name ? undefined : name;
}

/** Arrow keys go to the nearest instruction that way and choose it; Enter and the space bar choose, or choose no more. */
function move(event: KeyboardEvent, { places }: Layout): void {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const now = (event.target as Element).closest('[data-name]')?.getAttribute('data-name');
  const from = places.find(({ name }) => name === now);
  if (from === undefined) return;
  const flips = event.key === 'Enter' || event.key === ' ';
  const to = flips ? from : nearest(from, places, event.key);
  if (to === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  if (flips) {
    flip(from.name);
    return;
  }
  selected.value = to.name;
  (event.currentTarget as Element).querySelector<SVGElement>(`[data-name="${to.name}"]`)?.focus();
}

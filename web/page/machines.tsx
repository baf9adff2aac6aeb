/** The two machines side by side: ring, next instruction, console. */
import type { VNode } from 'preact';
import type { Frame, SideFrame } from '../worker/frame.ts';
import { Console } from './console.tsx';
import { frame, monitor, variant } from './state.ts';
import { hex, monitorTitle, ringText } from './words.ts';

/** What the two machines are called. */
export const sideTitles = () =>
  ['Bare machine', `Under ${monitorTitle(monitor.value).toLowerCase()}`] as const;

export function Machines(): VNode {
  const now = frame.value;
  const [left, right] = sideTitles();
  const name = typeof variant.value === 'string' ? variant.value : variant.value.name;
  return (
    <div class="machines">
      <MachineCard title={left} below={name} frame={now} index={0} />
      <MachineCard title={right} below={name} frame={now} index={1} />
    </div>
  );
}

interface CardProps {
  readonly title: string;
  readonly below: string;
  readonly frame: Frame | undefined;
  readonly index: 0 | 1;
}

function MachineCard({ title, below, frame: now, index }: CardProps): VNode {
  const side = now?.sides[index];
  const other = now?.sides[1 - index];
  return (
    <section class="machine" aria-label={title}>
      <h2>
        {title} <small>{below}</small>
      </h2>
      {side !== undefined && other !== undefined && (
        <>
          <Rings side={side} other={other} isMonitored={index === 1} />
          <Next side={side} />
          <Console side={side} title={title} />
        </>
      )}
    </section>
  );
}

interface RingsProps {
  readonly side: SideFrame;
  readonly other: SideFrame;
  readonly isMonitored: boolean;
}

/** The ring that the guest believes to be in, and under a monitor the ring that it is in. */
function Rings({ side, other, isMonitored }: RingsProps): VNode {
  const differs = side.ring !== other.ring;
  return (
    <p class="rings">
      <span class={`ring ring-${side.ring}${differs ? ' differs' : ''}`}>
        {differs && '≠ '}ring {ringText(side.ring)}
      </span>
      {isMonitored && <RealRing ring={side.realRing} />}
      {side.waiting && <span class="tag">waits</span>}
      {side.paging && <span class="tag">paging</span>}
    </p>
  );
}

function RealRing({ ring }: { readonly ring: number | undefined }): VNode {
  if (ring === undefined) return <span class="tag">interpreted</span>;
  return <span class={`ring real ring-${ring}`}>really ring {ring}</span>;
}

/** The next instruction, or why there is none. */
function Next({ side }: { readonly side: SideFrame }): VNode {
  return (
    <p class="next">
      <code class="dim">{hex(side.pc)}</code>{' '}
      {side.ended === undefined ? (
        <code class={side.critical ? 'critical' : 'instruction'}>
          {side.critical && <span title="sensitive, and does not trap outside ring 0">◆ </span>}
          {side.asm || '(cannot be fetched)'}
        </code>
      ) : (
        <span class="ended">{side.ended}</span>
      )}
    </p>
  );
}

/** R and LIMIT while paging is off: the guest's window into its memory, and where that is in the real machine's. */
import type { VNode } from 'preact';
import type { Followed } from '../../../vmm/memory/tables.ts';
import { useWidth } from '../width.ts';
import { hex } from '../words.ts';

interface RelocationProps {
  readonly followed: Followed;
  /** Bytes of the guest's memory, and of the real machine's. */
  readonly size: number;
  readonly realSize: number;
}

export function Relocation({ followed, size, realSize }: RelocationProps): VNode {
  const { relocation, limit, guest, host } = followed;
  return (
    <section aria-label="R and LIMIT">
      <h2>R and LIMIT</h2>
      <p class="r-says">
        Paging is off: R places the guest’s addresses, base <code>{hex(relocation.base)}</code>, bound{' '}
        <code>{hex(relocation.bound)}</code>.{' '}
        {limit === 0
          ? 'LIMIT is 0: it restricts nothing.'
          : `LIMIT is ${hex(limit)}: outside ring 0, loads and stores through a named register end there.`}
      </p>
      <Bar
        title="the guest’s memory"
        size={size}
        window={relocation}
        at={guest.physical}
        limit={limit === 0 ? undefined : relocation.base + limit}
      />
      {host !== undefined && (
        <Bar
          title="the real machine’s memory, with the guest’s in it"
          size={realSize}
          window={host.relocation}
          at={host.physical}
          part={{ base: host.at, bound: size }}
        />
      )}
    </section>
  );
}

interface Span {
  readonly base: number;
  readonly bound: number;
}

interface BarProps {
  readonly title: string;
  readonly size: number;
  /** What R lets pass. */
  readonly window: Span;
  /** The address that is followed. */
  readonly at: number | undefined;
  readonly limit?: number | undefined;
  /** The guest's memory in the real machine's. */
  readonly part?: Span;
}

function Bar({ title, size, window: { base, bound }, at, limit, part }: BarProps): VNode {
  const [ref, { width, font }] = useWidth<HTMLDivElement>();
  const x = (address: number) => 1 + (Math.min(address, size) / size) * (width - 2);
  const top = font * 1.4;
  const tall = font * 1.6;
  const end = Math.min(size, base + bound);
  const mib = Math.round((size / 2 ** 20) * 100) / 100;
  const here = at === undefined ? '' : `; the address is at ${hex(at)}`;
  return (
    <div class="bar" ref={ref}>
      <svg
        class="drawing"
        role="img"
        aria-label={`${title}, ${mib} MiB: R lets ${hex(base)} to ${hex(Math.max(base, end - 1))} pass${here}`}
        width={width}
        height={tall + top + 4}
      >
        <text x={1} y={font}>
          {title}, {mib} MiB
        </text>
        <rect class="whole" x={1} y={top} width={width - 2} height={tall} />
        {part && (
          <rect
            class="part"
            x={x(part.base)}
            y={top}
            width={x(part.base + part.bound) - x(part.base)}
            height={tall}
          />
        )}
        <rect
          class="window"
          x={x(base) + 2}
          y={top + 4}
          width={Math.max(3, x(end) - x(base) - 4)}
          height={tall - 8}
        />
        <text class="inside" x={x(base) + 8} y={top + tall / 2}>
          R
        </text>
        {limit !== undefined && <path class="limit" d={`M${x(limit)} ${top - 2}v${tall + 4}`} />}
        {at !== undefined && (
          <path class="here" d={`M${x(at)} ${top + tall + 2}l-6 -10h12zM${x(at)} ${top}v${tall}`} />
        )}
      </svg>
    </div>
  );
}

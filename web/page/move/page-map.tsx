/** The pages of a guest's memory on one host, a square for each. */
import type { VNode } from 'preact';
import { useWidth } from '../width.ts';

interface PageMapProps {
  /** A letter for each page: see HostFrame.pages. */
  readonly pages: string;
  /** How many there are. */
  readonly count: number;
  readonly label: string;
}

/** Squares side by side. */
const across = 32;

export function PageMap({ pages, count, label }: PageMapProps): VNode {
  const [ref, { width }] = useWidth<HTMLDivElement>();
  const size = Math.max(4, Math.min(14, Math.floor(width / across)));
  const inner = size - 1.5;
  const letters = pages === '' ? '.'.repeat(count) : pages;
  /** A path for each page with the letter, from its upper left corner. */
  const drawn = (letter: string, path: string) =>
    [...letters]
      .map((other, n) =>
        other === letter ? `M${(n % across) * size} ${Math.floor(n / across) * size}${path}` : '',
      )
      .join('');
  const square = `h${inner}v${inner}h${-inner}z`;
  return (
    <div class="page-map" ref={ref}>
      <svg
        class="drawing"
        role="img"
        aria-label={label}
        width={across * size}
        height={Math.ceil(count / across) * size}
      >
        <path class="none" d={drawn('.', square)} />
        <path class="same" d={drawn('=', square)} />
        <path class="other" d={drawn('x', square)} />
        <path class="slash" d={drawn('x', `m0 ${inner}l${inner} ${-inner}`)} />
        <path class="written" d={drawn('w', square)} />
      </svg>
    </div>
  );
}

/** How wide an element is, for drawings that are laid out for their width. */
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

export interface Measure {
  /** In pixels. */
  readonly width: number;
  /** The size of the page's text: a drawing in pixels grows with it. */
  readonly font: number;
}

/** The width of the element with the ref, kept up to date; before it is on the page, a guess. */
export function useWidth<E extends Element>(): readonly [RefObject<E | null>, Measure] {
  const ref = useRef<E>(null);
  const [measure, setMeasure] = useState<Measure>({ width: 280, font: 16 });
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry?.contentRect.width ?? 0);
      const font = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      if (width > 0) setMeasure((old) => (old.width === width && old.font === font ? old : { width, font }));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, measure];
}

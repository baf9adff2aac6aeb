/** Icons, drawn here: fonts do not have the signs of players everywhere. */
import type { VNode } from 'preact';

/** Paths in a square of 24. */
const paths = {
  start: 'M5 4h3v16H5zM20 4v16L9 12z',
  lastEvent: 'M12 4v16L3 12zM21 4v16l-9-8z',
  back: 'M17 4v16L7 12z',
  play: 'M7 4v16l13-8z',
  stop: 'M6 6h12v12H6z',
  forward: 'M7 4v16l10-8z',
  nextEvent: 'M3 4v16l9-8zM12 4v16l9-8z',
  end: 'M4 4v16l11-8zM16 4h3v16h-3z',
  diverge: 'M4 8h16v3H4zM4 14h16v3H4zM15 3l3 1-8 18-3-1z',
  link: 'M10 14a4 4 0 0 1 0-6l3-3a4 4 0 0 1 6 6l-1.5 1.5M14 10a4 4 0 0 1 0 6l-3 3a4 4 0 0 1-6-6L6.500 11.5',
  present: 'M3 4h18v12H3zM9 20h6M12 16v4',
  theme: 'M20 14.500A8.500 8.500 0 1 1 9.500 4a6.500 6.500 0 0 0 10.500 10.500z',
  help: 'M9 9a3 3 0 1 1 4.500 2.600c-1 .6-1.500 1.200-1.500 2.400M12 17.500v.5',
  editor: 'M4 5h16M4 10h10M4 15h13M4 20h7',
  tour: 'M6 21V4h12l-3 4 3 4H6',
  close: 'M6 6l12 12M18 6L6 18',
  print: 'M7 8V3h10v5M7 17H4V9h16v8h-3M7 14h10v7H7z',
} as const;

export type IconName = keyof typeof paths;

const lined: ReadonlySet<IconName> = new Set([
  'link',
  'present',
  'theme',
  'help',
  'editor',
  'tour',
  'close',
  'print',
]);

/** A decoration: what it means is in the button's name. */
export function Icon({ name }: { readonly name: IconName }): VNode {
  const isLined = lined.has(name);
  return (
    <svg class={isLined ? 'icon lined' : 'icon'} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

/**
 * Where the parts of the Euler diagram are, for a width in pixels: three sets as rectangles that overlap, and a place for
 * each instruction in the region where it belongs. Wide, the sets lie side by side; narrow, one above the other:
 *
 *     +-- privileged ------+                   +-- privileged -----+
 *     |     +-- sensitive -|---------+         |                   |
 *     |     |              |critical |         | +-- sensitive ----|-+
 *     |     |  +-- user ---|------+  |         | |     +-- user -+ | |
 *     |     |  |           |      |  |         +-|-----|---------|-+ |
 *     +-----|--|-----------+      |  |           |crit.|         |   |
 *           +--+------------------+--+           +-----+---------+---+
 */

/** The five regions of the diagram in which instructions stand. */
export type Region = 'privileged' | 'sensitive' | 'user' | 'critical' | 'criticalUser';

/** The names of the instructions in each region. */
export type Regions = Readonly<Record<Region, readonly string[]>>;

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An instruction's place: its upper left corner. */
export interface Place {
  readonly name: string;
  readonly region: Region;
  readonly x: number;
  readonly y: number;
}

/** What has a border or a ground: the three sets, and the sensitive instructions that are not privileged. */
export type Part = 'privileged' | 'sensitive' | 'user' | 'critical';

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: Readonly<Record<Part, Box>>;
  /** Where their names begin: the left end of the base line. */
  readonly labels: Readonly<Record<Part, { readonly x: number; readonly y: number }>>;
  readonly places: readonly Place[];
}

/** Size of an instruction's place, and of a line of text, in pixels. */
export interface Sizes {
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly line: number;
}

/** Between two borders. */
const gap = 10;
/** Of a line's thickness. */
const edge = 2;
/** Places side by side below which the sets lie one above the other. */
const fewest = 6;

/** Lays the diagram out in at most `width` pixels. */
export function layOut(regions: Regions, width: number, sizes: Sizes): Layout {
  const across = Math.floor((width - 8 * gap - 2 * edge) / sizes.cellWidth);
  return across >= fewest ? wide(regions, across, sizes) : tall(regions, width, sizes);
}

function wide(regions: Regions, across: number, sizes: Sizes): Layout {
  const { cellWidth, cellHeight, line } = sizes;
  const [k1, k2, k3] = columns(regions, across);
  const rows = rowsOf(regions, k1, k2, k3);
  const sensitiveTop = edge + line + gap / 2;
  const firstRow = sensitiveTop + line + gap / 2;
  const userTop = firstRow + rows.upper * cellHeight + gap / 2;
  const secondRow = userTop + line + gap / 2;
  const userBottom = secondRow + rows.lower * cellHeight + gap / 2;
  const bottom = userBottom + 2 * gap;
  const x1 = edge + gap;
  const sensitiveLeft = x1 + k1 * cellWidth + gap / 2;
  const userLeft = sensitiveLeft + gap;
  const x2 = userLeft + gap;
  const privilegedRight = x2 + k2 * cellWidth + gap / 2;
  const x3 = privilegedRight + gap;
  const userRight = x3 + k3 * cellWidth + gap / 2;
  const sensitiveRight = userRight + gap;
  const grid = gridOf(regions, sizes);
  return {
    width: sensitiveRight + edge,
    height: bottom + edge,
    boxes: {
      privileged: box(edge, edge, privilegedRight, bottom),
      sensitive: box(sensitiveLeft, sensitiveTop, sensitiveRight, userBottom + gap),
      user: box(userLeft, userTop, userRight, userBottom),
      critical: box(privilegedRight, sensitiveTop, sensitiveRight, userBottom + gap),
    },
    labels: {
      privileged: { x: x1, y: edge + line - 2 },
      sensitive: { x: sensitiveLeft + gap, y: sensitiveTop + line - 2 },
      user: { x: x2, y: userTop + line - 2 },
      critical: { x: x3, y: sensitiveTop + line - 2 },
    },
    places: [
      ...grid('privileged', x1, firstRow, k1),
      ...grid('sensitive', x2, firstRow, k2),
      ...grid('critical', x3, firstRow, k3),
      ...grid('user', x2, secondRow, k2),
      ...grid('criticalUser', x3, secondRow, k3),
    ],
  };
}

/** How many places side by side each column gets, so that the diagram is as low as can be. */
function columns(regions: Regions, across: number): readonly [number, number, number] {
  let best: readonly [number, number, number] = [1, 1, across - 2];
  let least = Number.POSITIVE_INFINITY;
  for (let k2 = 2; k2 < across - 2; k2++) {
    for (let k1 = 1; k1 + k2 < across - 1; k1++) {
      const k3 = across - k1 - k2;
      const { upper, lower } = rowsOf(regions, k1, k2, k3);
      // Of those that are equally low, the one whose columns are most alike.
      const cost = (upper + lower) * 100 + Math.max(k1, k2, k3);
      if (cost < least) [best, least] = [[k1, k2, k3], cost];
    }
  }
  return best;
}

function rowsOf(regions: Regions, k1: number, k2: number, k3: number): { upper: number; lower: number } {
  const rows = (region: Region, k: number) => Math.max(1, Math.ceil(regions[region].length / k));
  const lower = Math.max(rows('user', k2), rows('criticalUser', k3));
  const upper = Math.max(rows('sensitive', k2), rows('critical', k3));
  return { upper: Math.max(upper, rows('privileged', k1) - lower - 1), lower };
}

function tall(regions: Regions, width: number, sizes: Sizes): Layout {
  const { cellWidth, cellHeight, line } = sizes;
  const across = Math.max(2, Math.floor((width - 6.5 * gap - 2 * edge) / cellWidth));
  const left = Math.max(1, Math.floor(across / 3));
  const right = across - left;
  const rows = (region: Region, k: number) => Math.max(1, Math.ceil(regions[region].length / k));
  const firstRow = edge + line + gap / 2;
  const sensitiveTop = firstRow + rows('privileged', across) * cellHeight + gap / 2;
  const userTop = sensitiveTop + line + gap / 2;
  const secondRow = userTop + line + gap / 2;
  const middle = Math.max(rows('sensitive', left), rows('user', right));
  const privilegedBottom = secondRow + middle * cellHeight + gap / 2;
  const thirdRow = privilegedBottom + line + gap / 2;
  const last = Math.max(rows('critical', left), rows('criticalUser', right));
  const userBottom = thirdRow + last * cellHeight + gap / 2;
  const x1 = edge + 2 * gap;
  const userLeft = x1 + left * cellWidth + gap / 2;
  const x2 = userLeft + gap;
  const userRight = x2 + right * cellWidth + gap / 2;
  const privilegedRight = userRight + gap;
  const sensitiveRight = privilegedRight + gap;
  const grid = gridOf(regions, sizes);
  return {
    width: sensitiveRight + edge,
    height: userBottom + gap + edge,
    boxes: {
      privileged: box(edge, edge, privilegedRight, privilegedBottom),
      sensitive: box(edge + gap, sensitiveTop, sensitiveRight, userBottom + gap),
      user: box(userLeft, userTop, userRight, userBottom),
      critical: box(edge + gap, privilegedBottom, sensitiveRight, userBottom + gap),
    },
    labels: {
      privileged: { x: edge + gap, y: edge + line - 2 },
      sensitive: { x: x1, y: sensitiveTop + line - 2 },
      user: { x: x2, y: userTop + line - 2 },
      critical: { x: x1, y: privilegedBottom + line - 2 },
    },
    places: [
      ...grid('privileged', x1, firstRow, across),
      ...grid('sensitive', x1, secondRow, left),
      ...grid('user', x2, secondRow, right),
      ...grid('critical', x1, thirdRow, left),
      ...grid('criticalUser', x2, thirdRow, right),
    ],
  };
}

/** Puts a region's instructions row by row into places, `across` side by side, from (x, y) on. */
function gridOf(regions: Regions, { cellWidth, cellHeight }: Sizes) {
  return (region: Region, x: number, y: number, across: number): Place[] =>
    regions[region].map((name, n) => ({
      name,
      region,
      x: x + (n % across) * cellWidth,
      y: y + Math.floor(n / across) * cellHeight,
    }));
}

function box(left: number, top: number, right: number, bottom: number): Box {
  return { x: left, y: top, width: right - left, height: bottom - top };
}

const directions: Readonly<Record<string, readonly [number, number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

/** The instruction that an arrow key goes to: the nearest one that way, where beside the way counts as farther. */
export function nearest(from: Place, places: readonly Place[], key: string): Place | undefined {
  if (key === 'Home') return places[0];
  if (key === 'End') return places.at(-1);
  const direction = directions[key];
  if (direction === undefined) return undefined;
  const [dx, dy] = direction;
  let best = from;
  let least = Number.POSITIVE_INFINITY;
  for (const place of places) {
    const along = (place.x - from.x) * dx + (place.y - from.y) * dy;
    const beside = Math.abs((place.x - from.x) * dy) + Math.abs((place.y - from.y) * dx);
    if (along <= 0) continue;
    const distance = along + 3 * beside;
    if (distance < least) [best, least] = [place, distance];
  }
  return best;
}

/**
 * Links: `#1.VIEW.PAYLOAD`, where 1 is the version of the form and PAYLOAD is JSON, deflated, in base64url. A fragment is never
 * sent to a server. What this module wrote once it reads for ever: test/web/links has links of every version.
 */
import { bytesOf, through } from './streams.ts';
import type { VariantChoice } from '../worker/scenario.ts';

/** What a link carries. */
export interface Link {
  readonly view: string;
  /** The guest's path. */
  readonly guest: string;
  /** Its text, unless it is the library's. */
  readonly text?: string;
  readonly variant: VariantChoice;
  readonly monitor: string;
  readonly translateUser: boolean;
  readonly step: number;
  /** What views remember. */
  readonly views?: Readonly<Record<string, unknown>>;
  readonly tour?: string;
  /** The version of ringlab that made it. */
  readonly version?: string;
}

interface Payload {
  readonly g: string;
  readonly p?: string;
  readonly s: readonly [VariantChoice, string, 0 | 1];
  readonly n: number;
  readonly v?: Readonly<Record<string, unknown>>;
  readonly t?: string;
  readonly h?: string;
}

/** Characters of the longest text that a link may bring. */
const longest = 2 ** 20;

/** The fragment of a link, with its `#`. */
export async function encode(link: Link): Promise<string> {
  const { view, guest, text, variant, monitor, translateUser, step, views, tour, version } = link;
  const payload: Payload = {
    g: guest,
    ...(text === undefined ? {} : { p: text }),
    s: [variant, monitor, translateUser ? 1 : 0],
    n: step,
    ...(views === undefined || Object.keys(views).length === 0 ? {} : { v: views }),
    ...(tour === undefined ? {} : { t: tour }),
    ...(version === undefined ? {} : { h: version }),
  };
  const packed = await through(
    new TextEncoder().encode(JSON.stringify(payload)),
    new CompressionStream('deflate-raw'),
  );
  const base64 = btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(''));
  return `#1.${view}.${base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

/** What a fragment says; undefined if it is no link of ours, or a damaged one. */
export async function decode(fragment: string): Promise<Link | undefined> {
  const [, view, packed] = /^#1\.([a-z-]+)\.([\w-]+)$/.exec(fragment) ?? [];
  if (view === undefined || packed === undefined) return undefined;
  try {
    const bytes = bytesOf(packed.replaceAll('-', '+').replaceAll('_', '/'));
    const unpacked = await through(bytes, new DecompressionStream('deflate-raw'), longest * 4);
    return linkOf(view, JSON.parse(new TextDecoder().decode(unpacked)) as Partial<Payload>);
  } catch {
    return undefined;
  }
}

/** Takes what is well formed, piece by piece: a link may come from anybody. */
function linkOf(view: string, { g, p, s, n, v, t, h }: Partial<Payload>): Link | undefined {
  const [variant, monitor, all] = Array.isArray(s) ? s : [];
  if (typeof g !== 'string' || !isVariant(variant) || typeof monitor !== 'string') return undefined;
  if (p !== undefined && (typeof p !== 'string' || p.length > longest)) return undefined;
  return {
    view,
    guest: g.slice(0, 200),
    ...(p === undefined ? {} : { text: p }),
    variant,
    monitor,
    translateUser: all === 1,
    step: typeof n === 'number' && Number.isSafeInteger(n) && n >= 0 ? n : 0,
    ...(typeof v === 'object' && v !== null && !Array.isArray(v) ? { views: v } : {}),
    ...(typeof t === 'string' ? { tour: t } : {}),
    ...(typeof h === 'string' ? { version: h.slice(0, 40) } : {}),
  };
}

function isVariant(choice: unknown): choice is VariantChoice {
  if (typeof choice === 'string') return true;
  if (typeof choice !== 'object' || choice === null) return false;
  const { name, unprivileged } = choice as { name?: unknown; unprivileged?: unknown };
  return (
    typeof name === 'string' &&
    Array.isArray(unprivileged) &&
    unprivileged.every((row) => typeof row === 'string')
  );
}

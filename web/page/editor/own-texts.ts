/**
 * The reader's own texts, in IndexedDB: for each guest the last versions, the newest last. A page in another tab has its own
 * version in the list, so neither overwrites the other's. A text that came by a link is stored under another name than one's own.
 */
import { change, read } from './store.ts';

export interface Version {
  /** Which page wrote it. */
  readonly page: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Versions that are stored of each text. */
const most = 20;
/** Milliseconds after which a page begins another version. */
const span = 300_000;

const page = Math.random().toString(36).slice(2);

const keyOf = (guest: string, isShared: boolean) => (isShared ? `${guest} (shared)` : guest);

/** The versions with a text added: it takes the place of this page's last one if that is recent. */
export function withText(versions: readonly Version[], text: string, now: number, writer: string): Version[] {
  const last = versions.findLast((version) => version.page === writer);
  if (last?.text === text) return [...versions];
  const isRecent = last !== undefined && now - last.at < span;
  const others = isRecent ? versions.filter((version) => version !== last) : versions;
  return [...others, { page: writer, text, at: isRecent ? last.at : now }].slice(-most);
}

/** Stores a text. Where the browser stores nothing, nothing happens. */
export async function save(guest: string, isShared: boolean, text: string): Promise<void> {
  try {
    await change<Version[]>(keyOf(guest, isShared), (versions = []) =>
      withText(versions, text, Date.now(), page),
    );
  } catch {
    // A private window may have no storage: the text is in the page, and can be saved as a file.
  }
}

/** The versions of a guest's text, the newest first. */
export async function versionsOf(guest: string, isShared = false): Promise<readonly Version[]> {
  try {
    return [...((await read<Version[]>(keyOf(guest, isShared))) ?? [])].reverse();
  } catch {
    return [];
  }
}

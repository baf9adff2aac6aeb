/** The guests of the package: what they are, how each is run, which files belong to it. */
import { posix } from 'node:path';
import { packageFile, packageFolder, packageText } from './package-files.ts';

/** A guest in guests/. */
export interface PackagedGuest {
  /** `hello`, for guests/hello.s and for guests/hello/hello.s. */
  readonly name: string;
  /** Its path in guests/. */
  readonly path: string;
  /** What it shows, in a line. */
  readonly shows: string;
}

/** Every guest that guests/README.md lists, in its order. */
export function packagedGuests(): readonly PackagedGuest[] {
  const rows = packageText('guests/README.md').matchAll(/^\| `([\w/-]+\.s)` +\| (.+?) +\|$/gm);
  return [...rows].map(([, path = '', shows = '']) => ({
    name: posix.basename(path, '.s'),
    path,
    shows: shows.replaceAll('_', ''),
  }));
}

/** The guest that a name or a path means: `hello`, `hello.s`, `guests/hello.s`. */
export function guestNamed(text: string): PackagedGuest | undefined {
  const name = posix.basename(text.replaceAll('\\', '/'), '.s');
  return packagedGuests().find((guest) => guest.name === name);
}

/** Files that belong to a guest, by their paths in guests/, with their contents. */
export type GuestFiles = ReadonlyMap<string, Uint8Array>;

/**
 * The files of a guest: what the assembler reads for it, and for a guest with a folder of its own, all in that folder; the
 * guests that it talks to; the disk and the input with which its head says that it is run.
 */
export async function filesOf(guest: PackagedGuest): Promise<GuestFiles> {
  const files = new Map<string, Uint8Array>();
  const head = headOf(guest);
  for (const path of [guest.path, ...head.peers]) await addSources(path, files);
  const folder = posix.dirname(guest.path);
  if (folder !== '.')
    for (const path of packageFolder(`guests/${folder}`)) files.set(inGuests(path), packageFile(path));
  for (const [path, text] of head.made) files.set(path, new TextEncoder().encode(text));
  return files;
}

function inGuests(path: string): string {
  return path.slice('guests/'.length);
}

async function addSources(path: string, files: Map<string, Uint8Array>): Promise<void> {
  const { assemble } = await import('../../assembler/index.ts');
  const read = (name: string) => {
    const bytes = packageFile(`guests/${name}`);
    files.set(name, bytes);
    return bytes;
  };
  assemble([{ name: path, text: read(path) }], {
    readFile: (name, from) => read(posix.join(posix.dirname(from), name)),
  });
}

/** What the comment at the head of a guest says of how it is run (guests/README.md). */
interface Head {
  /** The other guests on its network. */
  readonly peers: readonly string[];
  /** Files that a run needs, with their text. */
  readonly made: ReadonlyMap<string, string>;
  /** The words of the command line behind `ringlab`; names of files are paths in guests/. */
  readonly words: readonly string[];
}

function headOf({ path }: PackagedGuest): Head {
  const lines = packageText(`guests/${path}`).matchAll(/^# with (\w+): (.+)$/gm);
  const wanted = new Map([...lines].map(([, key = '', value = '']) => [key, value]));
  const texts = (key: string) =>
    [...(wanted.get(key) ?? '').matchAll(/"(?:[^"\\]|\\.)*"/g)].map(([text]) => JSON.parse(text) as string);
  const beside = (ending: string) => `${path.slice(0, -'.s'.length)}.${ending}`;
  const made = new Map<string, string>();
  const words: string[] = [];
  const environment = wanted.get('environment');
  if (environment !== undefined) words.push('--environment', environment);
  else if (wanted.has('process')) words.push('--process');
  if (wanted.has('memory')) words.push('--memory', wanted.get('memory') ?? '');
  if (wanted.has('disk')) {
    made.set(beside('disk'), texts('disk').map(sector).join(''));
    words.push('--disk', beside('disk'));
  }
  if (wanted.has('input')) {
    made.set(beside('input'), texts('input').join(''));
    words.push('--input', beside('input'));
  }
  const peers = (wanted.get('peer')?.split(' ') ?? []).map((peer) => posix.join(posix.dirname(path), peer));
  const verb = peers.length > 0 ? 'network' : 'run';
  return { peers, made, words: [verb, ...words, path, ...peers, ...texts('arguments')] };
}

const sectorBytes = 512;

/** A sector: the text, repeated until it is full; nothing but zeros for none. */
function sector(text: string): string {
  return (text || '\0').repeat(sectorBytes).slice(0, sectorBytes);
}

/** The command that runs a guest whose files are in `folder`. */
export function commandFor(guest: PackagedGuest, folder: string): string {
  const names = new Set([guest.path, ...headOf(guest).peers, ...headOf(guest).made.keys()]);
  const words = headOf(guest).words.map((word) => (names.has(word) ? posix.join(folder, word) : word));
  return `ringlab ${words.join(' ')}`;
}

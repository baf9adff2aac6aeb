/** What is run: a program, a processor, and the monitor under which it is compared with the bare machine. */
import { utf8 } from '../../isa/machine/bytes.ts';
import { SECTOR } from '../../isa/machine/devices/disk.ts';
import type { Image } from '../../isa/machine/image.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { parseVariant, type Variant, variantNamed } from '../../isa/table/variants.ts';

/** A built-in variant's name, or the unprivileged instructions of one's own. */
export type VariantChoice = string | { readonly name: string; readonly unprivileged: readonly string[] };

/** What two machines run. The left one is bare, the right one is under the monitor. */
export interface Scenario {
  /** The main file's path in the library: included files are looked for beside it. */
  readonly guest: string;
  /** Its text, which may be the reader's own. */
  readonly text: string;
  readonly variant: VariantChoice;
  /** A strategy's name. */
  readonly monitor: string;
  readonly translateUser: boolean;
}

/** What a guest's head says that it wants: `# with input: "…"`, `# with disk: "…" "…"` (guests/README.md). */
export interface Wants {
  readonly input: Uint8Array;
  readonly disk: Uint8Array | undefined;
}

/** The processor that was chosen. Throws VariantError or RangeError. */
export function variantOf(choice: VariantChoice): Variant {
  if (typeof choice !== 'string') return parseVariant(JSON.stringify(choice));
  const variant = variantNamed(choice);
  if (variant === undefined) throw new RangeError(`there is no variant ${JSON.stringify(choice)}`);
  return variant;
}

/** Reads the head of a guest. Statements that are not well formed say nothing here. */
export function wantsOf(text: string): Wants {
  const inputs = statements(text, 'input');
  const disk = statements(text, 'disk');
  return {
    input: utf8(inputs.join('')),
    disk:
      disk.length === 0
        ? undefined
        : Uint8Array.from(disk.map(sector).join(''), (char) => char.charCodeAt(0)),
  };
}

function sector(text: string): string {
  return (text === '' ? '\0' : text).repeat(SECTOR).slice(0, SECTOR);
}

/** The texts in quotes after `# with NAME:`, in order. */
function statements(text: string, name: string): string[] {
  const [head = ''] = /^(?:#.*\n)*/.exec(text) ?? [];
  const lines = [...head.matchAll(new RegExp(`^# with ${name}: (.*)$`, 'gm'))];
  return lines
    .flatMap(([, value = '']) => [...value.matchAll(/"(?:[^"\\]|\\.)*"/g)])
    .map(([quoted]) => unquoted(quoted));
}

function unquoted(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return '';
  }
}

const leastMemory = 2 ** 21;
const mostMemory = 2 ** 26;

/** Bytes of memory for a program: 2 MiB, or as many as it needs. A page that shows two machines has to be sparing. */
export function memoryFor({ segments }: Image): number {
  const end = segments.reduce((most, { address, size }) => Math.max(most, address + size), 0);
  let memory = leastMemory;
  while (memory < end + PAGE && memory < mostMemory) memory *= 2;
  return memory;
}

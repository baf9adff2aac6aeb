/**
 * Machines with one known bug each in guest mode, and the guest that catches it under the monitor of type 1 (guests/hypervisors), which is
 * Ring32 code and shares nothing with ours. `from` occurs once in `file`; that becomes `to`.
 */
import { CollectingConsole } from '../../isa/machine/devices/console.ts';
import type { Image } from '../../isa/machine/image.ts';
import { parseVariant } from '../../isa/table/variants.ts';
import { upperHalf, withGuest } from '../../vmm/guest/with-guest.ts';
import type { createGuest } from '../../vmm/monitor/create-guest.ts';
import type { Change } from '../property/zoo/mutant.ts';
import { guestText, imageOf } from './run.ts';

export interface Mutant {
  readonly name: string;
  /** The bug, in one sentence. */
  readonly bug: string;
  /** The guest that catches it. */
  readonly by: string;
  readonly changes: readonly Change[];
}

const addressing = 'isa/machine/addressing.ts';
const guestMode = 'isa/machine/guest-mode.ts';
const machine = 'isa/machine/machine.ts';
const nested = 'isa/machine/nested.ts';

function mutant(name: string, bug: string, by: string, file: string, from: string, to: string): Mutant {
  return { name, bug, by, changes: [{ file, from, to }] };
}

export const mutants: readonly Mutant[] = [
  mutant(
    'injected-event-lost',
    'The event of the control block is not injected.',
    'kernel/mini.s',
    guestMode,
    'this.injects = this.#word(BLOCK.EVENT) === 1;',
    'this.injects = false;',
  ),
  mutant(
    'injected-twice',
    'The event is injected before every step, not once.',
    'kernel/mini.s',
    guestMode,
    'if (this.injects) return true;',
    'if (this.#word(BLOCK.EVENT) === 1) return (this.injects = true);',
  ),
  mutant(
    'window-lost',
    'Guest mode does not end when interrupts are turned on.',
    'timer.s',
    guestMode,
    'return this.#has(CONTROL.WINDOW);',
    'return false;',
  ),
  mutant(
    'bit-off-by-one',
    'The intercept of the next instruction is looked at: the guest turns the real machine off.',
    'hello.s',
    guestMode,
    '>>> (number & 31)) & 1)',
    '>>> ((number + 1) & 31)) & 1)',
  ),
  mutant(
    'offset-forgotten',
    "The guest reads the machine's TIME.",
    'timer.s',
    guestMode,
    'return steps + this.offset;',
    'return steps;',
  ),
  mutant(
    'wait-forgotten',
    'That `hlt` waits is not in the saved state.',
    'timer.s',
    machine,
    'memory.write(at + SAVED.WAITS, 4, this.#waiting ? 1 : 0);',
    'memory.write(at + SAVED.WAITS, 4, 0);',
  ),
  mutant(
    'guest-address-as-host',
    "The guest's page tables give an address that is not translated again.",
    'paging.s',
    nested,
    'return this.at(((entry & PTE.FRAME) >>> 0) + (va & (PAGE - 1)), access, leaf);',
    "return { kind: 'found', host: ((entry & PTE.FRAME) >>> 0) + (va & (PAGE - 1)), leaf };",
  ),
  mutant(
    'pointer-as-host',
    "The addresses of the guest's second-level tables are not translated.",
    'paging.s',
    nested,
    'const leaf = this.host(at, LOAD);',
    'const leaf = at;',
  ),
  {
    name: 'marks-lost',
    bug: 'Accesses through a nested map do not set A and D in the tables of the guest.',
    by: 'paging.s',
    changes: [
      { file: addressing, from: 'if (first.leaf >= 0) this.#mark(first.leaf, access);', to: '' },
      {
        file: addressing,
        from: 'for (const { leaf } of [first, second]) if (leaf >= 0) this.#mark(leaf, access);',
        to: '',
      },
    ],
  },
];

const guestMemory = 2 ** 21;
const variant = parseVariant(guestText('hypervisors/ring32-g.json'));

/** Runs an image, and gives what it printed, and how it stopped. */
function run(make: typeof createGuest, image: Image, memory: number) {
  const console = new CollectingConsole('');
  const guest = make({ image, memory, monitor: 'none', engine: 'interpreter', variant, console });
  const { kind } = guest.run(2_000_000);
  return { kind, text: console.text, memory: guest.machine.memory.bytes };
}

/** What a guest shows under the monitor that it does not show on the bare machine; undefined = nothing. */
export function finding(by: string, make: typeof createGuest): string | undefined {
  const alone = run(make, imageOf(by), guestMemory);
  const image = withGuest(imageOf('hypervisors/type-1.s'), imageOf(by), upperHalf(2 * guestMemory));
  try {
    const { kind, text, memory } = run(make, image, 2 * guestMemory);
    if (kind !== alone.kind) return `it ends with ${kind}`;
    if (!text.includes('monitor: ')) return 'the monitor is not asked at the end';
    if (text.replace(/^monitor: .*\n/m, '') !== alone.text) return 'it prints something else';
    const same = Buffer.from(memory.subarray(guestMemory)).equals(alone.memory);
    return same ? undefined : 'its memory differs';
  } catch (error) {
    return `the machine fails: ${(error as Error).message}`;
  }
}

/**
 * Paravirtual machines with one known bug each, as what it changes of ours, and what catches it. `from` occurs once in `file`; that, and
 * nothing else, becomes `to`.
 */
import type { createGuest } from '../../../vmm/monitor/create-guest.ts';
import type { Change } from '../../property/zoo/mutant.ts';
import { rebuilt } from '../../property/zoo/rebuild.ts';
import { hostileFinding, hostiles } from './hostile.ts';
import { callStories, ringStories, storyFinding } from './stories.ts';

/** What is run, by what it does: a hostile call, or a small guest; and under which monitor. */
export interface Trial {
  readonly what: string;
  readonly monitor?: string;
}

export interface Mutant {
  readonly name: string;
  /** The bug, in one sentence. */
  readonly bug: string;
  /** What catches it. */
  readonly by: Trial;
  readonly changes: readonly Change[];
}

const calls = 'isa/machine/paravirtual/calls.ts';
const caller = 'isa/machine/paravirtual/caller.ts';
const diskRing = 'isa/machine/paravirtual/disk-ring.ts';
const paravirtual = 'isa/machine/paravirtual/paravirtual.ts';
const shadow = 'vmm/memory/shadow.ts';

function mutant(name: string, bug: string, by: Trial, file: string, from: string, to: string): Mutant {
  return { name, bug, by, changes: [{ file, from, to }] };
}

export const mutants: readonly Mutant[] = [
  mutant(
    'balloon-page-mapped',
    'A page that was given back stays in the shadow of an address space: the guest still reaches it.',
    {
      what: 'a page that was given back is out of reach of an address space that still maps it',
      monitor: 'trap-and-emulate',
    },
    shadow,
    'cpu.memory.onPresence(() => this.flush());',
    '',
  ),
  mutant(
    'balloon-contents-kept',
    'A page that is taken again still contains what it contained.',
    { what: 'a page that is taken again contains zeros, and can be used' },
    'isa/machine/memory.ts',
    'this.fill(page << pageShift, new Uint8Array(1 << pageShift));\n',
    '\n',
  ),
  mutant(
    'balloon-page-in-use',
    'A page is given back although the current page tables map it.',
    { what: 'a page that is mapped' },
    calls,
    '!used.has(page * PAGE) && ',
    '',
  ),
  mutant(
    'ring-given-back',
    'The page of a ring is given back while the monitor uses it.',
    { what: 'the page of the disk ring' },
    calls,
    ' && !state.pages.includes(page * PAGE)',
    '',
  ),
  mutant(
    'frame-not-checked',
    'mmu_update does not check the frame that the entry maps.',
    { what: "an entry that maps a frame of the monitor's page tables" },
    calls,
    "must(!maps || memory.has((value & PTE.FRAME) >>> 0, PAGE), 'NOT_YOURS');",
    'void maps;',
  ),
  mutant(
    'entry-not-checked',
    'mmu_update does not check that the entry is in memory.',
    { what: 'an entry just past the end of memory' },
    calls,
    "must(memory.has((address & ~FREED) >>> 0, 4), 'NOT_YOURS');",
    '',
  ),
  mutant(
    'checked-as-it-goes',
    'mmu_update makes the updates before the one that is refused.',
    { what: 'a good update before a bad one' },
    calls,
    'for (const [address, value] of updates) checkUpdate(caller, address, value);',
    'for (const [address, value] of updates) {\n    checkUpdate(caller, address, value);\n    caller.memory.write(address & ~3, 4, value);\n  }',
  ),
  mutant(
    'buffer-begins-well',
    'Only the first page of a buffer is checked.',
    { what: 'a text that begins where pages are mapped, and ends where none are' },
    caller,
    'const good = physical >= 0 && (rights & PTE.R) !== 0;',
    'const good = from !== va || (physical >= 0 && (rights & PTE.R) !== 0);\n      if (from !== va) continue;',
  ),
  mutant(
    'kick-lost',
    'The monitor does not look at the ring again when a request has ended.',
    { what: 'a request that is put in while another is under way needs no kick' },
    diskRing,
    '    this.start(request.doneAt, memory);\n',
    '',
  ),
  mutant(
    'never-idle',
    'The monitor does not say that it rests: the guest never kicks it again.',
    { what: 'one kick is enough for three requests' },
    diskRing,
    'memory.write(page + RING.IDLE, 4, rests ? 1 : 0);',
    'if (!rests) memory.write(page + RING.IDLE, 4, 0);',
  ),
  mutant(
    'event-lost',
    'The end of a request makes no line pending.',
    { what: 'a guest that blocks is woken by a request that ends later' },
    diskRing,
    '    this.event = true;\n',
    '',
  ),
  mutant(
    'event-kept',
    'The line stays pending when its interrupt is taken: the guest does nothing else any more.',
    { what: 'each request makes one interrupt, which needs no acknowledgement' },
    paravirtual,
    'if (line === LINE.DISK) this.disk.event = false;',
    '',
  ),
  mutant(
    'count-believed',
    'The monitor believes the count of requests that stands in the page of the guest.',
    { what: 'what the guest writes into DONE and IDLE does not mislead the monitor' },
    diskRing,
    'this.#done = (this.#done + 1) >>> 0;',
    'this.#done = (memory.read(page + RING.DONE, 4) + 1) >>> 0;',
  ),
  mutant(
    'too-far-ahead',
    'The monitor takes requests that are not there, because a count is larger than the ring.',
    {
      what: 'a count that is spoiled while a request is under way stops the ring; when it is mended, a kick goes on',
    },
    diskRing,
    'waiting === 0 || waiting > RING_PLACES',
    'waiting === 0',
  ),
  mutant(
    'calls-of-users',
    'Programs in ring 3 can make calls.',
    { what: 'a program in ring 3 cannot make calls' },
    'isa/machine/machine.ts',
    'this.paravirtual === undefined || this.ring !== 0',
    'this.paravirtual === undefined',
  ),
  mutant(
    'trace-kept',
    'The monitor goes on watching a page that is no page table any more.',
    {
      what: 'the monitor does not watch a page that was a page table and is none any more',
      monitor: 'trap-and-emulate',
    },
    shadow,
    'if (trace !== undefined && !trace.code && !trace.roots.has(this.space())) this.#endTrace(page, trace);',
    'void trace;',
  ),
];

/** What the trial finds; undefined = nothing. */
export function finding({ what, monitor = 'none' }: Trial, make?: typeof createGuest): string | undefined {
  const hostile = hostiles.find((one) => one.what === what);
  if (hostile !== undefined) return hostileFinding(hostile, { monitor, make });
  const story = [...ringStories, ...callStories].find((one) => one.what === what);
  if (story === undefined) throw new Error(`no trial "${what}"`);
  return storyFinding(story, { monitor, make });
}

/** Our createGuest with the mutant's changes in it, machine and monitor. Throws when they are stale. */
export async function buildMutant(mutant: Mutant): Promise<typeof createGuest> {
  const module = await rebuilt<{ readonly createGuest: typeof createGuest }>(
    'vmm/monitor/create-guest.ts',
    mutant,
  );
  return module.createGuest;
}

/**
 * Bugs that migrations have had, each as what it changes in ours. `from` occurs once in
 * `file`; that, and nothing else, becomes `to`.
 */
import type { Change } from '../../property/zoo/mutant.ts';
import { rebuilt } from '../../property/zoo/rebuild.ts';
import type { Test } from './trials.ts';

export interface Mutant {
  /** The bug, in one sentence. */
  readonly bug: string;
  /** What catches it. */
  readonly by?: Test;
  readonly changes: readonly Change[];
}

const change = (file: string, from: string, to: string): Change => ({ file, from, to });
const source = (from: string, to: string) => change('vmm/migration/source.ts', from, to);
const target = (from: string, to: string) => change('vmm/migration/target.ts', from, to);
const guest = (from: string, to: string) => change('vmm/hosting/hosted-guest.ts', from, to);
const rounds = (from: string, to: string) => change('vmm/migration/rounds.ts', from, to);
const receiver = (from: string, to: string) => change('vmm/migration/image/receiver.ts', from, to);
const sender = (from: string, to: string) => change('vmm/migration/image/sender.ts', from, to);

export const mutants: readonly Mutant[] = [
  {
    bug: 'Dirty bits are cleared although the migration failed: the next one sends only what was dirtied since.',
    by: { kind: 'fault', policy: 'pre-copy', stage: 'reservation', side: 'target', fault: 'reorder' },
    changes: [
      source(
        "'start a round of all units': () => this.#rounds.startAll(),",
        "'start a round of all units': () => {\n const guest = this.guest as { sent?: true };\n    if (guest.sent) this.#rounds.startDirty();\n    else this.#rounds.startAll();\n    guest.sent = true; },",
      ),
    ],
  },
  {
    bug: 'On the second hop only pages that were written since the first are sent.',
    by: { kind: 'chain', guest: 'sly' },
    changes: [
      source(
        "'start a round of all units': () => this.#rounds.startAll(),",
        "'start a round of all units': () => {\n    if (this.#options.reserve.epoch < 2) this.#rounds.startAll();\n    else this.#rounds.start(Array.from({ length: this.units.count / 2 }, (_, unit) => 2 * unit)); },",
      ),
      target('if (!isPostCopy && missing > 0)', 'if (false)'),
    ],
  },
  {
    bug: 'What devices write to memory is not in the dirty log.',
    by: { kind: 'journey', guest: 'sly', policy: 'many rounds', turns: 20, steps: 50 },
    changes: [
      change(
        'isa/machine/memory.ts',
        'this.bytes.set(bytes, address);\n    this.#tell(address, bytes.length, false);',
        'this.bytes.set(bytes, address);',
      ),
    ],
  },
  {
    bug: 'The accessed and dirty bits that the machine sets are not in the dirty log.',
    by: { kind: 'journey', guest: 'sly', policy: 'pre-copy', turns: 26, steps: 50 },
    changes: [
      change(
        'isa/machine/memory.ts',
        'if (this.watched[at >>> pageShift] !== 0) this.#tell(at, 4, true);',
        '',
      ),
    ],
  },
  {
    bug: 'The source lets the guest run on after it has handed it over.',
    by: { kind: 'journey', guest: 'busy', policy: 'pre-copy', turns: 21, steps: 50 },
    changes: [
      source(
        "return this.stoppedAt !== undefined && this.state !== 'failed';",
        "return this.stoppedAt !== undefined && this.state !== 'failed' && !this.isDecided;",
      ),
      change(
        'vmm/hosting/host.ts',
        "if (entry?.phase !== 'owned' || (entry.held && !repeats) || source?.stopsGuest) continue;",
        'if (entry === undefined || (entry.held && !repeats) || source?.stopsGuest) continue;',
      ),
    ],
  },
  {
    bug: 'The timer interrupt that is pending is lost.',
    by: { kind: 'journey', guest: 'sly', policy: 'pre-copy', turns: 20, steps: 50 },
    changes: [
      change(
        'isa/machine/machine.ts',
        'this.#timer.isPending = state.timerPending;',
        'this.#timer.isPending = false;',
      ),
    ],
  },
  {
    bug: 'The disk command that is under way is lost.',
    by: { kind: 'journey', guest: 'busy', policy: 'pre-copy', turns: 23, steps: 50 },
    changes: [
      change(
        'isa/machine/devices/disk.ts',
        'this.doneAt = command?.doneAt ?? Number.POSITIVE_INFINITY;',
        'this.doneAt = Number.POSITIVE_INFINITY;',
      ),
    ],
  },
  {
    bug: 'Console input that waits is lost.',
    by: { kind: 'journey', guest: 'sly', policy: 'pre-copy', turns: 20, steps: 17 },
    changes: [
      change(
        'isa/machine/devices/console.ts',
        'this.feed(input);\n  }\n\n  /** The next',
        '}\n\n  /** The next',
      ),
    ],
  },
  {
    bug: 'A repetition names a page that was written since it was sent.',
    by: { kind: 'copy', seed: 2 },
    changes: [sender(' && !this.#log.has(like)', '')],
  },
  {
    bug: 'A repetition names a page that has only a few words in common with it.',
    by: { kind: 'copy', seed: 1 },
    changes: [sender('if (this.#isSame(first, contents)) return first;', 'return first;')],
  },
  {
    bug: 'Of pages that come while others are written, one is not kept as it came last.',
    by: { kind: 'fault', policy: 'pre-copy', stage: 'commitment', side: 'target', fault: 'kill' },
    changes: [
      change(
        'vmm/migration/image/unit-writer.ts',
        'this.#waiting.fill(1, first, first + count);',
        'if (!this.#isWriting) this.#waiting.fill(1, first, first + count);',
      ),
    ],
  },
  {
    bug: 'The target says that it is prepared before everything is kept.',
    by: { kind: 'fault', policy: 'pre-copy', stage: 'commitment', side: 'target', fault: 'kill' },
    changes: [
      target(
        '    this.#units.whenKept((error) =>\n      this.#peer.guard(() => {\n        this.#busySince = undefined;\n        this.#peer.owed();\n        if (error) throw error;\n        act();\n      }),\n    );',
        '    act();',
      ),
    ],
  },
  {
    bug: 'A page that has become zero is not sent again.',
    by: { kind: 'journey', guest: 'sly', policy: 'pre-copy', turns: 20, steps: 50 },
    changes: [
      sender(
        '      this.#batch.zero(unit);\n',
        '      if (!(this as { was?: Set<number> }).was?.has(unit)) this.#batch.zero(unit);\n',
      ),
      sender(
        '      this.#batch.raw(unit, contents);\n',
        '      this.#batch.raw(unit, contents);\n      ((this as { was?: Set<number> }).was ??= new Set()).add(unit);\n',
      ),
    ],
  },
  {
    bug: 'Looking how much is dirty clears it.',
    by: { kind: 'journey', guest: 'busy', policy: 'pre-copy', turns: 20, steps: 50 },
    changes: [rounds('dirtied: this.#log?.count() ?? 0,', 'dirtied: this.#log?.take().length ?? 0,')],
  },
  {
    bug: 'Pages that were skipped because they were dirty again are left out of the last round.',
    by: { kind: 'journey', guest: 'busy', policy: 'pre-copy', turns: 25, steps: 50 },
    changes: [
      rounds(
        'this.start(this.#log?.take() ?? []);',
        'this.start((this.#log?.take() ?? []).slice(this.#skipped));',
      ),
    ],
  },
  {
    bug: 'The guest runs on while its last pages are sent.',
    by: { kind: 'journey', guest: 'busy', policy: 'pre-copy', turns: 20, steps: 50 },
    changes: [
      source(
        'return this.stoppedAt !== undefined &&',
        "return this.stage !== 'stop-and-copy' && this.stoppedAt !== undefined &&",
      ),
    ],
  },
  {
    bug: 'The target runs the guest as soon as it has it, without the source having decided.',
    by: { kind: 'journey', guest: 'busy', policy: 'auto-converge', turns: 21, steps: 50 },
    changes: [
      change(
        'vmm/migration/target-table.ts',
        "next: 'commitment',",
        "next: 'commitment',\n    after: 'write \"owned\", run the guest',",
      ),
    ],
  },
  {
    bug: 'The source forgets the guest when it has decided, and not when the target knows.',
    by: { kind: 'journey', guest: 'busy', policy: 'post-copy', turns: 20, steps: 50 },
    changes: [
      change(
        'vmm/migration/source-table.ts',
        "do: 'write \"leaving\", send COMMIT', next: 'activation' }",
        "do: 'write \"leaving\", send COMMIT', next: 'moved' }",
      ),
    ],
  },
  {
    bug: 'The source decides and does not write it down.',
    by: { kind: 'journey', guest: 'busy', policy: 'pre-copy', turns: 20, steps: 50 },
    changes: [change('vmm/hosting/departures.ts', "phase: 'leaving',", "phase: 'owned',")],
  },
  {
    bug: 'A target that is prepared and cut off keeps the guest without asking.',
    by: { kind: 'fault', policy: 'pre-copy', stage: 'stop-and-copy', side: 'target', fault: 'stall' },
    changes: [
      target(
        "'forget what was asked for': () => this.#asked.clear(),",
        "'forget what was asked for': () => {\n      this.#asked.clear();\n      if (this.isPrepared) this.#options.events.committed();\n    },",
      ),
    ],
  },
  {
    bug: 'A page that is fetched late overwrites what the guest has written to it (post-copy).',
    by: { kind: 'copy', seed: 1 },
    changes: [
      receiver('this.#parts(run, false)', '[run]'),
      rounds('else if (!this.#sender.has(unit)) this.#sender.add(unit);', 'else this.#sender.add(unit);'),
    ],
  },
  {
    bug: 'Fetched pages are not kept for a host that dies (post-copy).',
    by: { kind: 'copy', seed: 1 },
    changes: [receiver('if (inMemory > 0)', 'if (inMemory > 0 && this.missing === this.#units.count)')],
  },
  {
    bug: 'After a death what was printed is printed again.',
    by: { kind: 'fault', policy: 'pre-copy', stage: 'pre-migration', side: 'source', fault: 'kill' },
    changes: [guest('this.#again = printed;', 'this.#again = 0;')],
  },
  {
    bug: 'After a death the disk is not put back to where the run is repeated from.',
    by: { kind: 'death', policy: 'pre-copy', side: 'source', n: 3 },
    changes: [guest('if (this.disk) keep.rollBack(this.disk);', '')],
  },
  {
    bug: 'Input that came since the guest was started is forgotten by a death.',
    by: { kind: 'fault', policy: 'pre-copy', stage: 'pre-migration', side: 'source', fault: 'kill' },
    changes: [guest('this.#inputs = keep.inputs();', 'this.#inputs = [];')],
  },
];

type Trials = typeof import('./trials.ts');

/** The trials over our sources with the mutant's changes in them. Throws when they are stale. */
export function buildTrials(mutant: Mutant): Promise<Trials> {
  return rebuilt<Trials>('test/vmm/migration/trials.ts', mutant);
}

/** Lesson 17: porting a guest: a kernel that knows that there is a monitor, and calls it. */
import type { Work } from '../../isa/work.ts';
import { EXIT } from '../../vmm/guest/ledger.ts';
import type { Tour } from '../desk.ts';
import { comparedIn, isEqual, listed } from '../evidence.ts';
import { inTurn, type Place, type Workbench } from '../workbench.ts';

const monitor = 'trap-and-emulate';
const native = (isa: string, under = monitor): Place => ({
  guest: 'guests/kernel/kernel.s',
  isa,
  monitor: under,
});
const ported = (isa: string, under = monitor): Place => ({
  guest: 'guests/kernel/ported.s',
  isa,
  monitor: under,
  paravirtual: true,
});
const unanswered: Place = { ...ported('ring32-v', 'none'), paravirtual: false };

/** The first line that a guest prints. */
function* firstLine(bench: Workbench, place: Place): Work<unknown, readonly string[]> {
  const { printed } = yield* bench.run(place);
  return [
    `${place.isa}, ${place.guest}, ${place.monitor === 'none' ? 'bare' : `under ${place.monitor}`}:`,
    ...listed(printed).slice(0, 2),
  ];
}

const both = [native('ring32-v'), ported('ring32-v')] as const;

/** Exits by what they are for, in the native and in the ported kernel. */
const kinds: readonly (readonly [what: string, counts: (name: string) => boolean])[] = [
  ['writes to page tables', (name) => name === EXIT.TRACE || name === 'call: mmu_update'],
  ['the state of interrupts', (name) => /: (getf|setf|cli|sti|event_mask)$/.test(name)],
  ['in and out, and calls for devices', (name) => /: (in|out|console_write|disk_\w+)$/.test(name)],
];

function* countsOf(bench: Workbench, place: Place): Work<unknown, readonly number[]> {
  const { exits } = yield* bench.run(place);
  return kinds.map(([, counts]) =>
    [...exits].reduce((sum, [name, count]) => sum + (counts(name) ? count : 0), 0),
  );
}

/** The lines that a kernel prints, sorted, without times and without the pages that the kernel itself needs. */
function* linesOf(bench: Workbench, place: Place): Work<unknown, string> {
  const { printed } = yield* bench.run(place);
  const timeless = printed.replaceAll(
    /tick \d+|\d+ (ticks|pages free|process switches|times idle)|at boot \d+/g,
    '…',
  );
  return timeless.split('\n').sort().join('\n');
}

export const tour: Tour = {
  number: 17,
  title: 'Lesson 17: porting a guest',
  shows:
    'A kernel that calls its monitor is right where it was wrong, and exits less often; it is another machine that it is right on.',
  stops: [
    {
      say: 'The teaching kernel uses getf, setf, lar and lra in ring 0. On ring32-x they do not trap in ring 1, where trap-and-emulate runs the kernel. It notices at boot.',
      go: { view: 'machine', place: native('ring32-x'), step: 'divergence' },
      show: (bench) => firstLine(bench, native('ring32-x')),
      check: [
        {
          claim: 'the native kernel is not equal on ring32-x',
          *holds(bench) {
            return !(yield* isEqual(bench, native('ring32-x')));
          },
        },
      ],
    },
    {
      say: 'Binary translation would make it right. In 2003 Xen took another way: change the guest. guests/kernel/ported.s is the same kernel, but where it asked the machine it now calls the monitor: vmcall, with the number of the call in a7. All files but one are shared.',
      ask: {
        text: 'Is the ported kernel right under trap-and-emulate on ring32-x, where eleven sensitive instructions do not trap?',
        choices: ['yes', 'no'],
        answer: 'yes',
        right:
          'As you said, it is: Theorem 1 asks for instructions that trap, and this kernel executes none that do not.',
        wrong: 'It is: Theorem 1 asks for instructions that trap, and this kernel executes none that do not.',
      },
      show: (bench) => comparedIn(bench, ported('ring32-x')),
      check: [
        {
          claim: 'the ported kernel is equal at every step on ring32-x',
          holds: (bench) => isEqual(bench, ported('ring32-x')),
        },
      ],
    },
    {
      say: 'Equal to what? The bare machine has no calls. There vmcall is an illegal instruction, and the ported kernel ends. The calls are an architecture of their own, and its reference is a machine that answers each call in one step, from the same table. (ringlab compare --paravirtual makes it.) What was given up is in the word: a paravirtual guest can tell that there is a monitor.',
      show: (bench) => firstLine(bench, unanswered),
      check: [
        {
          claim: 'on a machine that answers no calls, the ported kernel stops with an error',
          *holds(bench) {
            const { printed, status } = yield* bench.run(unanswered);
            return status === 1 && printed.startsWith('illegal instruction');
          },
        },
      ],
    },
    {
      say: 'The other reason is cost. The monitor watches the page tables of its guest, and each write to one is an exit; so is each access to a port. A call takes a list of updates, or a whole text. And the kernel says when a page is no page table any more: before, the monitor went on watching it.',
      ask: {
        text: 'The native kernel has more than 90 exits for writes to page tables. Does the ported one need less than a quarter?',
        choices: ['yes', 'no'],
        answer: 'yes',
        right: 'As you said. Most of the 90 were for pages that were page tables once.',
        wrong: 'It does. Most of the 90 were for pages that were page tables once.',
      },
      *show(bench) {
        const [left = [], right = []] = yield* inTurn(both, (place) => countsOf(bench, place));
        return [
          `${'exits for'.padEnd(36)}native  ported`,
          ...kinds.map(
            ([what], n) =>
              `${what.padEnd(36)}${String(left[n]).padStart(6)}  ${String(right[n]).padStart(6)}`,
          ),
        ];
      },
      check: [
        {
          claim: 'for page tables, the ported kernel needs at most a quarter of the exits',
          *holds(bench) {
            const [left = [], right = []] = yield* inTurn(both, (place) => countsOf(bench, place));
            return (left[0] ?? 0) > 90 && (right[0] as number) <= (left[0] as number) / 4;
          },
        },
      ],
    },
    {
      say: 'To its processes nothing has changed: every line that they print is there, in one order or another. Only times differ, because the two kernels take different numbers of steps.',
      *show(bench) {
        const [one, other] = yield* inTurn(both, (place) => bench.run(place));
        return [`native: ${one?.steps} steps`, `ported: ${other?.steps} steps`];
      },
      check: [
        {
          claim: 'both kernels print the same lines, but for times',
          *holds(bench) {
            const [one, other] = yield* inTurn(both, (place) => linesOf(bench, place));
            return one === other;
          },
        },
      ],
    },
  ],
  more: 'guests/kernel/README.md, "Porting a guest"; isa/MANUAL.md, "Calls to the monitor"; ringlab compare guests/kernel/ported.s --paravirtual --isa ring32-x --with trap-and-emulate',
};

/** Lesson 19: what the hardware's features removed, one by one, and why the first of them lost to translation. */
import type { Feature } from '../../isa/table/features.ts';
import type { Work } from '../../isa/work.ts';
import type { Tour } from '../desk.ts';
import { comparedIn, exitsIn, isEqual, printedIn } from '../evidence.ts';
import type { Place, Workbench } from '../workbench.ts';

const under = (monitor: string, ...features: readonly Feature[]): Place => ({
  guest: 'guests/kernel/mini.s',
  isa: monitor === 'trap-and-emulate' ? 'ring32-v' : 'ring32-x',
  monitor,
  ...(features.length === 0 ? {} : { features }),
});

const trapping = under('trap-and-emulate');
const translated = under('binary-translation');
const shadowed = under('hardware');
const nested = under('hardware-nested');
const virtual = under('hardware-nested', 'virtual-timer');
const passed = under('hardware-nested', 'virtual-timer', 'ports');

/** A guest with a disk, which it tells to move a sector past the end of memory. */
const beyond = (...features: readonly Feature[]): Place => ({
  ...under('hardware-nested', 'virtual-timer', 'ports', ...features),
  guest: 'guests/disk-beyond.s',
  sectors: 1,
  passDisk: true,
});
const unsafe = beyond();
const safe = beyond('iommu');

/** The exits, by name, the most frequent first. */
function* byName(bench: Workbench, place: Place): Work<unknown, readonly string[]> {
  const { exits } = yield* bench.run(place);
  const sorted = [...exits].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return sorted.map(([name, count]) => `${String(count).padStart(6)}  ${name}`);
}

/** How many exits have names that `pattern` matches. */
function* countOf(bench: Workbench, place: Place, pattern: RegExp): Work<unknown, number> {
  const { exits } = yield* bench.run(place);
  return [...exits].reduce((sum, [name, count]) => sum + (pattern.test(name) ? count : 0), 0);
}

const callouts = /^(callout|translator): /;
const memory = /^shadow: |: (lar|lra)$/;

export const tour: Tour = {
  number: 19,
  title: 'Lesson 19: fewer and fewer exits',
  shows:
    'Guest mode, nested paging, virtual interrupts and passthrough each remove exits of another kind; what counts is also what one of them costs; and a disk that is passed through needs an IOMMU.',
  stops: [
    {
      say: 'A small kernel under trap-and-emulate, the technique of 1974. Its ring 0 is really ring 1, so each privileged instruction is an exit to the monitor.',
      go: { view: 'machine', place: trapping },
      show: (bench) => byName(bench, trapping),
      check: [
        {
          claim: 'more than half of the exits are for instructions that only read or write registers',
          *holds(bench) {
            const moves = yield* countOf(bench, trapping, /: (mfs|mts|iret|cli|sti)$/);
            return moves > (yield* exitsIn(bench, trapping)) / 2;
          },
        },
      ],
    },
    {
      say: 'In 2005 processors got a guest mode. The guest has all four rings, and registers of its own. The monitor says in a control block which instructions and traps exit; page tables are still shadowed.',
      ask: {
        text: 'Which of these instructions need no exit any more?',
        choices: ['iret', 'out', 'mfs'],
        many: true,
        answer: ['iret', 'mfs'],
        right: 'As you said: out reaches a device, and the device is the monitor’s.',
        wrong:
          'iret and mfs move registers of the guest’s own. out reaches a device, and the device is the monitor’s.',
      },
      show: (bench) => byName(bench, shadowed),
      check: [
        {
          claim: 'no iret and no mfs is an exit any more',
          *holds(bench) {
            return (yield* countOf(bench, shadowed, /: (iret|mfs)$/)) === 0;
          },
        },
        {
          claim: 'there are less than a third of the exits of trap-and-emulate',
          *holds(bench) {
            return (yield* exitsIn(bench, shadowed)) * 3 < (yield* exitsIn(bench, trapping));
          },
        },
      ],
    },
    {
      say: 'The same kernel under binary translation has 271 exits, twice as many. Yet in 2006 Adams and Agesen measured that translation was faster on most programs that use page tables. Most of what is counted under translation are callouts: translated code calls the monitor like a function, in the same world. An exit from guest mode saves one state and loads another; it took thousands of cycles.',
      ask: {
        text: 'Are the exits of translation that are no callouts more or fewer than those of guest mode?',
        choices: ['more', 'fewer'],
        answer: 'fewer',
        right: 'As you said.',
        wrong: 'They are fewer: translation leaves its world less often.',
      },
      *show(bench) {
        const all = yield* exitsIn(bench, translated);
        const cheap = yield* countOf(bench, translated, callouts);
        return [
          `translation: ${all - cheap} exits, and ${cheap} callouts`,
          `guest mode:  ${yield* exitsIn(bench, shadowed)} exits`,
        ];
      },
      check: [
        {
          claim: 'translation leaves the guest’s world less often than guest mode with shadow tables',
          *holds(bench) {
            const cheap = yield* countOf(bench, translated, callouts);
            return (yield* exitsIn(bench, translated)) - cheap < (yield* exitsIn(bench, shadowed));
          },
        },
      ],
    },
    {
      say: 'In 2008 came nested paging. The processor walks the guest’s page tables, and translates each address once more, by a map that the monitor has made. The guest’s tables are its own.',
      ask: {
        text: 'How many exits for memory are left?',
        within: 0,
        answer: '0',
        right: 'As you said: none.',
        wrong: 'None: whatever the guest does to its page tables, no exit is needed.',
      },
      show: (bench) => byName(bench, nested),
      check: [
        {
          claim: 'no exit is for memory',
          *holds(bench) {
            return (
              (yield* countOf(bench, nested, memory)) === 0 && (yield* countOf(bench, shadowed, memory)) > 0
            );
          },
        },
      ],
    },
    {
      say: 'What is left are the timer and the console. After 2012 the processor got interrupts for guests: a timer of the guest’s own, and lines that are delivered without the monitor. And a device can be given to a guest: then even its ports need no exit.',
      *show(bench) {
        return [
          `with virtual interrupts:        ${yield* exitsIn(bench, virtual)} exits`,
          `and the console passed through: ${yield* exitsIn(bench, passed)}`,
        ];
      },
      check: [
        {
          claim: 'no exit is for the timer any more',
          *holds(bench) {
            return (yield* countOf(bench, virtual, /^timer: |interrupt window|TIMER/)) === 0;
          },
        },
        {
          claim: 'with the console passed through, one exit is left: the kernel turns the machine off',
          *holds(bench) {
            return (yield* exitsIn(bench, passed)) === 1;
          },
        },
      ],
    },
    {
      say: 'The disk is more dangerous to give away than the console, because it moves data by itself, to the address that its driver says. This guest tells it to move a sector to the address just past the end of memory. On the bare machine nothing is there, so the command fails. The real machine has more memory, and it is the monitor’s.',
      go: { view: 'machine', place: unsafe },
      ask: {
        text: 'The guest has the disk, and nothing checks the address. What does the guest print?',
        choices: ['refused', 'moved'],
        answer: 'moved',
        right: 'As you said: the guest has written into its monitor’s memory.',
        wrong: 'It prints “moved”: the guest has written into its monitor’s memory.',
      },
      *show(bench) {
        return [
          ...(yield* printedIn(bench, unsafe)),
          ...(yield* comparedIn(bench, { ...unsafe, passDisk: false })),
          ...(yield* comparedIn(bench, unsafe)),
        ];
      },
      check: [
        {
          claim: 'the guest is not as on the bare machine, and its disk has reached memory of the monitor’s',
          *holds(bench) {
            return !(yield* isEqual(bench, unsafe)) && (yield* bench.run(unsafe)).status === 1;
          },
        },
        {
          claim: 'if the monitor drives the disk for the guest, the address is refused',
          *holds(bench) {
            return yield* isEqual(bench, { ...unsafe, passDisk: false });
          },
        },
      ],
    },
    {
      say: 'That is what an IOMMU is for. It translates the addresses that a device uses, by a map that the monitor has made. Our monitor gives it the nested map, which it has anyway: so the disk reaches what the guest reaches, at the same addresses, and nothing else.',
      go: { view: 'machine', place: safe },
      *show(bench) {
        return [
          ...(yield* printedIn(bench, safe)),
          ...(yield* comparedIn(bench, safe)),
          `exits: ${yield* exitsIn(bench, safe)}; with the disk driven by the monitor: ${yield* exitsIn(bench, { ...safe, features: ['virtual-timer', 'ports'], passDisk: false })}`,
        ];
      },
      check: [
        {
          claim: 'with the IOMMU the guest is as on the bare machine, although it has the disk',
          *holds(bench) {
            return yield* isEqual(bench, safe);
          },
        },
        {
          claim: 'one exit is left: the guest turns the machine off',
          *holds(bench) {
            return (yield* exitsIn(bench, safe)) === 1;
          },
        },
      ],
    },
  ],
  more: 'ringlab bench --timeline; isa/MANUAL.md, "Guest mode"; bench/README.md, "The timeline of techniques"',
};

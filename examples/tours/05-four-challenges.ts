/** Lesson 5: what made x86 hard to virtualize: four challenges, and for each a guest that meets it. */
import { inTurn } from '../workbench.ts';
import type { Stop, Tour } from '../desk.ts';
import { comparedIn, divergesAt, isEqual, printedIn, statusesIn } from '../evidence.ts';

interface Challenge {
  readonly name: string;
  readonly says: string;
  readonly guest: string;
  /** First instruction at which it shows, and the register that it shows in. */
  readonly at: string;
}

/** As the designers of Intel's VT-x name them (Uhlig et al. 2005; Neiger et al. 2006). */
const challenges: readonly Challenge[] = [
  {
    name: 'Ring aliasing',
    says: 'the guest sees a ring that is not the one it was written for',
    guest: 'guests/ring-aliasing.s',
    at: 'sring',
  },
  {
    name: 'Address-space compression',
    says: "the monitor needs a part of the guest's address space for itself",
    guest: 'guests/address-compression.s',
    at: 'verr',
  },
  {
    name: 'Non-faulting access to privileged state',
    says: "the guest reads the monitor's tables instead of its own, and no trap tells",
    guest: 'guests/silent-reads.s',
    at: 'svec',
  },
  {
    name: 'Interrupt virtualization',
    says: 'the guest changes IF as it likes, while the monitor must keep the real one',
    guest: 'guests/interrupt-flag.s',
    at: 'getf',
  },
];

/** The guest of a challenge, met. */
function meet({ name, guest, at, says }: Challenge): Stop {
  const bare = { guest, isa: 'ring32-x', monitor: 'none' };
  const wrong = { guest, isa: 'ring32-x', monitor: 'trap-and-emulate' };
  const right = { guest, isa: 'ring32-v', monitor: 'trap-and-emulate' };
  return {
    say: `${name}: ${says}.`,
    ask: {
      text: `At which instruction does ${guest} see it first on ring32-x?`,
      answer: at,
      right: 'That is the one you named.',
      wrong: `It is ${at}.`,
    },
    go: { view: 'machine', place: wrong, step: 'divergence' },
    *show(bench) {
      return [...(yield* printedIn(bench, bare, wrong, right)), '', ...(yield* comparedIn(bench, wrong))];
    },
    check: [
      {
        claim: 'under trap-and-emulate on ring32-x the guest finds something wrong',
        *holds(bench) {
          const [alone, monitored] = yield* statusesIn(bench, bare, wrong);
          return alone === 0 && monitored !== 0;
        },
      },
      { claim: `the first step that differs is at ${at}`, holds: (bench) => divergesAt(bench, wrong, at) },
      {
        claim: 'on ring32-v nothing differs at any step',
        *holds(bench) {
          return (yield* isEqual(bench, right)) && (yield* statusesIn(bench, right))[0] === 0;
        },
      },
    ],
  };
}

export const tour: Tour = {
  number: 5,
  title: 'Lesson 5: four challenges',
  shows:
    'Ring aliasing, address-space compression, non-faulting reads and interrupt flags each break trap-and-emulate on ring32-x, and none does on ring32-v.',
  stops: [
    {
      say: 'The x86 could not be virtualized by trap-and-emulate. The designers of VT-x named the challenges. Here are four of them, on ring32-x:',
      show: () => challenges.map(({ name, says, guest }) => `  ${name}: ${says} (${guest})`),
      check: [],
    },
    ...challenges.map(meet),
    {
      say: 'No challenge is about speed. In each, an instruction gives an answer, and the monitor is not asked. One way out is to interpret such code, as hybrid and interpret do:',
      check: challenges.map(({ name, guest }) => ({
        claim: `${name}: hybrid and interpret are equal, for the guest asks in ring 0`,
        *holds(bench) {
          const places = ['hybrid', 'interpret'].map((monitor) => ({ guest, isa: 'ring32-x', monitor }));
          return (yield* inTurn(places, (place) => isEqual(bench, place))).every(Boolean);
        },
      })),
    },
  ],
};

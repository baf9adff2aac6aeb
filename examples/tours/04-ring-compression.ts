/** Lesson 4: a guest's ring 0 runs in ring 1. When does it notice? */
import type { Tour } from '../desk.ts';
import { comparedIn, divergesAt, isEqual, printedIn, statusesIn } from '../evidence.ts';

const looks = 'guests/ring-aliasing.s';
const leaves = 'guests/retf-ring1.s';
const bare = { guest: looks, isa: 'ring32-x', monitor: 'none' };
const wrong = { guest: looks, isa: 'ring32-x', monitor: 'trap-and-emulate' };
const right = { guest: looks, isa: 'ring32-v', monitor: 'trap-and-emulate' };
const leavesBare = { guest: leaves, isa: 'ring32-h', monitor: 'none' };
const leavesWrong = { guest: leaves, isa: 'ring32-h', monitor: 'trap-and-emulate' };
const leavesRight = { guest: leaves, isa: 'ring32-h', monitor: 'hybrid' };

export const tour: Tour = {
  number: 4,
  title: 'Lesson 4: ring compression, and the ring that shows through',
  shows:
    'A guest whose ring 0 is real ring 1 cannot notice, unless an instruction shows the real ring without a trap.',
  stops: [
    {
      say: `Ring32 has four rings, and a guest uses all of them. But ring 0 is the monitor's. So the guest's ring 0 runs in real ring 1, and so does the guest's own ring 1: two rings in one. That is ring compression. Each privileged instruction of the guest traps in ring 1, and the monitor does what the instruction means.

${looks} is a kernel. It executes \`sring\`, which reads the ring, and prints the result.`,
      ask: {
        text: 'What does it print under a monitor on ring32-x, where sring does not trap?',
        within: 0,
        answer: '1',
        right: 'As you said: 1.',
        wrong: 'The real ring shows through: 1.',
      },
      go: { view: 'machine', place: wrong, step: 'divergence' },
      mark: ['s0'],
      show: (bench) => printedIn(bench, bare, wrong, right),
      check: [
        {
          claim: 'where sring does not trap, the kernel reads the real ring',
          *holds(bench) {
            return (yield* statusesIn(bench, wrong))[0] === 1;
          },
        },
        {
          claim: 'where sring traps, it reads 0 as on the bare machine',
          *holds(bench) {
            return (yield* statusesIn(bench, bare, right)).join() === '0,0';
          },
        },
      ],
    },
    {
      say: 'Now step by step: the bare machine and the monitor beside each other.',
      go: { view: 'machine', place: wrong, step: 'divergence' },
      mark: ['s0'],
      show: (bench) => comparedIn(bench, wrong),
      check: [
        {
          claim: 'they diverge at sring and nowhere before',
          holds: (bench) => divergesAt(bench, wrong, 'sring'),
        },
      ],
    },
    {
      say: `Ring compression has another side. ${leaves} goes from its ring 0 to its ring 1 by \`retf\`, and then executes an instruction that must trap in ring 1. On ring32-h \`retf\` itself does not trap.`,
      ask: {
        text: 'Under which of these monitors does the instruction trap on ring32-h?',
        choices: ['trap-and-emulate', 'hybrid'],
        many: true,
        answer: ['hybrid'],
        right: 'As you said: only under hybrid.',
        wrong: 'Only under hybrid. For trap-and-emulate the guest is still in ring 0.',
      },
      go: { view: 'machine', place: leavesWrong, step: 'divergence' },
      show: (bench) => printedIn(bench, leavesBare, leavesWrong, leavesRight),
      check: [
        {
          claim: 'trap-and-emulate obeys an instruction of ring 1 that must trap',
          *holds(bench) {
            return (yield* statusesIn(bench, leavesBare, leavesWrong)).join() === '1,99';
          },
        },
        {
          claim: 'hybrid does not obey it: it interprets all of virtual ring 0, so it knows of the retf',
          *holds(bench) {
            return (yield* statusesIn(bench, leavesRight))[0] === 1;
          },
        },
      ],
    },
    {
      say: 'Again step by step, under both monitors:',
      go: { view: 'machine', place: leavesWrong, step: 'divergence' },
      *show(bench) {
        return [...(yield* comparedIn(bench, leavesWrong)), ...(yield* comparedIn(bench, leavesRight))];
      },
      check: [
        {
          claim: 'the step that the monitor missed is retf',
          holds: (bench) => divergesAt(bench, leavesWrong, 'retf'),
        },
        { claim: 'hybrid is equal at every step', holds: (bench) => isEqual(bench, leavesRight) },
      ],
    },
  ],
  more: `ringlab compare ${leaves} --isa ring32-h --with trap-and-emulate,hybrid`,
};

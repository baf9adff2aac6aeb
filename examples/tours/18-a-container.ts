/** Lesson 18: a container is not a machine: namespaces of one kernel, and the mistake in it that crosses them. */
import type { Living, Meeting } from '../containers.ts';
import type { Tour } from '../desk.ts';
import { listed } from '../evidence.ts';
import type { Workbench } from '../workbench.ts';

const contained: Living = { kernels: 1 };
const mistaken: Living = { kernels: 1, bug: 'kill-by-host-pid' };
const machines: Living = { kernels: 2, bug: 'kill-by-host-pid' };

function meet(bench: Workbench, living: Living): Meeting {
  if (bench.options.meet === undefined)
    throw new Error('processes run at the command line, and there are none here');
  return bench.options.meet(bench, living);
}

const shown = (living: Living) => (bench: Workbench) => listed(meet(bench, living).printed);

export const tour: Tour = {
  number: 18,
  title: 'Lesson 18: a container is not a machine',
  shows: 'Containers share a kernel, so one mistake in it crosses them; machines have a kernel each.',
  atTerminal: true,
  stops: [
    {
      say: 'Alice and Mallory are two processes of one kernel, each in a container, each program a few lines long (examples/18-alice.s, 18-mallory.s). A container is made of namespaces. In its namespace of pids, each is process 1, and sees nobody else. In its namespace of mounted folders, each finds only a folder of its own, as /. Alice stores a secret in /secret and works. Mallory looks for the secret on four paths, with .. among them, then sends SIGKILL to each pid from 1 to 7 that is not her own.',
      ask: {
        text: 'Will Mallory find the secret, or kill Alice?',
        choices: ['yes', 'no'],
        answer: 'no',
        right: 'As you said, neither: what has no name in her namespaces, she cannot name.',
        wrong: 'Neither: what has no name in her namespaces, she cannot name.',
      },
      show: shown(contained),
      check: [
        {
          claim: 'Mallory does not find the secret',
          holds: (bench) => !meet(bench, contained).printed.includes('found'),
        },
        {
          claim: 'both end by themselves, with status 0',
          holds: (bench) => meet(bench, contained).statuses.join() === '0,0',
        },
      ],
    },
    {
      say: 'Whose word is it that there are only these names? The kernel of the host: both processes call it, hundreds of calls, one program. Now it has a mistake, in one line: kill looks the pid up among all processes of the host, where Alice is number 2. (vmm/process/containers/kernel.ts: the option `bug` is there for this lesson only.)',
      ask: {
        text: 'Does the mistake cross from one container to another?',
        choices: ['yes', 'no'],
        answer: 'yes',
        right: 'As you said: Alice is killed before her work is done.',
        wrong: 'It does: Alice is killed before her work is done.',
      },
      show: shown(mistaken),
      check: [
        {
          claim: 'Alice was killed: status 137 is 128 + SIGKILL',
          holds: (bench) => meet(bench, mistaken).statuses.join() === '137,0',
        },
        {
          claim: 'and the secret is still hidden, because folders are another namespace',
          holds: (bench) => !meet(bench, mistaken).printed.includes('found'),
        },
      ],
    },
    {
      say: 'Now each has a machine of its own, with the same kernel and the same mistake. What the mistake reaches is what that kernel has: the processes of its own machine. To cross, Mallory would need a mistake in the monitor, which is a smaller program with a narrower border: the instructions that trap.',
      ask: {
        text: 'Does the mistake cross from one machine to another?',
        choices: ['yes', 'no'],
        answer: 'no',
        right: 'As you said, it does not: there is no kernel that has both processes.',
        wrong: 'It does not: there is no kernel that has both processes.',
      },
      show: shown(machines),
      check: [
        {
          claim: 'both end by themselves, with status 0',
          holds: (bench) => meet(bench, machines).statuses.join() === '0,0',
        },
        {
          claim: "Alice's work is done",
          holds: (bench) => meet(bench, machines).printed.includes('my work is done'),
        },
      ],
    },
  ],
  more: 'vmm/process/containers/kernel.ts; test/property: what it takes to show that no guest crosses the border of a monitor',
};

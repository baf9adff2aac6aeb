/** Lesson 20: a rack of three hosts loses one: what a lease and a fence are for, shown by what happens without them. */
import { eventsOf } from '../../vmm/pool/events.ts';
import type { Claim, Tour } from '../desk.ts';
import type { Mistakes, SimulatedRack } from '../rack.ts';
import type { Workbench } from '../workbench.ts';

const MiB = 2 ** 20;
const names = ['a', 'b', 'c', 'd'] as const;
/** Seconds of a lease (vmm/pool/membership.ts). */
const leaseSeconds = 10;

interface Scene {
  readonly rack: SimulatedRack;
  /** The host that is lost, one of its machines, and when it was lost. */
  readonly lost: string;
  readonly machine: string;
  readonly at: number;
  /** When its host counted last, and another one first; milliseconds. */
  readonly stoppedAt: number;
  readonly begunAt: number;
}

type Fault = 'die' | 'cut';

function made(bench: Workbench, mistakes?: Mistakes): SimulatedRack {
  if (bench.options.rack === undefined)
    throw new Error('a rack of hosts is at the command line, and in the view Pool');
  return bench.options.rack(3, 8 * MiB, mistakes);
}

/** A rack of three hosts of 8 MiB with four machines of 2 MiB each, which loses a host that is not the manager. */
function scene(bench: Workbench, fault: Fault, mistakes: Mistakes = {}): Scene {
  return bench.once(`rack ${fault} ${JSON.stringify(mistakes)}`, () => {
    const rack = made(bench, mistakes);
    rack.run(1);
    for (const name of names) rack.create(name);
    rack.until((view) => [...view.vm.values()].every(({ data }) => data.state === 'RUNNING'));
    rack.run(5);
    const manager = rack.view.manager?.data.address;
    const lost = [...rack.hosts.keys()].find((address) => address !== manager) as string;
    const [machine] = [...rack.view.vm].find(([, { data }]) => data.host === lost) as [string, unknown];
    const host = rack.host(lost);
    if (fault === 'die') host.die();
    else host.cut();
    const at = rack.now;
    let [stoppedAt, begunAt] = [at, 0];
    while (begunAt === 0 && rack.now < at + 60_000) {
      rack.step();
      const where = rack.whereRuns(machine);
      if (where.includes(lost)) stoppedAt = rack.now;
      if (where.some((address) => address !== lost)) begunAt = rack.now;
    }
    rack.run(3);
    return { rack, lost, machine, at, stoppedAt, begunAt };
  });
}

const careless: Mistakes = { withoutLease: true, withoutFence: true };

/** What happened to the machine since its host was lost. */
const shown = (fault: Fault, mistakes?: Mistakes) => (bench: Workbench) => {
  const { rack, machine, at, lost } = scene(bench, fault, mistakes);
  const lines = eventsOf(rack.view, at)
    .filter(({ about }) => about === machine)
    .map(({ at: time, what, host, reason }) => {
      const seconds = `${((time - at) / 1000).toFixed(1)} s`.padStart(8);
      return `${seconds}  ${machine} ${what}${host === null ? '' : ` on ${host}`}${reason === '' ? '' : `: ${reason}`}`;
    });
  const where = rack.whereRuns(machine);
  return [
    `   0.0 s  ${lost} ${fault === 'die' ? 'dies' : 'is cut off from the store'}`,
    ...lines,
    `  In the end ${machine} has counted to ${rack.last(machine)}, and runs on ${where.join(' and on ')}.`,
  ];
};

const claim = (text: string, holds: (scene: Scene) => boolean, fault: Fault, mistakes?: Mistakes): Claim => ({
  claim: text,
  holds: (bench) => holds(scene(bench, fault, mistakes)),
});

/** Two of three hosts die, and a machine more is wanted than the third has room for. */
function crowded(bench: Workbench): SimulatedRack {
  return bench.once('rack crowded', () => {
    const rack = made(bench);
    rack.run(1);
    for (const name of [...names, 'e']) rack.create(name);
    rack.until((view) => [...view.vm.values()].every(({ data }) => data.state === 'RUNNING'));
    const [one, two] = [...rack.hosts.values()];
    one?.die();
    two?.die();
    rack.run(40);
    return rack;
  });
}

const statesOf = (rack: SimulatedRack) => [...rack.view.vm.values()].map(({ data }) => data.state);

export const tour: Tour = {
  number: 20,
  title: 'Lesson 20: a rack of three hosts loses one',
  shows: 'A lease and a fence keep a machine from running twice; without them it does.',
  atTerminal: true,
  stops: [
    {
      say: `Three hosts of 8 MiB are a pool, and four machines of 2 MiB run there. Each machine counts: a number that is missing or comes twice would be seen. There is no server: each host holds a lease of ${leaseSeconds} s in a store, and one host, the manager, looks after all. Now a host loses its power. (In the laboratory page, Pool shows the same: kill a host by a click.)`,
      ask: {
        text: 'When do its machines run elsewhere: at once, or when the lease is over?',
        choices: ['at once', 'over'],
        answer: 'over',
        right: 'As you said: silence is no proof, so the pool waits for the end of the lease.',
        wrong: 'When the lease is over: silence is no proof, so the pool waits until it has ended.',
      },
      show: shown('die'),
      check: [
        claim(
          `no machine of the lost host runs elsewhere before ${leaseSeconds - 3} s are over, a lease that was renewed just before`,
          ({ begunAt, at }) => begunAt - at >= (leaseSeconds - 3) * 1000,
          'die',
        ),
        claim('then it does, within 15 s', ({ begunAt, at }) => begunAt > 0 && begunAt - at < 15_000, 'die'),
        claim(
          'it goes on where it was: no number is missing, and none comes twice',
          ({ rack }) => rack.missing === 0 && rack.twice.length === 0,
          'die',
        ),
      ],
    },
    {
      say: 'Now the host does not die: only its line to the store is cut. It runs, and so do its machines. The others hear as little of it as of a dead one.',
      ask: {
        text: 'Will one of its machines run twice for a while?',
        choices: ['yes', 'no'],
        answer: 'no',
        right: 'As you said: the host knows when its own lease ends, and stops its machines a second before.',
        wrong: 'It will not: the host knows when its own lease ends, and stops its machines a second before.',
      },
      show: shown('cut'),
      check: [
        claim(
          'the host stops the machine before another one starts it',
          ({ stoppedAt, begunAt }) => stoppedAt < begunAt,
          'cut',
        ),
        claim(
          'no number is missing, and none comes twice',
          ({ rack }) => rack.missing === 0 && rack.twice.length === 0,
          'cut',
        ),
        claim(
          'to be certain, the host was fenced: its process was killed first',
          ({ rack, lost }) => rack.host(lost).condition === 'is dead',
          'cut',
        ),
      ],
    },
    {
      say: 'The same once more, with two mistakes that real clusters had: hosts run their machines whether their lease holds or not, and a host that is silent is taken for dead, without fencing it.',
      ask: {
        text: 'How many hosts run the machine in the end?',
        choices: ['1', '2'],
        answer: '2',
        right: 'As you said, two: with one disk and one address, they would destroy each other’s data.',
        wrong: 'Two: with one disk and one address, they would destroy each other’s data.',
      },
      show: shown('cut', careless),
      check: [
        claim(
          'the machine runs on two hosts',
          ({ rack, machine }) => rack.whereRuns(machine).length === 2,
          'cut',
          careless,
        ),
        claim('numbers come twice', ({ rack }) => rack.twice.length > 0, 'cut', careless),
      ],
    },
    {
      say: 'A pool can only restart what fits. Now there are five machines of 2 MiB, and two of the three hosts of 8 MiB die.',
      ask: {
        text: 'How many machines run on the last host?',
        choices: ['3', '4', '5'],
        answer: '4',
        right: 'As you said: four have room, and one waits.',
        wrong: 'Four have room, and one waits.',
      },
      show(bench) {
        const { view } = crowded(bench);
        return [...view.vm].map(
          ([name, { data }]) =>
            `  ${name} is ${data.state}${data.reason === '' ? '' : `: ${data.reason.replaceAll('\n', '; ')}`}`,
        );
      },
      check: [
        {
          claim: 'four run, and one waits for a host',
          holds: (bench) =>
            statesOf(crowded(bench)).toSorted().join() === 'PENDING,RUNNING,RUNNING,RUNNING,RUNNING',
        },
        {
          claim: 'that is why `vm create` refuses what would not fit after the loss of a host',
          holds: (bench) =>
            [...crowded(bench).view.vm.values()].some(({ data }) =>
              data.reason.includes('MiB of memory free'),
            ),
        },
      ],
    },
  ],
  more: 'vmm/pool/README.md: the life of a machine as a table, and the faults that the tests go through',
};

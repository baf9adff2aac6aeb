/** Lesson 7: a switch. Which guests receive a frame, and what becomes of a frame that is lost. */
import { sameBytes } from '../../isa/machine/bytes.ts';
import { formatAddress, sourceOf } from '../../vmm/network/frame.ts';
import type { GuestPort } from '../../vmm/network/guest-port.ts';
import type { Tour } from '../desk.ts';
import { type Network, plugIn } from '../network.ts';
import type { Workbench } from '../workbench.ts';

const names = ['web-server', 'web-client', 'listener'];
/** Steps at which the server's cable is pulled, with an answer on its way, and put back. */
const pulledAt = 10_500;
const putBackAt = 20_500;

/** The three guests on one network, run to their end. */
function talk(bench: Workbench, monitor = 'none'): Network {
  return bench.once(`talk ${monitor}`, () => {
    const network = plugIn(bench, names, monitor);
    network.lan.run();
    return network;
  });
}

/** Server and client, with the server's cable pulled for a while. Returns what each of them said last. */
function interrupted(bench: Workbench): { readonly served: string; readonly asked: string } {
  return bench.once('talk interrupted', () => {
    const { lan, ports, printed } = plugIn(bench, names.slice(0, 2));
    const server = ports[0] as GuestPort;
    lan.run(pulledAt);
    lan.switch.leave(server);
    lan.run(putBackAt);
    lan.switch.join(server);
    lan.run();
    const [served = '', asked = ''] = printed().map((text) => text.trimEnd().split('\n').at(-1));
    return { served, asked };
  });
}

/** The first frames, a line each, and what the guests say in the end. */
function heard(network: Network): readonly string[] {
  const [, client = '', listener = ''] = network.printed();
  return [
    ...network.frames
      .slice(0, 3)
      .map(({ from, to, frame }) => `  ${from} (${formatAddress(sourceOf(frame))}) -> ${to.join(' and ')}`),
    '  …',
    '',
    `The client says: ${client.trimEnd()}`,
    `The listener says: ${listener.trimEnd().split('\n').at(-1)}`,
  ];
}

/** Whether every frame has the address of the guest that sent it. */
function isTrueToName({ frames, ports }: Network): boolean {
  const addressOf = (name: string) => ports.find((port) => port.name === name)?.address ?? new Uint8Array();
  return frames.every(({ from, frame }) => sameBytes(sourceOf(frame), addressOf(from)));
}

/** Whether all guests are in the same state in both networks. */
function sameEnds(one: Network, other: Network): boolean {
  return one.machines.every(({ steps, memory }, n) => {
    const machine = other.machines[n];
    return machine?.steps === steps && sameBytes(memory.bytes, machine.memory.bytes);
  });
}

export const tour: Tour = {
  number: 7,
  title: 'Lesson 7: a switch',
  shows:
    'A switch learns from the frames that pass where each guest is; a request that is lost is sent again; and the network is the same under a monitor.',
  stops: [
    {
      say: 'Three guests share a network: a server; a client that asks it for a page ten times; and a listener that prints a line for every frame that it hears. No guest knows where the others are plugged in. The client does not even know the address of the server: its first request is for everybody.',
      ask: {
        text: '21 frames are sent. How many of them does the listener hear?',
        within: 0,
        answer: '1',
        right: 'You are right.',
        wrong: 'One: after the first request and its answer, the switch knows both addresses.',
      },
      show: (bench) => heard(talk(bench)),
      check: [
        { claim: '21 frames pass the switch', holds: (bench) => talk(bench).frames.length === 21 },
        {
          claim: 'the listener hears one, the first',
          holds: (bench) => talk(bench).printed()[2]?.includes('1 frame(s) heard') === true,
        },
        {
          claim: 'from the second on, each goes to its receiver alone',
          holds: (bench) =>
            talk(bench)
              .frames.slice(1)
              .every(({ to }) => to.length === 1),
        },
      ],
    },
    {
      say: "guests/web-client.s leaves the sender's address empty. The network device writes it into each frame that leaves.",
      check: [
        {
          claim: "every frame has its sender's address; no guest can send in another's name",
          holds: (bench) => isTrueToName(talk(bench)),
        },
      ],
    },
    {
      say: "Now the server's cable is pulled while they talk, and put back a little later.",
      show: (bench) => {
        const { served, asked } = interrupted(bench);
        return [`The client says: ${asked}`, `The server says: ${served}`];
      },
      check: [
        {
          claim: 'one request was sent again',
          holds: (bench) => interrupted(bench).asked.includes('10 answers, 1 requests sent again'),
        },
        {
          claim: 'the server answered one of them twice',
          holds: (bench) => interrupted(bench).served.includes('11 requests answered'),
        },
      ],
    },
    {
      say: `It was the answer that was lost. The client cannot know: to it, a lost request and a lost answer look the same. That is why requests have numbers.

A frame is an input that arrives at a step. So a network, too, must be the same under a monitor.`,
      check: [
        {
          claim: 'every frame is the same and arrives at the same step',
          holds: (bench) =>
            JSON.stringify(talk(bench, 'trap-and-emulate').frames) === JSON.stringify(talk(bench).frames),
        },
        {
          claim: 'every guest is in the same state in the end',
          holds: (bench) => sameEnds(talk(bench, 'trap-and-emulate'), talk(bench)),
        },
      ],
    },
  ],
  more: 'ringlab network --frames guests/web-server.s guests/web-client.s',
};

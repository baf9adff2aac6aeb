/** Lesson 7: a switch. Who hears what is said on a network, and what becomes of a frame that is lost. */
import { formatAddress, sourceOf } from '../vmm/network/frame.ts';
import type { GuestPort } from '../vmm/network/guest-port.ts';
import { type Desk, giveIfMain, type Lesson } from './lesson.ts';
import { type Network, plugIn } from './network.ts';

const files = ['web-server.s', 'web-client.s', 'listener.s'];

export const lesson: Lesson = {
  title: 'Lesson 7: a switch',
  shows:
    'A switch learns where everybody is from the frames that pass; what is lost is asked for again; and the network is the same under a monitor.',
  give,
};

async function give(desk: Desk): Promise<void> {
  desk.say('Three guests on one network: a server, a client that asks it for a page ten');
  desk.say('times, and a listener that tells of every frame it hears. No guest knows where');
  desk.say('another is plugged in; the client does not even know the address of the server:');
  desk.say('its first request is for everybody.\n');
  const answer = await desk.ask('21 frames are sent. How many of them does the listener hear?');
  const network = plugIn(files);
  network.lan.run();
  show(desk, network, 3);
  const [, client, listener] = network.printed();
  desk.say(`\nThe client says: ${client}The listener says: ${listener?.trimEnd().split('\n').at(-1)}`);
  desk.say(answer.trim() === '1' ? 'You are right.\n' : 'The switch had seen both addresses by then.\n');
  desk.check('21 frames pass the switch', network.frames.length === 21);
  desk.check('the listener hears one, the first', listener?.includes('1 frame(s) heard') === true);
  desk.check(
    'from the second on, each goes to its receiver alone',
    network.frames.slice(1).every(({ to }) => to.length === 1),
  );
  names(desk, network);
  loss(desk);
  equivalence(desk, network);
}

/** Shows the first frames, a line each. */
function show(desk: Desk, { frames }: Network, count: number): void {
  for (const { from, to, frame } of frames.slice(0, count))
    desk.say(`  ${from} (${formatAddress(sourceOf(frame))}) -> ${to.join(' and ')}`);
  desk.say('  …');
}

/** Whose name is in a frame. */
function names(desk: Desk, { frames, ports }: Network): void {
  const addressOf = (name: string) => ports.find((port) => port.name === name)?.address ?? new Uint8Array();
  desk.say("\nguests/web-client.s leaves the sender's address empty: the device writes it into what leaves.");
  desk.check(
    "every frame has its sender's address; no guest can speak in another's name",
    frames.every(({ from, frame }) => Buffer.compare(sourceOf(frame), addressOf(from)) === 0),
  );
}

/** Steps at which the server's cable is pulled, with an answer on its way, and put back. */
const pulledAt = 10_500;
const putBackAt = 20_500;

/** The server's cable is pulled while the client asks. */
function loss(desk: Desk): void {
  desk.say("\nNow the server's cable is pulled while they talk, and put back a little later.");
  const { lan, ports, printed } = plugIn(files.slice(0, 2));
  const server = ports[0] as GuestPort;
  lan.run(pulledAt);
  lan.switch.leave(server);
  lan.run(putBackAt);
  lan.switch.join(server);
  lan.run();
  const [served, asked] = printed();
  desk.say(`The client says: ${asked}The server says: ${served?.split('\n')[1]}`);
  desk.check(
    'one request was lost and sent again',
    asked?.includes('10 answers, 1 requests sent again') === true,
  );
  desk.check('the server answered one of them twice', served?.includes('11 requests answered') === true);
  desk.say('It was the answer that was lost. The client cannot know: a lost request and a');
  desk.say('lost answer look the same from where it is. That is why requests have numbers.');
}

/** The same under a monitor, frame for frame. */
function equivalence(desk: Desk, network: Network): void {
  desk.say('\nA frame is an input that arrives at a step. So a network, too, is the same under a monitor.');
  const monitored = plugIn(files, 'trap-and-emulate');
  monitored.lan.run();
  desk.check(
    'every frame is the same and arrives at the same step',
    JSON.stringify(monitored.frames) === JSON.stringify(network.frames),
  );
  desk.check(
    'every guest is in the same state in the end',
    monitored.machines.every(
      ({ steps, memory }, n) =>
        steps === network.machines[n]?.steps &&
        Buffer.compare(memory.bytes, network.machines[n]?.memory.bytes ?? new Uint8Array()) === 0,
    ),
  );
}

await giveIfMain(import.meta.url, lesson);

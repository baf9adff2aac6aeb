/** Strangers and bad peers: refused, at bounded cost, and the host goes on. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { MemoryShelf } from '../../../vmm/hosting/keep/shelf.ts';
import { encodeFrame, FRAME_HEADER, FRAME_VERSION } from '../../../vmm/wire/frame.ts';
import type { Connection, ConnectionEvents } from '../../../vmm/wire/connection.ts';
import { encodeAs } from '../../../vmm/wire/codec.ts';
import { LONGEST, MESSAGE, shapes } from '../../../vmm/wire/messages.ts';
import { gmac } from '../../../vmm/wire/node-seal.ts';
import { checksum } from '../../../vmm/wire/seal.ts';
import { Channel } from '../../../vmm/wire/channel.ts';
import { Random } from '../../property/random.ts';
import { seed } from '../../property/seed.ts';
import { movables } from './busy.ts';
import { policies, World } from './world.ts';
import { mostStrangers } from '../../../vmm/wire/strangers.ts';

const key = new Uint8Array(32).fill(7);

const noise = new Random(seed, 1);

function randomBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, () => noise.below(256));
}

/** More than a greeting may take (channel.ts): a damaged length there is waited for so long, and no longer. */
const pastGreeting = 6000;

/** Both ends of a line in memory; what is sent is there at once. */
class Line implements Connection {
  readonly peer = 'the test';
  readonly backlog = 0;
  other: Line | undefined;
  events: ConnectionEvents | undefined;
  isOver = false;
  readonly got: Uint8Array[] = [];

  listen(events: ConnectionEvents): void {
    this.events = events;
  }

  send(bytes: Uint8Array): void {
    if (!this.other?.isOver) this.other?.take(bytes);
  }

  take(bytes: Uint8Array): void {
    this.got.push(bytes);
    this.events?.bytes(bytes);
  }

  close(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.other?.events?.ended('closed');
    if (this.other) this.other.isOver = true;
  }
}

function line(): [near: Line, far: Line] {
  const [near, far] = [new Line(), new Line()];
  near.other = far;
  far.other = near;
  return [near, far];
}

/** A host that runs a guest, to be bothered. */
function bothered(): World {
  const world = new World();
  world.host('a:1');
  world.start('a:1', 'busy', movables.busy.image, { ...movables.busy });
  return world;
}

function expectUnharmed(world: World): void {
  for (let n = 0; n < 30; n++) world.step();
  expect(world.difference('busy')).toBeUndefined();
  const host = world.hosts.get('a:1');
  expect([host?.slots.size, host?.targets.size]).toEqual([1, 0]);
}

/** Connects as somebody who knows the key. */
function friend(world: World): {
  readonly channel: Channel;
  readonly end: Line;
  readonly messages: number[];
} {
  const [near, far] = line();
  const messages: number[] = [];
  world.hosts.get('a:1')?.accept(far);
  const channel = new Channel({
    connection: near,
    role: 'dialer',
    key,
    sealMaker: gmac,
    clock: () => world.now,
  });
  channel.begin({ message: (type) => messages.push(type), ended: () => {} });
  expect(channel.isOpen).toBe(true);
  return { channel, end: far, messages };
}

/** A batch (image/batch.ts): entries of a unit and where its contents are, and the contents. */
function batchOf(entries: readonly (readonly [unit: number, from: number])[], contents = 0): Buffer {
  const batch = Buffer.alloc(8 + contents * 4096 + entries.length * 8);
  batch.writeUInt32LE(entries.length, 0);
  batch.writeUInt32LE(contents, 4);
  let at = 8 + contents * 4096;
  for (const word of entries.flat()) at = batch.writeUInt32LE(word, at);
  return batch;
}

const [RAW, ZERO] = [0xffffffff, 0xfffffffe];

const reserve = {
  id: 'ab'.repeat(16),
  guest: {
    name: 'visitor',
    variant: { name: 'ring32-v', unprivileged: [], cpuid: 0 },
    memory: 2 ** 16,
    sectors: 0,
    disk: null,
    diskIdentity: null,
    network: null,
    devices: ['console'],
  },
  epoch: 1,
  mode: 'pre-copy',
  withStorage: false,
  ownDisk: false,
  held: false,
  printed: 0,
  from: 'b:1',
  stateVersion: 1,
} as const;

describe('A stranger', () => {
  it.each([
    [
      'speaks another protocol',
      () => Buffer.from('GET / HTTP/1.1\r\nHost: ringlab\r\nAccept: text/html\r\n\r\n'),
    ],
    ['sends random bytes', () => randomBytes(4096)],
    [
      'asks for a payload of 4 GiB',
      () => {
        const frame = Buffer.from(encodeFrame(MESSAGE.HELLO, 0, checksum));
        frame.writeUInt32LE(0xffffffff, 12);
        return frame;
      },
    ],
    [
      'sends more than a stranger may',
      () => encodeFrame(MESSAGE.HELLO, 0, checksum, new Uint8Array(LONGEST.STRANGER + 1)),
    ],
    [
      'begins with a reservation',
      () => encodeFrame(MESSAGE.RESERVE, 0, checksum, encodeAs(shapes.reserve, reserve)),
    ],
    [
      'proves nothing',
      () => encodeFrame(MESSAGE.PROOF, 0, checksum, encodeAs(shapes.proof, { proof: randomBytes(32) })),
    ],
  ])('that %s is cut off', (_, bytes) => {
    const world = bothered();
    const [near, far] = line();
    world.hosts.get('a:1')?.accept(far);
    near.send(bytes());
    expect(far.isOver).toBe(true);
    expect(near.got).toEqual([]);
    expectUnharmed(world);
  });

  it.each([1, FRAME_VERSION + 1])(
    'that speaks version %i is cut off, and told which one is spoken here',
    (version) => {
      const world = bothered();
      const [near, far] = line();
      world.hosts.get('a:1')?.accept(far);
      const hello = Buffer.from(
        encodeFrame(MESSAGE.HELLO, 0, checksum, encodeAs(shapes.hello, { nonce: randomBytes(32) })),
      );
      hello[4] = version;
      near.send(hello);
      expect(far.isOver).toBe(true);
      expect(near.got.map((frame) => [frame.length, frame[4]])).toEqual([[FRAME_HEADER, FRAME_VERSION]]);
      expectUnharmed(world);
    },
  );

  it.each([
    [
      'speaks another version',
      (far: Line) => far.send(Buffer.from(encodeFrame(MESSAGE.REFUSED, 0, checksum)).fill(1, 4, 5)),
      "it speaks version 1 of ringlab's protocol",
    ],
    [
      'ends without a word',
      (far: Line) => far.close(),
      "does it speak another version of ringlab's protocol?",
    ],
  ] as const)('that is dialed and %s is what the user is told of', (_, answer, told) => {
    const [near, far] = line();
    far.listen({ bytes: () => answer(far), ended: () => {} });
    let reason = '';
    const channel = new Channel({ connection: near, role: 'dialer', key, sealMaker: gmac, clock: () => 0 });
    channel.begin({ ended: (why) => (reason = why) });
    expect(reason).toContain(told);
  });

  it('that says nothing is cut off after a while, the oldest first when there are many, and a friend is heard', () => {
    const world = bothered();
    const strangers = (count: number) =>
      Array.from({ length: count }, () => {
        const [, far] = line();
        world.hosts.get('a:1')?.accept(far);
        return far;
      });
    const ends = strangers(mostStrangers + 44);
    expect(ends.findIndex(({ isOver }) => !isOver)).toBe(44);
    const { channel } = friend(world);
    strangers(200);
    expect(channel.isOpen).toBe(true);
    expect(ends.filter(({ isOver }) => isOver)).toHaveLength(245);
    // The friend is the oldest by now, and the only one that has said something.
    strangers(2 * mostStrangers);
    expect(channel.isOpen).toBe(true);
    world.now += 6000;
    world.step();
    expect(ends.every(({ isOver }) => isOver)).toBe(true);
    expectUnharmed(world);
  });

  it('that replays what a friend said gets nowhere', () => {
    const world = bothered();
    const { end } = friend(world);
    const [near, far] = line();
    world.hosts.get('a:1')?.accept(far);
    for (const chunk of end.got) near.send(chunk);
    expect(far.isOver).toBe(true);
    expectUnharmed(world);
  });
});

describe('Somebody who has the key and means ill', () => {
  const nonsense: readonly (readonly [string, number, Uint8Array])[] = [
    ['a message that there is not', 200, new Uint8Array()],
    ['a reservation of no form', MESSAGE.RESERVE, randomBytes(100)],
    [
      'a reservation with a path for a name',
      MESSAGE.RESERVE,
      Buffer.from(encodeAs(shapes.reserve, reserve)).toString('latin1').includes('visitor')
        ? Buffer.from(
            Buffer.from(encodeAs(shapes.reserve, reserve)).toString('latin1').replace('visitor', '../../x'),
            'latin1',
          )
        : new Uint8Array(),
    ],
    ['pages before anything', MESSAGE.PAGES, randomBytes(64)],
    ['a commitment before anything', MESSAGE.COMMIT, new Uint8Array()],
    ['a question without an id', MESSAGE.ASK, new Uint8Array()],
  ];

  it.each(nonsense)('is cut off for %s', (_, type, payload) => {
    const world = bothered();
    const { channel, end } = friend(world);
    channel.send(type, payload);
    expect(end.isOver).toBe(true);
    expectUnharmed(world);
  });

  it.each([
    ['asks for more memory than there is', { guest: { ...reserve.guest, memory: 2 ** 30 } }],
    ['brings a guest of a name that is taken', { guest: { ...reserve.guest, name: 'busy' } }],
    ['names a disk that is not there', { guest: { ...reserve.guest, disk: 'nowhere', sectors: 8 } }],
    ['brings a guest with a device that nobody has', { guest: { ...reserve.guest, devices: ['tape'] } }],
    ['brings a state of another version', { stateVersion: 9 }],
  ])('is refused when it %s', (_, other) => {
    const world = bothered();
    const { channel, messages } = friend(world);
    channel.send(MESSAGE.RESERVE, encodeAs(shapes.reserve, { ...reserve, ...other }));
    expect(messages).toEqual([MESSAGE.REFUSED]);
    expectUnharmed(world);
  });

  it.each([
    ['units that the guest has not', batchOf([[255, ZERO]])],
    [
      'a run of units that ends past the last',
      batchOf([
        [15, ZERO],
        [16, ZERO],
      ]),
    ],
    ['a repetition of a unit that the guest has not', batchOf([[0, 16]])],
    ['a batch that is cut short', Buffer.from([9, 0, 0, 0])],
    ['fewer entries than it says', batchOf([[0, ZERO]]).fill(2, 0, 1)],
    ['more entries than there may be', batchOf([[0, ZERO]]).fill(255, 0, 4)],
    ['more contents than there may be', batchOf([[0, ZERO]]).fill(255, 4, 8)],
    ['contents that are not there', batchOf([[0, RAW]])],
    ['contents of no unit', batchOf([[0, ZERO]], 1)],
    ['a batch with something behind it', Buffer.concat([batchOf([[0, ZERO]]), Buffer.alloc(1)])],
    ['an empty batch', batchOf([])],
  ])('reserves a place, sends %s, and the place is free again', (_, batch) => {
    const world = bothered();
    const { channel, messages, end } = friend(world);
    channel.send(MESSAGE.RESERVE, encodeAs(shapes.reserve, reserve));
    world.step();
    expect(messages).toEqual([MESSAGE.RESERVED]);
    channel.send(MESSAGE.PAGES, batch);
    expect(end.isOver).toBe(true);
    expectUnharmed(world);
  });

  it('sends a state that is none, or never sends all pages, and nothing comes of it', () => {
    for (const isWhole of [false, true]) {
      const world = bothered();
      const { channel, messages } = friend(world);
      channel.send(MESSAGE.RESERVE, encodeAs(shapes.reserve, reserve));
      world.step();
      const batch = batchOf(Array.from({ length: isWhole ? 16 : 15 }, (_, unit) => [unit, ZERO] as const));
      channel.send(MESSAGE.PAGES, batch);
      channel.send(MESSAGE.STOPPED);
      channel.send(MESSAGE.STATE, randomBytes(300));
      const digest = createHash('md5').digest().readUInt32LE();
      channel.send(MESSAGE.END, encodeAs(shapes.end, { steps: 0, printed: 0, digest }));
      expect(messages).toEqual([MESSAGE.RESERVED]);
      expectUnharmed(world);
    }
  });

  it(`damages any one byte of what it says, and the host goes on (seed ${seed})`, () => {
    const random = new Random(seed);
    for (let n = 0; n < 60; n++) {
      const world = new World();
      for (const host of ['a:1', 'b:1']) world.host(host);
      world.start('a:1', 'busy', movables.busy.image, { ...movables.busy });
      let left = random.below(40);
      const at = random.pick(['a:1', 'b:1']);
      world.fault = (chunk, from) => {
        if (from !== at || left-- !== 0) return [chunk];
        const place = random.below(Math.min(chunk.length, FRAME_HEADER * 4));
        chunk[place] = (chunk[place] as number) ^ (1 << random.below(8));
        return [chunk];
      };
      world.hosts.get('a:1')?.send('busy', 'b:1', policies['pre-copy'] as never);
      for (let m = 0; m < 60; m++) world.step();
      world.fault = undefined;
      const isQuiet = () =>
        [...world.hosts.values()].every(({ sources, targets }) => sources.size + targets.size === 0);
      expect(world.until(isQuiet, pastGreeting)).toBe(true);
      expect(world.difference('busy')).toBeUndefined();
    }
  });

  it('floods a host with migrations that it never ends: they hold no more memory than there is', () => {
    const world = bothered();
    const channels = Array.from({ length: 300 }, (_, n) => {
      const { channel, messages } = friend(world);
      channel.send(
        MESSAGE.RESERVE,
        encodeAs(shapes.reserve, {
          ...reserve,
          id: n.toString(16).padStart(32, '0'),
          guest: { ...reserve.guest, name: `g${n}` },
        }),
      );
      return messages;
    });
    world.step();
    expect(channels.filter(([answer]) => answer === MESSAGE.RESERVED).length).toBe(
      (2 ** 24 - 2 ** 17) / 2 ** 16,
    );
    for (let n = 0; n < 300; n++) world.step();
    expectUnharmed(world);
  });
});

describe('A shelf', () => {
  it('with a damaged register is told, and nothing is taken for a guest', () => {
    const world = bothered();
    const shelf = world.shelves.get('a:1') as MemoryShelf;
    const good = shelf.read('busy.guest') as Uint8Array;
    world.kill('a:1');
    for (let at = 0; at < good.length; at++) {
      const bad = good.slice();
      bad[at] = (bad[at] as number) ^ 0x10;
      shelf.put('busy.guest', bad);
      expect(() => world.host('a:1')).toThrow(/busy\.guest: /);
      world.hosts.delete('a:1');
      shelf.put('busy.guest', good.slice(0, at));
      expect(() => world.host('a:1')).toThrow(/busy\.guest: /);
      world.hosts.delete('a:1');
    }
  });
});

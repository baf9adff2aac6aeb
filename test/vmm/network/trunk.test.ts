/** Trunks: switches of two hosts are as one, and a guest that moves between them loses nothing. */
import { describe, expect, it } from 'vitest';
import { addressNumber, BROADCAST } from '../../../vmm/network/frame.ts';
import { GuestPort } from '../../../vmm/network/guest-port.ts';
import { Switch } from '../../../vmm/network/switch.ts';
import { BACKLOG_MAX, Trunk, TRUNK, type TrunkChannel } from '../../../vmm/network/trunk.ts';

/** One end of a line in memory: what is sent waits until `carry`. */
class End implements TrunkChannel {
  readonly peer: string;
  backlog = 0;
  closed = false;
  readonly #sent: [number, Uint8Array][] = [];

  constructor(peer: string) {
    this.peer = peer;
  }

  send(type: number, payload = new Uint8Array()): void {
    this.#sent.push([type, payload.slice()]);
  }

  close(): void {
    this.closed = true;
  }

  /** Hands what was sent to the other side; how many messages. */
  carry(to: Trunk): number {
    const sent = this.#sent.splice(0);
    for (const [type, payload] of sent) to.message(type, payload);
    return sent.length;
  }
}

/** Two switches and a trunk between them. */
function twoHosts() {
  const switches = [new Switch(), new Switch()] as const;
  const ends = [new End('b'), new End('a')] as const;
  const trunks = [new Trunk(switches[0], ends[0]), new Trunk(switches[1], ends[1])] as const;
  /** Lets everything arrive that is under way. */
  const settle = () => {
    while (ends[0].carry(trunks[1]) + ends[1].carry(trunks[0]) > 0);
  };
  return { switches, ends, trunks, settle };
}

function guest() {
  const got: number[] = [];
  const deliver = (frame: Uint8Array) => {
    got.push(frame[14] as number);
    return true;
  };
  return { deliver, marks: () => got.splice(0) };
}

function frameBetween(from: Uint8Array, to: Uint8Array, mark: number): Uint8Array {
  const frame = new Uint8Array(60);
  frame.set(to);
  frame.set(from, 6);
  frame.set([0x88, 0xb5, mark], 12);
  return frame;
}

const [one, two, three] = [1, 2, 3].map(addressNumber) as [Uint8Array, Uint8Array, Uint8Array];

function running(joined: Switch, address: Uint8Array) {
  const port = new GuestPort(joined, address);
  const runs = guest();
  port.run(runs);
  const send = (to: Uint8Array, mark: number) => port.send(frameBetween(address, to, mark), 0);
  return { port, send, ...runs };
}

describe('A trunk', () => {
  it('makes two switches one: frames reach guests of the other host, and only what is for them', () => {
    const { switches, ends, trunks, settle } = twoHosts();
    const [a, b, c] = [running(switches[0], one), running(switches[1], two), running(switches[0], three)];
    a.send(BROADCAST, 1);
    settle();
    b.send(one, 2);
    settle();
    a.send(three, 3);
    settle();
    expect([a.marks(), b.marks(), c.marks()]).toEqual([[2], [1], [1, 3]]);
    c.send(one, 4);
    expect(ends[0].carry(trunks[1])).toBe(0);
    expect(a.marks()).toEqual([4]);
  });

  it('has frames follow a guest to the other host, once each, whenever its announcement comes', () => {
    for (const late of [false, true]) {
      const { switches, settle } = twoHosts();
      const moving = running(switches[0], one);
      const [near, far] = [running(switches[0], two), running(switches[1], three)];
      moving.port.announce();
      settle();
      const next = new GuestPort(switches[1], one);
      const there = guest();

      moving.port.hold();
      near.send(one, 1);
      far.send(one, 2);
      near.send(BROADCAST, 3);
      settle();
      moving.port.depart();
      near.send(one, 4);
      next.run(there);
      next.announce();
      if (late) near.send(one, 5);
      settle();
      if (!late) near.send(one, 5);
      far.send(one, 6);
      settle();

      expect(there.marks().toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
      expect([moving.marks(), near.marks(), far.marks()]).toEqual([[], [], [3]]);
    }
  });

  it('drops frames while the other side is slow, and keeps to its bound', () => {
    const { switches, ends, trunks } = twoHosts();
    const a = running(switches[0], one);
    ends[0].backlog = BACKLOG_MAX + 1;
    a.send(BROADCAST, 1);
    ends[0].backlog = 0;
    a.send(BROADCAST, 2);
    expect(trunks[0].dropped).toBe(1);
    expect(ends[0].carry(trunks[1])).toBe(1);
  });

  it.each([
    ['a frame that is too short', TRUNK.FRAME, 13],
    ['a frame that is too long', TRUNK.FRAME, 1515],
    ['a frame that follows nobody', TRUNK.FOLLOWS, 19],
    ['an address that is none', TRUNK.ADDRESS, 5],
    ['an unknown message', 17, 60],
  ])('ends for %s, and its switch forgets what was behind it', (_, type, length) => {
    const { switches, ends, trunks, settle } = twoHosts();
    const [, b] = [running(switches[0], one), running(switches[1], two)];
    b.send(BROADCAST, 1);
    settle();
    const ended: string[] = [];
    trunks[0].onEnd = (reason) => ended.push(reason);
    trunks[0].message(type, new Uint8Array(length));
    trunks[0].message(TRUNK.FRAME, frameBetween(two, one, 2));
    expect(ended.length).toBe(1);
    expect([ends[0].closed, switches[0].stationOf(two)]).toEqual([true, undefined]);
    expect(switches[0].stations).not.toContain(trunks[0]);
  });

  it('offers the other side an address', () => {
    const { ends, trunks } = twoHosts();
    const offered: Uint8Array[] = [];
    trunks[1].onAddress = (address) => offered.push(address);
    trunks[0].offer(three);
    ends[0].carry(trunks[1]);
    expect(offered).toEqual([three]);
  });
});

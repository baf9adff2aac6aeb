/** The switch: learning, floods, a guest that moves; frames that wait for a guest that is stopped. */
import { describe, expect, it } from 'vitest';
import {
  addressNumber,
  announcement,
  BROADCAST,
  formatAddress,
  formatPayload,
  parseAddress,
} from '../../../vmm/network/frame.ts';
import { GuestPort, HELD_MAX } from '../../../vmm/network/guest-port.ts';
import { type Passing, type Station, Switch } from '../../../vmm/network/switch.ts';

/** A station that keeps what it gets. */
class Host implements Station {
  readonly name: string;
  readonly kind: 'guest' | 'trunk';
  readonly got: Passing[] = [];

  constructor(joined: Switch, name: string, kind: 'guest' | 'trunk' = 'guest') {
    this.name = name;
    this.kind = kind;
    joined.join(this);
  }

  take(passing: Passing): void {
    this.got.push(passing);
  }

  /** The marks of the frames it got since it was asked last. */
  marks(): readonly number[] {
    return this.got.splice(0).map(({ frame }) => frame[14] as number);
  }
}

function frameBetween(from: Uint8Array, to: Uint8Array, mark: number): Uint8Array {
  const frame = new Uint8Array(60);
  frame.set(to);
  frame.set(from, 6);
  frame.set([0x88, 0xb5, mark], 12);
  return frame;
}

const [one, two, three] = [1, 2, 3].map(addressNumber) as [Uint8Array, Uint8Array, Uint8Array];

function threeHosts() {
  const joined = new Switch();
  const hosts = ['a', 'b', 'c'].map((name) => new Host(joined, name)) as [Host, Host, Host];
  const pass = (from: Host, source: Uint8Array, to: Uint8Array, mark: number) =>
    joined.pass(from, { frame: frameBetween(source, to, mark), at: mark });
  return { joined, hosts, pass, marks: () => hosts.map((host) => host.marks()) };
}

describe('The switch', () => {
  it('hands a frame to an unknown address to all but its sender, and to a known one to that alone', () => {
    const {
      joined,
      hosts: [a, b],
      pass,
      marks,
    } = threeHosts();
    pass(a, one, two, 1);
    expect(marks()).toEqual([[], [1], [1]]);
    pass(b, two, one, 2);
    expect(marks()).toEqual([[2], [], []]);
    pass(a, one, two, 3);
    expect(marks()).toEqual([[], [3], []]);
    expect(joined.counts).toEqual({ flooded: 1, forwarded: 2, filtered: 0, tagged: 0 });
  });

  it('hands frames to everybody and to groups to all but their sender, always', () => {
    const {
      hosts: [a, b],
      pass,
      marks,
    } = threeHosts();
    pass(b, two, BROADCAST, 1);
    pass(a, one, BROADCAST, 2);
    pass(a, one, Uint8Array.of(0x33, 0x33, 0, 0, 0, 1), 3);
    expect(marks()).toEqual([[1], [2, 3], [1, 2, 3]]);
  });

  it('does not send a frame back to where it came from, though its receiver is there too', () => {
    const {
      joined,
      hosts: [a],
      pass,
      marks,
    } = threeHosts();
    pass(a, one, BROADCAST, 1);
    pass(a, two, BROADCAST, 2);
    marks();
    pass(a, one, two, 3);
    expect(marks()).toEqual([[], [], []]);
    expect(joined.counts.filtered).toBe(1);
  });

  it('learns where an address is from the frame that came last, and forgets a station that left', () => {
    const {
      joined,
      hosts: [a, b, c],
      pass,
      marks,
    } = threeHosts();
    pass(a, one, BROADCAST, 1);
    pass(b, one, BROADCAST, 2);
    marks();
    pass(c, three, one, 3);
    expect(marks()).toEqual([[], [3], []]);
    joined.leave(b);
    pass(c, three, one, 4);
    expect(marks()).toEqual([[4], [], []]);
  });

  it('takes nothing from a station that has left', () => {
    const {
      joined,
      hosts: [a],
      pass,
      marks,
    } = threeHosts();
    joined.leave(a);
    pass(a, one, BROADCAST, 1);
    expect(marks()).toEqual([[], [], []]);
    expect(joined.stationOf(one)).toBeUndefined();
  });

  it('learns nothing from a source that is no station: a group', () => {
    const {
      joined,
      hosts: [a],
      pass,
    } = threeHosts();
    pass(a, BROADCAST, one, 1);
    expect(joined.stationOf(BROADCAST)).toBeUndefined();
  });

  it('keeps to a bounded number of addresses, whatever it is sent', () => {
    const {
      joined,
      hosts: [a],
      pass,
    } = threeHosts();
    for (let n = 1; n <= 5000; n++) pass(a, addressNumber(n), BROADCAST, n & 255);
    expect(joined.stationOf(addressNumber(1))).toBeUndefined();
    expect(joined.stationOf(addressNumber(5000))).toBe(a);
  });

  it('tells whoever listens every frame, from whom and to whom', () => {
    const {
      joined,
      hosts: [a],
      pass,
    } = threeHosts();
    const told: string[] = [];
    joined.onFrame = (from, { frame }, to) =>
      told.push(`${from.name} > ${to.map(({ name }) => name).join()}: ${formatPayload(frame, 5)}`);
    pass(a, one, BROADCAST, 65);
    expect(told).toEqual(['a > b,c: A....']);
  });
});

/** A guest that keeps what is delivered. */
function guest() {
  const got: { mark: number; at: number | undefined }[] = [];
  const deliver = (frame: Uint8Array, at?: number) => {
    got.push({ mark: frame[14] as number, at });
    return true;
  };
  return { got, deliver, marks: () => got.splice(0).map(({ mark }) => mark) };
}

describe('The port of a guest', () => {
  const place = () => {
    const joined = new Switch();
    const peer = new Host(joined, 'peer');
    const port = new GuestPort(joined, one);
    const send = (to: Uint8Array, mark: number) =>
      joined.pass(peer, { frame: frameBetween(two, to, mark), at: undefined });
    return { joined, peer, port, send, runs: guest() };
  };

  it('takes nothing before the guest is there, and then what is for it', () => {
    const { port, send, runs } = place();
    send(one, 1);
    port.run(runs);
    for (const [n, to] of [one, three, BROADCAST].entries()) send(to, 2 + n);
    expect(runs.marks()).toEqual([2, 4]);
  });

  it('keeps frames while the guest is stopped, in their order; they arrive when it goes on', () => {
    const { port, send, runs } = place();
    port.run(runs);
    port.hold();
    for (const mark of [1, 2, 3]) send(one, mark);
    expect([runs.marks(), port.waiting]).toEqual([[], 3]);
    port.run(runs);
    send(one, 4);
    expect([runs.marks(), port.waiting]).toEqual([[1, 2, 3, 4], 0]);
  });

  it('keeps a bounded number of them and counts what is lost', () => {
    const { port, send } = place();
    port.hold();
    for (let n = 0; n < HELD_MAX + 5; n++) send(one, n & 255);
    expect([port.waiting, port.lost]).toEqual([HELD_MAX, 5]);
  });

  it.each([
    ['before', 'the announcement'],
    ['after', 'the announcement'],
  ])('that departs %s %s has waiting frames follow the guest to its new place, once each', (when) => {
    const { joined, peer, port, send, runs } = place();
    port.run(runs);
    port.announce();
    const bystander = guest();
    new GuestPort(joined, three).run(bystander);
    const next = new GuestPort(joined, one, 'next');
    const there = guest();

    port.hold();
    send(one, 1);
    send(BROADCAST, 2);
    if (when === 'before') port.depart();
    send(one, 3);
    next.run(there);
    next.announce();
    if (when === 'after') port.depart();
    send(one, 4);

    expect(there.marks()).toEqual([1, 2, 3, 4]);
    expect(runs.marks()).toEqual([]);
    expect(bystander.marks()).toEqual([2]);
    expect(peer.got).toEqual([]);
    expect(joined.stationOf(one)).toBe(next);
    expect(joined.stations).not.toContain(port);
  });

  it('follows a guest that never sent anything before it moved, so that no switch knew it', () => {
    const { joined, port, send } = place();
    port.hold();
    send(one, 1);
    port.depart();
    const next = new GuestPort(joined, one, 'next');
    const there = guest();
    next.run(there);
    next.announce();
    expect(there.marks()).toEqual([1]);
  });

  it('takes its guest back when the move came to nothing, with all that waited', () => {
    const { joined, port, send, runs } = place();
    port.run(runs);
    const next = new GuestPort(joined, one, 'next');
    port.hold();
    send(one, 1);
    next.close();
    port.run(runs);
    send(one, 2);
    expect(runs.marks()).toEqual([1, 2]);
  });
});

describe('Announcements', () => {
  it('teach every switch behind the next, and reach no guest', () => {
    const [left, right] = [new Switch(), new Switch()];
    const ends = [new Host(left, 'to right', 'trunk'), new Host(right, 'to left', 'trunk')] as [Host, Host];
    ends[0].take = (passing) => right.pass(ends[1], passing);
    ends[1].take = (passing) => left.pass(ends[0], passing);
    const there = [new Host(left, 'a'), new Host(right, 'b')];
    const port = new GuestPort(right, one);
    port.announce();
    expect(left.stationOf(one)).toBe(ends[0]);
    expect(right.stationOf(one)).toBe(port);
    expect(there.map((host) => host.marks())).toEqual([[], []]);
  });

  it('are reverse ARP about oneself, to everybody', () => {
    const frame = announcement(one);
    expect([...frame.subarray(0, 22)]).toEqual([...BROADCAST, ...one, 0x80, 0x35, 0, 1, 8, 0, 6, 4, 0, 3]);
    expect([frame.subarray(22, 28), frame.subarray(32, 38)]).toEqual([one, one]);
  });
});

describe('Addresses', () => {
  it('are written as six pairs of hexadecimal digits, of a single station', () => {
    expect(formatAddress(addressNumber(0x1234))).toBe('02:00:00:00:12:34');
    expect(parseAddress('02:00:00:00:12:34')).toEqual(addressNumber(0x1234));
    for (const text of [
      '',
      '02:00',
      '02:00:00:00:12:3g',
      '03:00:00:00:00:01',
      '00:00:00:00:00:00',
      '02-00-00-00-00-01',
    ])
      expect(parseAddress(text)).toBeUndefined();
  });
});

/** VLANs: networks on one switch that cannot hear each other; tags between switches and in captures. */
import { describe, expect, it } from 'vitest';
import { viewOf } from '../../../isa/machine/bytes.ts';
import { addressNumber, BROADCAST } from '../../../vmm/network/frame.ts';
import { GuestPort } from '../../../vmm/network/guest-port.ts';
import { capturedFrame, captureHeader } from '../../../vmm/network/pcap.ts';
import { Switch } from '../../../vmm/network/switch.ts';
import { Trunk, TRUNK, type TrunkChannel } from '../../../vmm/network/trunk.ts';
import { parseGroups, tagged, untagged } from '../../../vmm/network/vlan.ts';

function frameBetween(from: Uint8Array, to: Uint8Array, mark: number, kind = 0x88b5): Uint8Array {
  const frame = new Uint8Array(60);
  frame.set(to);
  frame.set(from, 6);
  frame.set([kind >>> 8, kind & 255, mark], 12);
  return frame;
}

const [one, two] = [1, 2].map(addressNumber) as [Uint8Array, Uint8Array];
const [red, blue] = [5, 6];

/** A guest at a switch that remembers the marks of what it gets. */
function guest(joined: Switch, address: Uint8Array, vlan?: number) {
  const got: number[] = [];
  const port = new GuestPort(joined, address, 'guest', vlan);
  port.run({
    deliver: (frame) => {
      got.push(frame[14] as number);
      return true;
    },
  });
  return { port, marks: () => got.splice(0) };
}

/** One end of a line between two switches; what is sent arrives at once. */
class End implements TrunkChannel {
  readonly peer = 'peer';
  readonly backlog = 0;
  isClosed = false;
  readonly sent: Uint8Array[] = [];
  to: Trunk | undefined;

  send(type: number, payload = new Uint8Array()): void {
    this.sent.push(payload.slice());
    this.to?.message(type, payload);
  }

  close(): void {
    this.isClosed = true;
  }
}

/** Two hosts, each with a switch, and a trunk between them. */
function twoHosts() {
  const switches = [new Switch(), new Switch()] as const;
  const ends = [new End(), new End()] as const;
  const trunks = [new Trunk(switches[0], ends[0]), new Trunk(switches[1], ends[1])] as const;
  ends[0].to = trunks[1];
  ends[1].to = trunks[0];
  return { switches, ends, trunks };
}

describe('Two networks on one switch', () => {
  it('cannot hear each other, not even with the same addresses', () => {
    const joined = new Switch();
    const vlans = [red, blue, undefined] as const;
    const guests = vlans.map((vlan) => [guest(joined, one, vlan), guest(joined, two, vlan)] as const);
    const marks = () => guests.map((pair) => pair.map((side) => side.marks()));
    for (const [n, [from]] of guests.entries()) from.port.send(frameBetween(one, BROADCAST, n + 1), 0);
    expect(marks()).toEqual([
      [[], [1]],
      [[], [2]],
      [[], [3]],
    ]);
    for (const [n, [, from]] of guests.entries()) from.port.send(frameBetween(two, one, n + 4), 0);
    expect(marks()).toEqual([
      [[4], []],
      [[5], []],
      [[6], []],
    ]);
    expect(joined.counts).toMatchObject({ flooded: 3, forwarded: 3 });
  });

  it('cannot be reached by a guest that tags its frames itself', () => {
    const { switches, ends } = twoHosts();
    const [far, near] = [guest(switches[1], two, red), guest(switches[0], addressNumber(3), red)];
    for (const vlan of [undefined, blue]) {
      const { port } = guest(switches[0], one, vlan);
      port.send(tagged(frameBetween(one, BROADCAST, 1), red), 0);
      port.send(tagged(tagged(frameBetween(one, BROADCAST, 1), red), blue), 0);
    }
    expect([far.marks(), near.marks(), ends[0].sent]).toEqual([[], [], []]);
    expect(switches[0].counts.tagged).toBe(4);
  });
});

describe('A trunk between two hosts', () => {
  it('carries the frames of a VLAN with its tag, and those of no VLAN as they are', () => {
    const { switches, ends } = twoHosts();
    const [a, b] = [guest(switches[0], one, red), guest(switches[1], two, red)];
    const others = [guest(switches[1], two, blue), guest(switches[1], two)];
    const frame = frameBetween(one, two, 1);
    a.port.send(frame, 0);
    expect(ends[0].sent).toEqual([tagged(frame, red)]);
    expect([...(ends[0].sent[0] ?? new Uint8Array()).subarray(12, 18)]).toEqual([
      0x81,
      0,
      0,
      red,
      0x88,
      0xb5,
    ]);
    expect(b.marks()).toEqual([1]);
    expect(others.map((other) => other.marks())).toEqual([[], []]);
    const plain = guest(switches[0], one);
    plain.port.send(frame, 0);
    expect(ends[0].sent[1]).toEqual(frame);
    expect(others.map((other) => other.marks())).toEqual([[], [1]]);
  });

  it('lets the frames of a guest that moves follow it in its VLAN alone', () => {
    const { switches } = twoHosts();
    const sender = guest(switches[0], one, red);
    const source = guest(switches[0], two, red);
    const other = guest(switches[1], two, blue);
    source.port.announce();
    source.port.depart();
    sender.port.send(frameBetween(one, two, 1), 0);
    other.port.announce();
    expect(source.port.waiting).toBe(1);
    const target = guest(switches[1], two, red);
    target.port.announce();
    expect([target.marks(), other.marks(), source.port.waiting]).toEqual([[1], [], 0]);
  });

  it('drops a frame of a VLAN that cannot be; a tag that only gives a priority is taken off', () => {
    const { switches, ends, trunks } = twoHosts();
    const sides = [guest(switches[0], one), guest(switches[0], one, red)];
    trunks[0].message(TRUNK.FRAME, tagged(frameBetween(two, BROADCAST, 1), 4095));
    trunks[0].message(TRUNK.FRAME, tagged(frameBetween(two, BROADCAST, 2), 0x6000));
    trunks[0].message(TRUNK.FRAME, tagged(frameBetween(two, BROADCAST, 3), 0x6000 + red));
    trunks[0].message(TRUNK.FRAME, frameBetween(two, BROADCAST, 4, 0x8100).subarray(0, 14));
    expect(sides.map((side) => side.marks())).toEqual([[2], [3]]);
    expect(ends[0].isClosed).toBe(false);
    trunks[0].message(TRUNK.FRAME, new Uint8Array(1515));
    expect(ends[0].isClosed).toBe(true);
  });
});

describe('A tag', () => {
  it('is put in and taken off without a trace', () => {
    const frame = frameBetween(one, two, 1);
    expect(untagged(tagged(frame, 4094))).toEqual({ frame, vlan: 4094 });
    expect(untagged(tagged(frame, 0))).toEqual({ frame, vlan: 0 });
  });
});

describe('Port groups', () => {
  it('are names with numbers of VLANs', () => {
    expect(parseGroups('red=5,blue=4094')).toEqual(
      new Map([
        ['red', 5],
        ['blue', 4094],
      ]),
    );
    for (const [text, reason] of [
      ['red', 'red: expected a name and the number of a VLAN from 1 to 4094, like red=5'],
      ['red=0', 'red=0: expected a name'],
      ['red=4095', 'red=4095: expected a name'],
      ['red=1,red=2', 'red is there twice'],
    ] as const)
      expect(parseGroups(text)).toContain(reason);
  });
});

describe('A capture', () => {
  it("is in libpcap's format: Ethernet, times in microseconds, tags in frames of a VLAN", () => {
    const header = viewOf(captureHeader());
    expect([0, 16, 20].map((at) => header.getUint32(at, true))).toEqual([0xa1b2c3d4, 1518, 1]);
    const frame = frameBetween(one, two, 1);
    const captured = capturedFrame(2_000_003, frame, red);
    const view = viewOf(captured);
    expect([0, 4, 8, 12].map((at) => view.getUint32(at, true))).toEqual([2, 3, 64, 64]);
    expect(captured.subarray(16)).toEqual(tagged(frame, red));
    expect(capturedFrame(0, frame).subarray(16)).toEqual(frame);
  });
});

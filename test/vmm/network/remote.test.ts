/** Switches of several processes: who knows the key is a member, who does not is nobody. */
import { describe, expect, it } from 'vitest';
import type { Connection, ConnectionEvents } from '../../../vmm/wire/connection.ts';
import { addressNumber, BROADCAST, formatAddress } from '../../../vmm/network/frame.ts';
import { GuestPort } from '../../../vmm/network/guest-port.ts';
import { joinSwitch, Members } from '../../../vmm/network/remote.ts';
import { Switch } from '../../../vmm/network/switch.ts';
import type { Trunk } from '../../../vmm/network/trunk.ts';
import fc from '../../property/fast-check.ts';
import { hmacSeal } from '../../../vmm/wire/seal.ts';
import { mostStrangers } from '../../../vmm/wire/strangers.ts';

/** One end of a connection in memory. */
class End implements Connection {
  readonly peer: string;
  readonly backlog = 0;
  other: End | undefined;
  closed = false;
  readonly #queue: (() => void)[];
  #events: ConnectionEvents | undefined;

  constructor(peer: string, queue: (() => void)[]) {
    this.peer = peer;
    this.#queue = queue;
  }

  listen(events: ConnectionEvents): void {
    this.#events = events;
  }

  send(bytes: Uint8Array): void {
    const copy = bytes.slice();
    this.#queue.push(() => this.other?.take(copy));
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#queue.push(() => this.other?.end());
  }

  take(bytes: Uint8Array): void {
    if (!this.closed) this.#events?.bytes(bytes);
  }

  end(): void {
    if (this.closed) return;
    this.closed = true;
    this.#events?.ended('the other side closed the connection');
  }
}

const key = new Uint8Array(32).fill(1);

function middle() {
  const queue: (() => void)[] = [];
  const told: string[] = [];
  let now = 0;
  const clock = () => now;
  const joined = new Switch();
  const members = new Members(
    joined,
    { key, sealMaker: hmacSeal, clock },
    {
      joined: (peer) => told.push(`${peer} joined`),
      left: (peer, reason) => told.push(`${peer} left: ${reason}`),
    },
  );
  /** Lets everything arrive. */
  const settle = () => {
    for (let act = queue.shift(); act !== undefined; act = queue.shift()) act();
  };
  const connect = (name: string) => {
    const [near, far] = [new End('middle', queue), new End(name, queue)];
    near.other = far;
    far.other = near;
    members.accept(far);
    return near;
  };
  const wait = (ms: number) => {
    now += ms;
    members.tick();
  };
  return { joined, members, told, settle, connect, clock, wait };
}

/** A member with a guest, which keeps the marks of the frames it gets. */
function member({ connect, clock, settle }: ReturnType<typeof middle>, name: string, with_ = key) {
  const own = new Switch();
  const got: number[] = [];
  const ended: string[] = [];
  const made: { port?: GuestPort; trunk?: Trunk } = {};
  joinSwitch(
    own,
    connect(name),
    { key: with_, sealMaker: hmacSeal, clock },
    {
      joined: (trunk) => {
        made.trunk = trunk;
        trunk.onAddress = (address) => {
          made.port = new GuestPort(own, address);
          made.port.run({ deliver: (frame) => got.push(frame[14] as number) > 0 });
        };
      },
      ended: (reason) => ended.push(reason),
    },
  );
  settle();
  const send = (to: Uint8Array, mark: number) => {
    const frame = new Uint8Array(60);
    frame.set(to);
    frame.set(made.port?.address ?? [], 6);
    frame.set([0x88, 0xb5, mark], 12);
    made.port?.send(frame, 0);
    settle();
  };
  return { own, made, got, ended, send };
}

describe('A switch with members in other processes', () => {
  it('gives each an address, and carries their frames to where they belong', () => {
    const net = middle();
    const [a, b, c] = [member(net, 'a'), member(net, 'b'), member(net, 'c')];
    expect([a, b, c].map(({ made }) => formatAddress(made.port?.address ?? BROADCAST))).toEqual(
      [1, 2, 3].map((n) => formatAddress(addressNumber(n))),
    );
    a.send(BROADCAST, 1);
    b.send(addressNumber(1), 2);
    a.send(addressNumber(2), 3);
    expect([a.got, b.got, c.got]).toEqual([[2], [1, 3], [1]]);
    expect(net.told).toEqual(['a joined', 'b joined', 'c joined']);
  });

  it('gives nobody an address that another has brought along', () => {
    const net = middle();
    const host = member(net, 'host');
    new GuestPort(host.own, addressNumber(2)).announce();
    net.settle();
    expect(formatAddress(member(net, 'a').made.port?.address ?? BROADCAST)).toBe('02:00:00:00:00:03');
  });

  it('hands on the frames that waited for a guest which has moved to another member', () => {
    const net = middle();
    const [a, b, c] = [member(net, 'a'), member(net, 'b'), member(net, 'c')];
    a.made.port?.hold();
    c.send(addressNumber(1), 7);
    expect(a.made.port?.waiting).toBe(1);
    a.made.port?.depart();
    const got: number[] = [];
    const port = new GuestPort(b.own, addressNumber(1));
    port.run({ deliver: (frame) => got.push(frame[14] as number) > 0 });
    port.announce();
    net.settle();
    expect(got).toEqual([7]);
    expect([a.ended, b.ended, c.ended]).toEqual([[], [], []]);
  });

  it('goes on when a member leaves, and tells the others nothing', () => {
    const net = middle();
    const [a, b] = [member(net, 'a'), member(net, 'b')];
    a.send(BROADCAST, 1);
    a.made.trunk?.close();
    net.settle();
    b.send(addressNumber(1), 2);
    expect(net.joined.stations.map(({ name }) => name)).toEqual(['b']);
    expect(net.told.at(-1)).toBe('a left: the other side closed the connection');
    expect([b.ended, b.got]).toEqual([[], [1]]);
  });

  it('has its members told when it ends', () => {
    const net = middle();
    const a = member(net, 'a');
    net.members.close();
    net.settle();
    expect(a.ended).toEqual(['the other side closed the connection']);
  });

  it('takes nobody in who has another key, and tells both why', () => {
    const net = middle();
    const stranger = member(net, 'stranger', new Uint8Array(32).fill(2));
    expect(stranger.made.trunk).toBeUndefined();
    expect(stranger.ended).toEqual(['it has another key than we']);
    expect(net.joined.stations).toEqual([]);
  });

  it('sends away who does not prove itself in time, the oldest first when there are many', () => {
    const net = middle();
    const silent = Array.from({ length: mostStrangers + 44 }, (_, n) => net.connect(`silent ${n}`));
    net.settle();
    expect(silent.findIndex(({ closed }) => !closed)).toBe(44);
    expect(member(net, 'a').made.trunk).toBeDefined();
    net.wait(6000);
    net.settle();
    expect(silent.every(({ closed }) => closed)).toBe(true);
  });

  it('is harmed by nothing that a stranger sends', () => {
    const net = middle();
    const friend = member(net, 'friend');
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 5 }), (chunks) => {
        const stranger = net.connect('stranger');
        for (const chunk of chunks) stranger.send(chunk);
        stranger.close();
        net.settle();
        expect(net.joined.stations.map(({ name }) => name)).toEqual(['friend']);
      }),
      { numRuns: 200 },
    );
    expect(friend.ended).toEqual([]);
  });
});

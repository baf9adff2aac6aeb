/** The uplink: a monitor's guests on the network that the real machine is plugged into. */
import { describe, expect, it } from 'vitest';
import { Console } from '../../../isa/machine/devices/console.ts';
import type { NetworkLink } from '../../../isa/machine/devices/network.ts';
import { Machine } from '../../../isa/machine/machine.ts';
import { type Variant, variants } from '../../../isa/table/variants.ts';
import { Monitor } from '../../../vmm/monitor/monitor.ts';
import { strategies } from '../../../vmm/monitor/strategies.ts';
import { addressNumber, BROADCAST } from '../../../vmm/network/frame.ts';
import { GuestPort } from '../../../vmm/network/guest-port.ts';
import { Switch } from '../../../vmm/network/switch.ts';
import { Uplink, UPLINK_BYTES } from '../../../vmm/network/uplink.ts';
import { eager, expectUnpagedCompiled } from '../../engines/compiled.ts';
import { imageOf } from '../../guests/run.ts';
import { frameTo, Wire } from '../../isa/network-kit.ts';
import { enginesUnder } from '../kit.ts';

const memory = 2 ** 17;
const at = memory - UPLINK_BYTES;
const [one, two, outside] = [1, 2, 99].map(addressNumber) as [Uint8Array, Uint8Array, Uint8Array];

/** A real machine, plugged in, and two guests of its monitor. */
function house() {
  const wire = Object.assign(new Wire([2, 0, 0, 0, 1, 0]), { bridges: true });
  const real = new Machine({ memory, hosted: true, network: wire });
  real.memory.bytes.fill(0x5a, 0, at);
  const joined = new Switch();
  const uplink = new Uplink(joined, real, at);
  const guests = [one, two].map((address) => {
    const port = new GuestPort(joined, address);
    const got: number[] = [];
    port.run({ deliver: (frame) => got.push(frame[12] as number) > 0 });
    return { port, marks: () => got.splice(0) };
  });
  const from = (source: Uint8Array, to: Uint8Array, mark: number, length = 60) => {
    const frame = frameTo([...to], mark, length);
    frame.set(source, 6);
    frame[12] = mark;
    return frame;
  };
  /** A frame comes in from outside. */
  const come = (to: Uint8Array, mark: number, length?: number) =>
    real.deliver(from(outside, to, mark, length));
  const send = (n: number, to: Uint8Array, mark: number) =>
    guests[n]?.port.send(from([one, two][n] as Uint8Array, to, mark), 0);
  const sent = () => wire.sent.splice(0).map(({ frame }) => frame);
  return { real, uplink, send, come, sent, marks: () => guests.map(({ marks }) => marks()) };
}

describe("A monitor's uplink", () => {
  it("sends guests' frames through the real device, in their own names; time passes there", () => {
    const { real, send, sent } = house();
    for (let n = 0; n < 20; n++) send(n % 2, outside, n);
    const frames = sent();
    expect(frames.map((frame) => frame[12])).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(frames.map((frame) => frame[11])).toEqual(Array.from({ length: 20 }, (_, n) => 1 + (n % 2)));
    expect(real.steps).toBeGreaterThanOrEqual(2000);
    expect(real.pending()).toBe(0);
  });

  it('hands on what came from outside when it is asked, to the guests that it is for', () => {
    const { uplink, come, marks } = house();
    come(two, 1);
    come(BROADCAST, 2);
    come(outside, 3);
    expect(marks()).toEqual([[], []]);
    uplink.poll();
    expect(marks()).toEqual([[2], [1, 2]]);
    for (let n = 10; n < 30; n++) {
      come(one, n, 1514);
      uplink.poll();
    }
    expect(marks()[0]).toEqual(Array.from({ length: 20 }, (_, n) => 10 + n));
  });

  it('loses what comes faster than it is asked, and goes on', () => {
    const { uplink, come, marks } = house();
    for (let n = 0; n < 12; n++) come(one, n);
    uplink.poll();
    expect(marks()[0]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    come(one, 50);
    uplink.poll();
    expect(marks()[0]).toEqual([50]);
  });

  it('does not see what guests say to each other once it is known where they are', () => {
    const { send, sent, marks } = house();
    send(0, BROADCAST, 1);
    send(1, one, 2);
    send(0, two, 3);
    expect(sent().length).toBe(1);
    expect(marks()).toEqual([[2], [1, 3]]);
  });

  it("touches no memory but the monitor's for it", () => {
    const { real, uplink, send, come } = house();
    for (let n = 0; n < 9; n++) {
      send(0, outside, n);
      come(one, n, 1514);
      uplink.poll();
    }
    expect(real.memory.bytes.subarray(0, at).every((byte) => byte === 0x5a)).toBe(true);
  });
});

/** Machines' links joined by a cable: what one sends, the other gets. */
function cable() {
  const ends = [1, 2].map((n) => ({
    address: Uint8Array.of(2, 0, 0, 0, 1, n),
    bridges: true,
    other: undefined as Machine | undefined,
    send(frame: Uint8Array) {
      this.other?.deliver(frame);
    },
  }));
  return ends as [(typeof ends)[0], (typeof ends)[0]];
}

const ways = strategies.flatMap(({ name }) => enginesUnder(name).map((engine) => [name, engine] as const));

describe.each(ways)('Guests under %s by the engine %s', (strategy, engine) => {
  const monitorOf = (guests: readonly string[], printed: number[], network?: NetworkLink) =>
    new Monitor({
      guests: guests.map((file) => ({
        name: file,
        image: imageOf(file),
        memory: 2 ** 17,
        address: file === 'web-server.s' ? one : two,
      })),
      variant: variants[0] as Variant,
      strategy,
      engine,
      fast: eager,
      cache: 2 ** 16,
      console: new Console((byte) => printed.push(byte)),
      ...(network ? { network } : {}),
    });
  const asked = '10 answers, 0 requests sent again, 0 answers too many';

  it("of one monitor talk to each other over the monitor's switch", () => {
    const printed: number[] = [];
    const monitor = monitorOf(['web-server.s', 'web-client.s'], printed);
    expect(monitor.runAll()).toEqual([1, 2].map(() => ({ kind: 'power', status: 0 })));
    expectUnpagedCompiled(strategy, monitor.engine);
    expect(Buffer.from(printed).toString().trimEnd().split('\n')).toEqual([
      'web-server.s | serving at 02:00:00:00:00:01',
      `web-client.s | ${asked}`,
      'web-server.s | 10 requests answered',
    ]);
  });

  it('of two monitors talk to each other through the real machines, from their own addresses', () => {
    const printed: number[] = [];
    const ends = cable();
    const monitors = [['web-server.s'], ['web-client.s']].map((files, n) =>
      monitorOf(files, printed, ends[n]),
    ) as [Monitor, Monitor];
    ends[0].other = monitors[1].real;
    ends[1].other = monitors[0].real;
    for (let turn = 0; turn < 600; turn++) for (const monitor of monitors) monitor.turn();
    for (const { engine: made } of monitors) expectUnpagedCompiled(strategy, made);
    expect(Buffer.from(printed).toString().trimEnd().split('\n')).toEqual([
      'serving at 02:00:00:00:00:01',
      asked,
      '10 requests answered',
    ]);
  });
});

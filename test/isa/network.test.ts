/** The network device: two rings, exact to the step, on both engines; and what nobody should give it. */
import { describe, expect, it } from 'vitest';
import { createEngine, type EngineName, storageFor } from '../../isa/engines/engine.ts';
import {
  ARRIVALS_MAX,
  DESCRIPTOR,
  FRAME,
  NET,
  NET_BRIDGE,
  RING_MAX,
  SEND_STEPS,
} from '../../isa/machine/devices/network.ts';
import { PORT } from '../../isa/machine/devices/ports.ts';
import { Machine } from '../../isa/machine/machine.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { SR, STATUS } from '../../isa/table/sysregs.ts';
import { loadImage } from '../../isa/machine/image.ts';
import { eager, expectCompiled } from '../engines/compiled.ts';
import { difference } from '../property/lockstep.ts';
import { image } from '../vmm/assembled.ts';
import {
  descriptorOf,
  frameTo,
  ready,
  readyToReceive,
  receiveRing,
  setUpRings,
  transmitRing,
  Wire,
} from './network-kit.ts';

const memory = 2 ** 18;
const own = [2, 0, 0, 0, 0, 1];
const other = [2, 0, 0, 0, 0, 2];
const everybody = [255, 255, 255, 255, 255, 255];

/** A loop that does not end, so that every step is the processor's own. */
const loop = image('.globl _start\n_start: addi a0, a0, 1\n j _start');

function plugged(engine: EngineName = 'interpreter', wire: Wire | null = new Wire(own)) {
  const machine = new Machine({
    memory,
    storage: storageFor(engine, memory),
    ...(wire ? { network: wire } : {}),
  });
  loadImage(loop, machine.memory.bytes);
  machine.pc = loop.entry;
  const made = createEngine(engine, machine, eager);
  const run = (until: number): Stop => made.run(until);
  return { machine, wire, run, engine: made, sent: wire?.sent ?? [] };
}

/** `out` as the instruction at the present step would do it: the step that it takes is made too. */
function start(machine: Machine, run: (until: number) => Stop): void {
  machine.output(PORT.NET_START, 0);
  run(machine.steps + 1);
}

describe.each(['interpreter', 'fast'] as const)('The network device, by the engine %s', (engine) => {
  it('sends a frame a fixed number of steps after it was started, under its own address', () => {
    const { machine, run, sent } = plugged(engine);
    setUpRings(machine, 4);
    const frame = frameTo(other, 7);
    machine.memory.fill(0x6000, frame);
    ready(machine, transmitRing, 0, 0x6000, frame.length);
    run(1000);
    start(machine, run);
    run(1000 + SEND_STEPS);
    expect([sent.length, machine.input(PORT.NET_START)]).toEqual([0, 1]);
    run(1001 + SEND_STEPS);
    expect(sent.map(({ at }) => at)).toEqual([1001 + SEND_STEPS]);
    expect([...(sent[0]?.frame ?? [])]).toEqual([...other, ...own, ...frame.subarray(12)]);
    expect(descriptorOf(machine, transmitRing, 0)).toEqual([60, DESCRIPTOR.DONE]);
    expect(machine.input(PORT.NET_STATUS)).toBe(NET.SENT);
    expect([...machine.memory.bytes.subarray(0x6006, 0x600c)]).toEqual([...frame.subarray(6, 12)]);
  });

  it('sends what is READY one after the other, as long as there is more, and goes round the ring', () => {
    const { machine, run, sent, engine: made } = plugged(engine);
    setUpRings(machine, 3);
    for (let n = 0; n < 7; n++) machine.memory.fill(0x6000 + 64 * n, frameTo(other, n));
    for (let n = 0; n < 3; n++) ready(machine, transmitRing, n, 0x6000 + 64 * n, 60);
    start(machine, run);
    for (let n = 3; n < 7; n++) {
      run(1 + SEND_STEPS * (n - 1));
      ready(machine, transmitRing, n % 3, 0x6000 + 64 * n, 60);
    }
    run(10_000);
    expectCompiled(made, 5000);
    expect(sent.map(({ frame }) => frame[12])).toEqual([12, 13, 14, 15, 16, 17, 18]);
    expect(sent.map(({ at }) => at)).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => 1 + n * SEND_STEPS));
    expect(machine.input(PORT.NET_START)).toBe(0);
  });

  it('receives a frame at the very step that the host chose, and at no other', () => {
    const { machine, run } = plugged(engine);
    setUpRings(machine, 4);
    readyToReceive(machine, 4);
    const frame = frameTo(own, 9, FRAME.MAX);
    run(10);
    expect(machine.deliver(frame, 5000)).toBe(true);
    run(4999);
    expect([machine.memory.read(0x8000, 4), machine.input(PORT.NET_STATUS)]).toEqual([0, 0]);
    run(5000);
    expect(Buffer.compare(machine.memory.bytes.subarray(0x8000, 0x8000 + FRAME.MAX), frame)).toBe(0);
    expect(descriptorOf(machine, receiveRing, 0)).toEqual([FRAME.MAX, DESCRIPTOR.DONE]);
    expect(machine.input(PORT.NET_STATUS)).toBe(NET.RECEIVED);
  });

  it('interrupts on line 3 for what its control port asks, until that is acknowledged', () => {
    const { machine, run } = plugged(engine);
    setUpRings(machine, 4);
    readyToReceive(machine, 4);
    machine.writeSystem(SR.TVEC, loop.entry);
    machine.deliver(frameTo(own, 1), 300);
    run(400);
    expect(machine.readSystem(SR.IPEND)).toBe(0);
    machine.output(PORT.NET_CONTROL, NET.RECEIVED | NET.LOST);
    expect(machine.readSystem(SR.IPEND)).toBe(8);
    machine.output(PORT.NET_STATUS, NET.SENT);
    expect(machine.readSystem(SR.IPEND)).toBe(8);
    machine.output(PORT.NET_STATUS, NET.RECEIVED);
    expect(machine.readSystem(SR.IPEND)).toBe(0);
    machine.deliver(frameTo(own, 1), 500);
    machine.status = STATUS.IF;
    run(500);
    expect(machine.readSystem(SR.ECAUSE)).toBe(0);
    run(501);
    expect(machine.readSystem(SR.ECAUSE) >>> 0).toBe(0x80000003);
  });

  it('is saved and restored with its frames under way, its place in the rings and its address', () => {
    const [one, two] = [plugged(), plugged(engine, new Wire(other))];
    for (const { machine, run } of [one]) {
      setUpRings(machine, 2);
      readyToReceive(machine, 2);
      machine.output(PORT.NET_CONTROL, NET.RECEIVED);
      for (let n = 0; n < 2; n++) ready(machine, transmitRing, n, 0x6000, 60 + n);
      machine.deliver(frameTo(own, 1), 150);
      machine.deliver(frameTo(own, 2), 900);
      machine.deliver(frameTo(own, 3), 800);
      start(machine, run);
      run(170);
    }
    two.machine.restore(structuredClone(one.machine.save()));
    two.machine.memory.fill(0, one.machine.memory.bytes);
    expect(difference(one.machine, two.machine)).toBeUndefined();
    const before = one.sent.length;
    for (const until of [201, 500, 800, 801, 1000]) {
      one.run(until);
      two.run(until);
      expect(difference(one.machine, two.machine)).toBeUndefined();
      expect(two.machine.network.save()).toEqual(one.machine.network.save());
    }
    expect(one.sent.length).toBe(before + 1);
    expect(two.sent).toEqual(one.sent.slice(before));
    expect(two.machine.network.address).toEqual(one.machine.network.address);
  });
});

describe('Received frames', () => {
  it('are lost when no descriptor is READY, and the status says so', () => {
    const { machine, run } = plugged();
    setUpRings(machine, 4);
    readyToReceive(machine, 1);
    for (const at of [100, 100, 200]) machine.deliver(frameTo(own, at), at);
    run(150);
    expect(machine.input(PORT.NET_STATUS)).toBe(NET.RECEIVED | NET.LOST);
    readyToReceive(machine, 2);
    run(300);
    expect(machine.memory.bytes[0x8800 + 12]).toBe((200 + 12) & 255);
  });

  it('are those to its own address, to everybody and to groups; others are not taken', () => {
    const { machine, run } = plugged();
    setUpRings(machine, 4);
    readyToReceive(machine, 4);
    for (const [n, to] of [other, own, everybody, [0x33, 0x33, 0, 0, 0, 1]].entries())
      expect(machine.deliver(frameTo(to, n), 10)).toBe(true);
    run(20);
    const seen = [0, 1, 2, 3].map((n) => machine.memory.bytes[0x8000 + 0x800 * n + 12]);
    expect(seen).toEqual([13, 14, 15, 0]);
  });

  it('arrive in the order of their steps, those of one step in the order in which they were given', () => {
    const { machine, run } = plugged();
    setUpRings(machine, 4);
    readyToReceive(machine, 4);
    for (const [at, mark] of [
      [30, 1],
      [20, 2],
      [30, 3],
      [0, 4],
    ] as const)
      machine.deliver(frameTo(own, mark), at);
    run(40);
    expect([0, 1, 2, 3].map((n) => machine.memory.bytes[0x8000 + 0x800 * n + 12])).toEqual([16, 14, 13, 15]);
  });

  it('are refused when they are no frames, or too many are on their way', () => {
    const { machine } = plugged();
    expect(machine.deliver(frameTo(own, 1, FRAME.MIN - 1))).toBe(false);
    expect(machine.deliver(frameTo(own, 1, FRAME.MAX + 1))).toBe(false);
    for (let n = 0; n < ARRIVALS_MAX; n++) expect(machine.deliver(frameTo(own, 1), 10)).toBe(true);
    expect(machine.deliver(frameTo(own, 1), 10)).toBe(false);
  });

  it('are told to whoever records the run, with the step; given back there, they make the same run', () => {
    const record: { at: number; frame: Uint8Array }[] = [];
    const [one, two] = [plugged(), plugged('fast')];
    for (const { machine } of [one, two]) {
      setUpRings(machine, 4);
      readyToReceive(machine, 4);
    }
    one.machine.network.onDelivery = (frame, at) => record.push({ at, frame });
    one.run(77);
    one.machine.deliver(frameTo(own, 5), 12);
    one.machine.deliver(frameTo(everybody, 6), 99);
    one.run(200);
    expect(record.map(({ at }) => at)).toEqual([77, 99]);
    for (const { at, frame } of record) two.machine.deliver(frame, at);
    two.run(200);
    expect(difference(one.machine, two.machine)).toBeUndefined();
  });

  it('wake a machine that waits for nothing else, at their step', () => {
    const { machine, run } = plugged();
    setUpRings(machine, 1);
    readyToReceive(machine, 1);
    machine.output(PORT.NET_CONTROL, NET.RECEIVED);
    machine.wait();
    expect(run(1000).kind).toBe('input');
    machine.deliver(frameTo(own, 1), 700);
    run(701);
    expect([machine.steps, machine.waiting]).toEqual([701, false]);
  });

  it('drop decoded and compiled instructions of the memory they are written to', () => {
    for (const engine of ['interpreter', 'fast'] as const) {
      const { machine, run } = plugged(engine);
      setUpRings(machine, 1);
      ready(machine, receiveRing, 0, loop.entry - 14, FRAME.MAX);
      const frame = new Uint8Array(22);
      frame.set(own);
      frame.set(machine.memory.bytes.subarray(loop.entry, loop.entry + 8), 14);
      frame[16] = (frame[16] as number) | 0x20; // addi a0, a0, 3
      machine.deliver(frame, 50_000);
      run(50_000);
      expect(machine.x[10]).toBe(25_000);
      run(50_200);
      expect(machine.x[10]).toBe(25_300);
    }
  });
});

describe('A descriptor that is wrong', () => {
  const sends = (at: number, length: number, wire: Wire | null = new Wire(own)) => {
    const { machine, run, sent } = plugged('interpreter', wire);
    setUpRings(machine, 4);
    ready(machine, transmitRing, 0, at, length);
    ready(machine, transmitRing, 1, 0x6000, 60);
    start(machine, run);
    run(1000);
    return { state: descriptorOf(machine, transmitRing, 0)[1], status: machine.input(PORT.NET_STATUS), sent };
  };

  it.each([
    [0x6000, 13],
    [0x6000, FRAME.MAX + 1],
    [0x6000, 0xffffffff],
    [memory - 59, 60],
    [0xfffffff0, 60],
  ])('to send %i with length %i fails, and the next is sent', (at, length) => {
    const { state, status, sent } = sends(at, length);
    expect([state, status, sent.length]).toEqual([DESCRIPTOR.FAILED, NET.FAILED | NET.SENT, 1]);
  });

  it('to send is every one when the machine is plugged in nowhere', () => {
    expect(sends(0x6000, 60, null)).toEqual({ state: DESCRIPTOR.FAILED, status: NET.FAILED, sent: [] });
  });

  it.each([
    [0x8000, 59],
    [memory - 59, 60],
    [0xfffffff0, 60],
  ])('to receive at %i with room for %i fails, and the next frame gets the next one', (at, room) => {
    const { machine, run } = plugged();
    setUpRings(machine, 2);
    ready(machine, receiveRing, 0, at, room);
    ready(machine, receiveRing, 1, 0x9000, 60);
    machine.deliver(frameTo(own, 1), 5);
    machine.deliver(frameTo(own, 2), 6);
    run(10);
    expect(descriptorOf(machine, receiveRing, 0)).toEqual([room, DESCRIPTOR.FAILED]);
    expect(descriptorOf(machine, receiveRing, 1)).toEqual([60, DESCRIPTOR.DONE]);
    expect(machine.input(PORT.NET_STATUS)).toBe(NET.FAILED | NET.RECEIVED);
  });

  it.each([memory, memory - 16, 0xfffffff0])('is one in a ring at %i that is not all in memory', (ring) => {
    const { machine, run, sent } = plugged();
    machine.output(PORT.NET_TRANSMIT, ring);
    machine.output(PORT.NET_RECEIVE, ring);
    machine.output(PORT.NET_RING, 2);
    if (ring < memory) ready(machine, ring, 0, 0x6000, 60);
    start(machine, run);
    for (const at of [500, 501]) machine.deliver(frameTo(own, 1), at);
    run(1000);
    expect(machine.input(PORT.NET_STATUS) & NET.FAILED).toBe(NET.FAILED);
    expect(sent.length).toBe(ring < memory ? 1 : 0);
  });
});

describe('Bridging', () => {
  const bridge = (bridges: boolean) => {
    const wire = Object.assign(new Wire(own), { bridges });
    const made = plugged('interpreter', wire);
    setUpRings(made.machine, 2);
    readyToReceive(made.machine, 2);
    made.machine.memory.fill(0x6000, frameTo(everybody, 7));
    ready(made.machine, transmitRing, 0, 0x6000, 60);
    made.machine.output(PORT.NET_CONTROL, NET_BRIDGE);
    made.machine.deliver(frameTo(other, 1), 5);
    start(made.machine, made.run);
    made.run(200);
    return { ...made, control: made.machine.input(PORT.NET_CONTROL) };
  };

  it("takes frames to others, and sends in others' names, where the link permits it", () => {
    const { machine, sent, control } = bridge(true);
    expect(control).toBe(NET_BRIDGE);
    expect(machine.memory.bytes[0x8000 + 12]).toBe(13);
    expect([...(sent[0]?.frame.subarray(6, 12) ?? [])]).toEqual([13, 14, 15, 16, 17, 18]);
  });

  it('is nothing that a machine could turn on by itself', () => {
    const { machine, sent, control } = bridge(false);
    expect(control).toBe(0);
    expect(machine.memory.bytes[0x8000 + 12]).toBe(0);
    expect([...(sent[0]?.frame.subarray(6, 12) ?? [])]).toEqual(own);
  });
});

describe('The ports of the network', () => {
  it('read back what was written, as far as it has a meaning', () => {
    const { machine } = plugged();
    machine.output(PORT.NET_TRANSMIT, -1);
    machine.output(PORT.NET_RECEIVE, 0x12345);
    machine.output(PORT.NET_RING, -1);
    machine.output(PORT.NET_CONTROL, -1);
    const ports = [PORT.NET_TRANSMIT, PORT.NET_RECEIVE, PORT.NET_RING, PORT.NET_CONTROL];
    expect(ports.map((port) => machine.input(port))).toEqual([-16, 0x12340, RING_MAX, 15]);
  });

  it('say its own address in two words; without a network it is 0', () => {
    const address = (machine: Machine) =>
      [PORT.NET_ADDRESS_LOW, PORT.NET_ADDRESS_HIGH].map((port) => machine.input(port) >>> 0);
    expect(address(plugged('interpreter', new Wire([2, 3, 4, 5, 6, 255])).machine)).toEqual([
      0x05040302, 0xff06,
    ]);
    expect(address(new Machine({ memory }))).toEqual([0, 0]);
  });

  it('off, with rings of no descriptors, send nothing and lose what comes', () => {
    const { machine, run, sent } = plugged();
    start(machine, run);
    machine.deliver(frameTo(own, 1), 50);
    run(500);
    expect([machine.input(PORT.NET_STATUS), machine.input(PORT.NET_START), sent.length]).toEqual([
      NET.LOST,
      0,
      0,
    ]);
  });
});

/** Guests on one network: the same on every run, whatever runs them. */
import { describe, expect, it } from 'vitest';
import type { EngineName } from '../../../isa/engines/engine.ts';
import { strategies } from '../../../vmm/monitor/strategies.ts';
import { addressNumber } from '../../../vmm/network/frame.ts';
import { LATENCY } from '../../../vmm/network/guest-port.ts';
import { Lan } from '../../../vmm/network/lan.ts';
import { expectUnpagedCompiled } from '../../engines/compiled.ts';
import { difference } from '../../property/lockstep.ts';
import { image } from '../assembled.ts';
import { bare, enginesUnder, monitored, type Side } from '../kit.ts';

/** Sends four frames to the guest whose number is `to`, at its own pace, and sums what it gets until four came. */
const talker = (to: number, pause: number) =>
  image(`
    .globl _start
_start:
    li   s0, 0x20000              # transmit ring; receive ring 0x1000 behind
    li   s1, 0x21000
    li   t0, 0x30
    out  t0, s0
    li   t0, 0x31
    out  t0, s1
    li   t0, 0x32
    li   t1, 8
    out  t0, t1
    li   s2, 0x30000              # frames received, 2048 bytes apart
    li   t2, 0
1:  slli t3, t2, 4
    add  t3, t3, s1
    slli t4, t2, 11
    add  t4, t4, s2
    sw   t4, 0(t3)
    li   t5, 1514
    sw   t5, 4(t3)
    li   t5, 1
    sw   t5, 8(t3)
    addi t2, t2, 1
    bne  t2, t1, 1b
    li   s3, 0x28000              # the frame to send
    li   t0, 2
    sb   t0, 0(s3)
    li   t0, ${to}
    sb   t0, 5(s3)
    li   s4, 0
2:  addi s4, s4, 1
    sb   s4, 14(s3)
    sw   s3, 0(s0)
    li   t0, 60
    sw   t0, 4(s0)
    li   t0, 1
    sw   t0, 8(s0)
    addi s0, s0, 16
    li   t0, 0x33
    out  t0, zero
    li   t0, ${pause}
3:  addi t0, t0, -1
    bnez t0, 3b
    li   t0, 4
    bne  s4, t0, 2b
    li   t0, 0x34
    li   t1, 2
    out  t0, t1
    li   s5, 0                    # what came, and how much
    li   s6, 0
4:  hlt
    li   t0, 0x35
    li   t1, 2
    out  t0, t1
5:  lw   t0, 8(s1)
    li   t1, 2
    bne  t0, t1, 6f
    lw   t0, 0(s1)
    lbu  t1, 14(t0)
    slli s5, s5, 4
    or   s5, s5, t1
    addi s1, s1, 16
    addi s6, s6, 1
    j    5b
6:  li   t0, 4
    bltu s6, t0, 4b
    li   t0, 1
    out  t0, s5
`);

const variant = 'ring32-v';
const memory = 2 ** 18;

const ways: readonly (readonly [string, EngineName])[] = [
  'bare',
  ...strategies.map(({ name }) => name),
].flatMap((way) => enginesUnder(way).map((engine) => [way, engine] as const));

/** Two guests that talk to each other, the first three times as fast as the second. */
function talk(make: (parts: Parameters<typeof bare>[0]) => Side) {
  const lan = new Lan();
  const sides = [talker(2, 50), talker(1, 1500)].map((program, n) => {
    const port = lan.port(addressNumber(n + 1));
    const side = make({ image: program, variant, memory, network: port });
    lan.add(port, side);
    return side;
  });
  const log: (number | undefined)[] = [];
  lan.switch.onFrame = (_, { at }) => log.push(at);
  return { lan, sides, log, stops: lan.run(1_000_000) };
}

const [s6, s7] = [22, 23];

/** Sleeps for so many steps, then sends a frame to everybody; waits for one. In s6 the step when it sent, in s7 when it got. */
function sleeper(lan: Lan, number: number, steps: number): Side {
  const program = image(`
    .globl _start
_start:
    li   s0, 0x20000
    li   s1, 0x21000
    li   t0, 0x30
    out  t0, s0
    li   t0, 0x31
    out  t0, s1
    li   t0, 0x32
    li   t1, 2
    out  t0, t1
    li   t0, 0x22000
    li   t1, 1514
    sw   t0, 0(s1)
    sw   t1, 4(s1)
    li   t1, 1
    sw   t1, 8(s1)
    li   t0, ${steps}
    mts  TIMER, t0
    beqz t0, 1f
    hlt
    mts  TIMER, zero
1:  li   s3, 0x28000
    li   t0, -1
    sw   t0, 0(s3)
    sw   t0, 4(s3)
    sw   s3, 0(s0)
    li   t0, 60
    sw   t0, 4(s0)
    li   t0, 1
    sw   t0, 8(s0)
    li   t0, 0x33
    mfs  s6, TIME
    out  t0, zero
1:  in   t1, t0
    bnez t1, 1b
    li   t0, 0x34
    li   t1, 2
    out  t0, t1
2:  lw   t0, 8(s1)
    li   t1, 2
    beq  t0, t1, 3f
    hlt
    j    2b
3:  mfs  s7, TIME
    li   t0, 1
    out  t0, zero
`);
  const port = lan.port(addressNumber(number));
  const side = bare({ image: program, variant, memory, network: port });
  lan.add(port, side);
  return side;
}

describe('Two guests on one network', () => {
  it('get each what the other sent, in its order, some time after it left', () => {
    const { stops, log } = talk((parts) => bare(parts));
    expect(stops).toEqual([1, 2].map(() => ({ kind: 'power', status: 0x1234 })));
    expect(log.length).toBe(8);
    expect(Math.min(...log.map(Number))).toBeGreaterThan(LATENCY);
  });

  it.each(ways)('are in the same states at the same steps, run %s by the engine %s', (way, engine) => {
    const oracle = talk((parts) => bare(parts));
    const other = talk((parts) => (way === 'bare' ? bare(parts, engine) : monitored(parts, way, engine)));
    expect(other.stops).toEqual(oracle.stops);
    expect(other.log).toEqual(oracle.log);
    for (const [n, { machine, engine: made }] of other.sides.entries()) {
      expect(difference(oracle.sides[n]?.machine as typeof machine, machine)).toBeUndefined();
      expectUnpagedCompiled(way, made, 400);
    }
  });

  it('are over when each waits for a frame that nobody will send', () => {
    const lan = new Lan();
    const waiter = image('.globl _start\n_start: li t0, 0x34\n li t1, 2\n out t0, t1\n hlt\n j _start');
    for (const n of [1, 2]) {
      const port = lan.port(addressNumber(n));
      lan.add(port, bare({ image: waiter, variant, memory, network: port }));
    }
    expect(lan.run()).toEqual([{ kind: 'input' }, { kind: 'input' }]);
  });

  it('sleep on as one, and all comes when it would have come to guests that were looked at all the time', () => {
    const run = (limit: (lan: Lan) => number) => {
      const lan = new Lan();
      const { machine: late } = sleeper(lan, 1, 3_000_000);
      const { machine: early } = sleeper(lan, 2, 0);
      let rounds = 1;
      for (; !lan.isOver(lan.round(limit(lan))); rounds++);
      return { rounds, ends: [late, early].map(({ x, steps }) => [x[s6], x[s7], steps]) };
    };
    const looked = run(({ now }) => now + LATENCY);
    const skipped = run(() => Number.POSITIVE_INFINITY);
    expect(skipped.ends).toEqual(looked.ends);
    expect(skipped.ends[1]?.[1]).toBeGreaterThan(3_000_000);
    expect([looked.rounds > 3000, skipped.rounds < 20]).toEqual([true, true]);
  });
});

describe('A network on which nobody gets anywhere', () => {
  const beat = (act: string) =>
    `.globl _start\n_start: li t0, 50000\n mts TIMER, t0\n ${act}\n hlt\n j _start`;

  /** Whether guests that are kept up by `act` are stuck after a while. */
  function isStuck(...acts: readonly string[]): boolean {
    const lan = new Lan({ patience: 1_000_000 });
    for (const [n, act] of acts.entries()) {
      const port = lan.port(addressNumber(n + 1));
      lan.add(port, bare({ image: image(beat(act)), variant, memory, network: port }));
    }
    while (lan.stuckFor === undefined && lan.now < 3_000_000) lan.round();
    return lan.stuckFor !== undefined;
  }

  /** Turns the device on and sends a frame to 02:00:00:00:00:0`to`, or to everybody. */
  const send = (to: number) => `
    li s0, 0x20000
    li t0, 0x30
    out t0, s0
    li s1, 0x21000
    li t0, 0x31
    out t0, s1
    li t0, 0x32
    li t1, 2
    out t0, t1
    li t0, 0x22000
    li t1, 1514
    sw t0, 0(s1)
    sw t1, 4(s1)
    li t1, 1
    sw t1, 8(s1)
    li s3, 0x28000
    li t0, ${to === 255 ? -1 : 2}
    sw t0, 0(s3)
    li t0, ${to === 255 ? -1 : to << 8}
    sh t0, 4(s3)
    sw s3, 0(s0)
    li t0, 60
    sw t0, 4(s0)
    li t0, 1
    sw t0, 8(s0)
    li t0, 0x33
    out t0, zero`;

  it('is one whose guests only wake to sleep again, or call for anybody', () => {
    expect(isStuck('nop', 'nop')).toBe(true);
    expect(isStuck(send(255), 'nop')).toBe(true);
    expect(isStuck(send(3), send(255))).toBe(true);
  });

  it('is none where one computes, or one is told something', () => {
    expect(isStuck('nop', 'li t1, 20000\n1: addi t1, t1, -1\n bnez t1, 1b')).toBe(false);
    expect(isStuck(send(2), send(255))).toBe(false);
  });
});

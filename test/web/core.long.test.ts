/** What the worker does, in Node: both machines, where they go, and what the page is told. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildLaboratory } from '../../web/build.js';
import { Desk } from '../../web/worker/desk.ts';
import { Jobs } from '../../web/worker/jobs.ts';
import type { FromWorker } from '../../web/worker/protocol.ts';
import { sessionHandlers } from '../../web/worker/session-handlers.ts';
import type { Scenario } from '../../web/worker/scenario.ts';
import type { Session, Target } from '../../web/worker/session.ts';
import { finish } from '../../isa/work.ts';
import { root } from '../cli/kit.ts';

const files = Object.fromEntries(
  readdirSync(join(root, 'guests'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(s|inc)$/.test(name))
    .map((name) => [`guests/${name}`, readFileSync(join(root, 'guests', name), 'utf8')]),
);

function open(text: string, choice: Partial<Scenario> = {}): Session {
  const desk = new Desk();
  desk.files = files;
  const scenario: Scenario = {
    guest: 'guests/own.s',
    text,
    variant: 'ring32-v',
    monitor: 'trap-and-emulate',
    translateUser: false,
    ...choice,
  };
  const made = sessionHandlers.open(scenario, desk);
  expect(made).toMatchObject({ ok: true });
  return desk.session;
}

const flags = () => open(files['guests/flags.s'] as string, { variant: 'ring32-x' });
const go = (session: Session, to: Target, budget?: number) => finish(session.go(to, budget));

describe('A session', () => {
  it('shows at a step the same, wherever one comes from', () => {
    const session = flags();
    const frames = new Map<number, unknown>();
    const seen = () => {
      const { sides } = session.frame();
      return sides.map(({ step, pc, x, system, status, ring, realRing, changed, printed }) => ({
        step,
        pc,
        x,
        system,
        status,
        ring,
        realRing,
        changed,
        printed,
      }));
    };
    for (let n = 1; n <= 60; n++) {
      go(session, { kind: 'by', steps: 1 });
      frames.set(session.step, seen());
    }
    for (const step of [60, 31, 32, 7, 59, 1]) {
      go(session, { kind: 'step', step });
      expect(seen()).toEqual(frames.get(step));
    }
    go(session, { kind: 'step', step: 41 });
    go(session, { kind: 'by', steps: -1 });
    expect(seen()).toEqual(frames.get(40));
  });

  it('says what the last step changed, and which instruction is critical', () => {
    const session = flags();
    go(session, { kind: 'step', step: 324 });
    const [bare, monitored] = session.frame().sides;
    expect([bare.asm, bare.critical, bare.ring, monitored.ring, monitored.realRing]).toEqual([
      'sring a0',
      true,
      0,
      0,
      1,
    ]);
    go(session, { kind: 'by', steps: 1 });
    const [after, other] = session.frame().sides;
    expect([after.changed.x, other.changed.x]).toEqual([[10], [10]]);
    expect([after.x[10], other.x[10]]).toEqual([0, 1]);
  });

  it('goes to the next event and to the last one, on either side', () => {
    const session = flags();
    const steps: number[] = [];
    for (let n = 0; n < 6; n++) {
      expect(go(session, { kind: 'event', direction: 1 })).toBe(true);
      steps.push(session.step);
    }
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
    const back: number[] = [];
    for (let n = 0; n < 5; n++) {
      go(session, { kind: 'event', direction: -1 });
      back.push(session.step);
    }
    expect(back).toEqual(steps.slice(0, 5).reverse());
  });

  it('goes to a write of a word, and back to before it', () => {
    const session = open(
      `_start: la t0, word\n li t1, 7\n nop\n sw t1, 0(t0)\n nop\n nop\n sw zero, 0(t0)\n nop\n${ending}\n.data\nword: .word 0\n`,
    );
    const address = session.image.symbols.find(({ name }) => name === 'word')?.address as number;
    const at = () => session.sides.map(({ subject }) => subject.machine.memory.read(address, 4));
    expect(go(session, { kind: 'write', address, direction: 1 })).toBe(true);
    expect(at()).toEqual([7, 7]);
    expect(go(session, { kind: 'write', address, direction: 1 })).toBe(true);
    expect(at()).toEqual([0, 0]);
    expect(go(session, { kind: 'write', address, direction: -1 })).toBe(true);
    expect(at()).toEqual([7, 7]);
    expect(session.frame().sides.map(({ asm }) => asm)).toEqual(['sw zero, 0(t0)', 'sw zero, 0(t0)']);
  });

  it('stops at a breakpoint, and goes on from it', () => {
    const session = open(`_start: li t1, 3\nloop: addi t1, t1, -1\n bnez t1, loop\n${ending}`);
    const loop = session.image.symbols.find(({ name }) => name === 'loop')?.address as number;
    session.breakpoints = [loop];
    const steps: number[] = [];
    for (let n = 0; n < 3; n++) {
      expect(go(session, { kind: 'run', milliseconds: 1e9 })).toBe(true);
      steps.push(session.step);
    }
    expect(steps).toEqual([1, 3, 5]);
    expect(go(session, { kind: 'run', milliseconds: 1e9 })).toBe(false);
    expect(session.frame().sides.map(({ ended }) => ended)).toEqual(Array(2).fill('powered off, status 0'));
  });

  it('gives up a search at its budget, for a guest that does nothing for ever', () => {
    const session = open('_start: j _start\n');
    expect(go(session, { kind: 'event', direction: 1 }, 10_000)).toBe(false);
    expect(session.step).toBeLessThan(20_000);
    expect(go(session, { kind: 'write', address: 0x8000, direction: 1 }, 10_000)).toBe(false);
  });

  it('types the same at both consoles, and what was ahead is another future', () => {
    const session = open(files['guests/echo.s'] as string, { guest: 'guests/echo.s' });
    go(session, { kind: 'step', step: 1_000_000 });
    const whole = session.frame().sides.map(({ printed }) => printed.text);
    expect(whole[0]).toContain('HELLO');
    expect(whole[0]).toBe(whole[1]);
    go(session, { kind: 'step', step: 40 });
    session.record({ kind: 'console', bytes: new TextEncoder().encode('x\u0004') });
    expect(session.edge).toBe(40);
    const { equal } = finish(session.compare(1_000_000));
    expect(equal).toBe(true);
  });

  it('tells why a guest cannot go on', () => {
    const ended = (text: string) => {
      const session = open(text);
      go(session, { kind: 'step', step: 10_000 });
      return session.frame().sides.map((side) => side.ended);
    };
    expect(ended('_start: ecall\n')[0]).toMatch(/^ecall.*no trap handler/);
    expect(ended('_start: la t0, 1f\n mts TVEC, t0\n1: .word 0\n')).toEqual(
      Array(2).fill(expect.stringContaining('its trap handler traps itself')),
    );
    expect(ended('_start: hlt\n')).toEqual(Array(2).fill('waits for an interrupt that cannot come'));
  });
});

const ending = ' li t0, 1\n out t0, zero\n';

describe('Jobs', () => {
  /** Jobs whose breaths are taken by hand. */
  function jobs(handlers: object) {
    const posted: FromWorker[] = [];
    const made = new Jobs(
      handlers,
      new Desk(),
      (message) => posted.push(message),
      () => new Promise((resolve) => setTimeout(resolve)),
    );
    return { made, posted };
  }
  const settled = async (posted: readonly FromWorker[], count: number) => {
    while (posted.length < count) await new Promise((resolve) => setTimeout(resolve));
  };

  it('answer stop while something endless is done, and end what waits', async () => {
    const { made, posted } = jobs({
      *endless() {
        for (;;) yield;
      },
    });
    made.take({ id: 1, kind: 'endless' } as never);
    made.take({ id: 2, kind: 'endless' } as never);
    await new Promise((resolve) => setTimeout(resolve));
    made.take({ id: 3, kind: 'stop' });
    await settled(posted, 3);
    expect(posted).toEqual([
      { id: 2, kind: 'stopped' },
      { id: 3, kind: 'answer', answer: null },
      { id: 1, kind: 'stopped' },
    ]);
  });

  it('report what fails in its own words', async () => {
    const { made, posted } = jobs({
      fails() {
        throw new RangeError('there is no such monitor');
      },
    });
    made.take({ id: 1, kind: 'fails' } as never);
    await settled(posted, 1);
    expect(posted).toEqual([{ id: 1, kind: 'failed', message: 'there is no such monitor' }]);
  });
});

describe('The build', () => {
  it('gives the same bytes twice, needs nothing of Node and fits into a mail', async () => {
    const [one, other] = await Promise.all([buildLaboratory(), buildLaboratory()]);
    const same = Object.entries(one.outputs).filter(([name, text]) => other.outputs[name] === text);
    expect(same.map(([name]) => name)).toEqual(Object.keys(one.outputs));
    expect(Object.keys(other.outputs)).toEqual(Object.keys(one.outputs));
    const page = one.outputs['ringlab-lab.html'] as string;
    expect(/require\("node:|from "node:|\bBuffer\.from\(|new Function\(/.exec(page)?.[0]).toBeUndefined();
    // What is unpacked only for the Pool view has a limit of its own.
    const [pool = ''] = /<script type="text\/plain" id="pool">[^<]*<\/script>/.exec(page) ?? [];
    expect(pool.length).toBeGreaterThan(10_000);
    expect(pool.length).toBeLessThanOrEqual(40_000);
    const rest = page.replace(pool, '');
    expect(Buffer.byteLength(rest)).toBeLessThanOrEqual(900_000);
    expect(gzipSync(rest, { level: 9 }).length).toBeLessThanOrEqual(380_000);
  });
});

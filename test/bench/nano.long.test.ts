/** The nanobenchmarks: guests that do the same by every way to run them, and what they exit for. Never a time. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { load, type Running } from './kit.ts';

const { ways } = await load('nano-ways');
const { nanoImage, kernelImage, roundsOf, start } = await load('nano-guests');
const { operations, wholes } = await load('nano-catalogue');
const { benchNano } = await load('nano');
const { formatNano } = await load('nano-report');

const guests = [
  ...new Set([
    ...operations.flatMap(({ name, empty }) => [name, empty]),
    ...wholes.filter(({ ring }) => ring === 0).map(({ name }) => name),
  ]),
].sort();

/** Exits to the monitor of each round, once the guest is warm. */
function exitsPerRound(name: string, way: keyof typeof ways): number {
  const running = start(nanoImage(name), ways[way]);
  running.run(20_000);
  const [rounds, exits] = [roundsOf(running), running.exits()];
  running.run(60_000);
  return Math.round((10 * (running.exits() - exits)) / (roundsOf(running) - rounds)) / 10;
}

function stateOf({ guest }: Running): object {
  return { pc: guest.pc, steps: guest.steps, x: [...guest.x] };
}

describe('The nanobenchmarks', () => {
  test('are all there is in bench/nano', () => {
    const files = readdirSync(new URL('../../bench/nano/', import.meta.url));
    expect(files.filter((name) => name.endsWith('.s')).sort()).toEqual(
      guests.map((name) => `${name}.s`).sort(),
    );
  });

  test.each(guests)('%s runs for ever, and is at the same place in the same step by every way', (name) => {
    const image = nanoImage(name);
    const states = Object.values(ways).map((way) => {
      const running = start(image, way);
      running.run(9001);
      running.run(5000);
      return stateOf(running);
    });
    for (const state of states) expect(state).toEqual(states[0]);
  });

  test('kernels repeat themselves for ever', () => {
    const running = start(kernelImage('mixed'), ways.bare);
    running.run(5_000_000);
    expect(running.guest.steps).toBe(5_000_000);
  });
});

describe('Exits a round', () => {
  test('are none for what is translated to a sequence, and one for each instruction that traps', () => {
    for (const [name, sensitive] of [
      ['status-write', 1],
      ['cli-sti', 2],
      ['flags', 4],
    ] as const) {
      expect(exitsPerRound(name, 'translatedX'), name).toBe(0);
      expect(exitsPerRound(name, 'trapping'), name).toBe(sensitive);
    }
  });

  test('are none for calls and returns, direct or not: their targets are in the table', () => {
    for (const name of ['call', 'indirect-call']) {
      expect(exitsPerRound(name, 'translatedX'), name).toBe(0);
    }
  });

  test('are fewer for a trap whose handler is translated', () => {
    for (const name of ['system-call', 'trap', 'page-fault']) {
      expect(exitsPerRound(name, 'translatedV'), name).toBeLessThan(exitsPerRound(name, 'trapping'));
    }
  });
});

describe('The report', () => {
  test('has every operation and guest that was asked for, in 80 columns', () => {
    const progress = () => {};
    const text = formatNano(benchNano({ only: ['cli-sti', 'flags'], runs: 2, quick: true, progress }));
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(text).toMatch(
      /^exits +native +trap +BT x +BT v +hybrid +interpret +HW +HW\+n\ncli-sti +0 +2( +0){6}$/m,
    );
    expect(text).toMatch(/^flags +0 +[\d.]+ +[\d.]+/m);
  });

  test('refuses a name that there is not, with those that are', () => {
    expect(() => benchNano({ only: ['setf'] })).toThrow(
      /^setf: no such nanobenchmark; there are system-call, /,
    );
  });
});

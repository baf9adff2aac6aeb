/** A submission's process that owes an answer: when it is given up, and when not. */
import { afterEach, describe, expect, it } from 'vitest';
import { Confinement } from '../property/grade/confinement.ts';
import { MESSAGE } from '../property/grade/transcript.ts';

let child: Confinement | undefined;
afterEach(() => child?.close());

/** What comes of a program that says that it is ready, does something, and says that it has loaded. */
async function outcomeOf(something: string): Promise<number | string> {
  const code = `
    const { writeSync } = require('fs');
    const { Worker } = require('worker_threads');
    const say = (kind) => writeSync(1, Buffer.from(new Uint32Array([kind, 0, 0]).buffer));
    say(${MESSAGE.READY});
    ${something}
    say(${MESSAGE.LOADED});`;
  const limits = { megabytes: 64, seconds: 60, secondsInAll: 120 };
  child = new Confinement({ code, layers: new Set(), ...limits });
  await child.start();
  return child.next().then(
    ({ kind }) => kind,
    (error: Error) => error.message,
  );
}

const flag = 'const flag = new Int32Array(new SharedArrayBuffer(4));';

describe('A process that owes an answer', () => {
  it('is given up when all of it sleeps, for nothing will wake it', async () => {
    expect(await outcomeOf(`${flag} Atomics.wait(flag, 0, 0);`)).toBe('sleeps');
  });

  it('is given up when it has stopped itself', async () => {
    expect(await outcomeOf("process.kill(process.pid, 'SIGSTOP');")).toBe('sleeps');
  });

  it('is waited for while its main thread sleeps and another one works', async () => {
    const work =
      'for (let n = 0; n < 2e9; n++); Atomics.store(workerData, 0, 1); Atomics.notify(workerData, 0);';
    const start = `new Worker('const { workerData } = require("worker_threads"); ${work}', { eval: true, workerData: flag });`;
    expect(await outcomeOf(`${flag} ${start} Atomics.wait(flag, 0, 0);`)).toBe(MESSAGE.LOADED);
  });
});

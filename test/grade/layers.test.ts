/** Each layer around a submission's process, alone: what it keeps from a program that has all of Node. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ringlab, scratch } from '../cli/kit.ts';
import { Confinement } from '../property/grade/confinement.ts';
import { availableLayers, chooseLayers, type Layer, layerNames } from '../property/grade/layers.ts';
import { MESSAGE } from '../property/grade/transcript.ts';

const file = scratch();
const available = availableLayers();
const server = createServer((socket) => socket.destroy());
const bird = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });

beforeAll(async () => {
  file('secret.txt', 'secret');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  server.close();
  bird.kill();
});

/** A program that does what it can, and says what it could. */
function program(written: string, layers: readonly Layer[]): string {
  const { port } = server.address() as { port: number };
  return `
    const { readFileSync, readSync, writeFileSync, writeSync } = require('fs');
    const { execFileSync } = require('child_process');
    const { Worker } = require('worker_threads');
    const { connect } = require('net');
    const say = (kind, text) => {
      const body = Buffer.from(text);
      const head = Buffer.alloc(12);
      head.writeUInt32LE(kind, 0);
      head.writeUInt32LE(body.length, 8);
      writeSync(1, Buffer.concat([head, body]));
    };
    say(${MESSAGE.READY}, '');
    readSync(0, Buffer.alloc(16));
    const could = [];
    const attempt = (what, act) => { try { act(); could.push(what); } catch {} };
    attempt('read', () => readFileSync(${JSON.stringify(file('secret.txt'))}));
    attempt('write', () => writeFileSync(${JSON.stringify(written)}, 'x'));
    attempt('start', () => execFileSync('/bin/true'));
    attempt('signal', () => process.kill(${bird.pid}, 0));
    attempt('thread', () => new Worker('0', { eval: true }));
    if (${layers.includes('limits')}) attempt('memory', () => Array.from({ length: 40 }, () => new Uint8Array(1e7).fill(1)));
    const end = () => { say(${MESSAGE.LOADED}, could.join(' ')); process.exit(); };
    const socket = connect(${port}, '127.0.0.1', () => { could.push('connect'); end(); });
    socket.on('error', end);`;
}

/** What the program could do inside these layers. */
async function reached(...layers: Layer[]): Promise<readonly string[]> {
  const written = join(file('.'), `written-${layers.join('-')}`);
  const options = { megabytes: 64, seconds: 20, secondsInAll: 60 };
  const child = new Confinement({ code: program(written, layers), layers: new Set(layers), ...options });
  try {
    await child.start();
    child.send(0, 'start now');
    const { body } = await child.next();
    const could = body
      .toString()
      .split(' ')
      .filter((word) => word !== '');
    return existsSync(written) && !could.includes('write') ? [...could, 'write'] : could;
  } finally {
    child.close();
  }
}

const everything = ['read', 'write', 'start', 'signal', 'thread', 'connect'];

describe('Without a layer, a program', () => {
  it('reads, writes, starts and ends processes, and reaches the network', async () => {
    expect(await reached()).toEqual(everything);
  });
});

describe('The layer', () => {
  /** What a program cannot do in it, and something that it still can. */
  const kept: Readonly<Record<Layer, { readonly not: readonly string[]; readonly but: string }>> = {
    permission: { not: ['read', 'write', 'start', 'thread'], but: 'connect' },
    limits: { not: ['read', 'write', 'start', 'memory', 'connect'], but: 'signal' },
    user: { not: ['write', 'signal'], but: 'connect' },
    namespace: { not: ['read', 'write', 'signal', 'connect'], but: 'thread' },
  };
  it.for(layerNames)('%s keeps a program from its part of that, alone', async (layer, { skip }) => {
    if (!available.has(layer)) skip(`there is no ${layer} here`);
    const could = await reached(layer);
    expect(could.filter((what) => kept[layer].not.includes(what))).toEqual([]);
    expect(could).toContain(kept[layer].but);
  });
});

describe('--sandbox', () => {
  it('takes whatever there is, or demands layers', () => {
    const some = new Set<Layer>(['permission', 'limits']);
    expect(chooseLayers({ kind: 'auto' }, some)).toEqual({ layers: some, missing: [] });
    expect(chooseLayers({ kind: 'strict' }, some).missing).toEqual(['namespace']);
    expect(chooseLayers({ kind: 'only', layers: ['permission'] }, some)).toEqual({
      layers: new Set(['permission']),
      missing: [],
    });
  });

  it('refuses a name that is no layer', () => {
    const { status, stderr } = ringlab(['grade', 'interpret', '--sandbox', 'walls']);
    expect([status, stderr]).toEqual([2, expect.stringContaining('expected auto, strict, or some of')]);
  });
});

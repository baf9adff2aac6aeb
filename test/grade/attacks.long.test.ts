/** Submissions that attack: what they get, and what they reach, which is nothing. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratch } from '../cli/kit.ts';
import { type Attack, attacksOn, type Canaries } from './attacks.ts';
import { gradeOf } from './kit.ts';

const file = scratch();
const secret = 'the secret of the canary';
let visitors = 0;
const server = createServer(() => (visitors += 1));
const bird = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
let canaries: Canaries;

beforeAll(async () => {
  file('secret.txt', secret);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  canaries = {
    secret: file('secret.txt'),
    written: join(file('.'), 'written'),
    port,
    pid: bird.pid as number,
  };
});

afterAll(() => {
  server.close();
  bird.kill();
});

/** Where the canaries are is filled in later. */
const attacks = attacksOn({ secret: '', written: '', port: 0, pid: 0 });
const kinds = [...new Set(attacks.map(({ kind }) => kind))];

describe('Attacks', () => {
  it('are fifty, of ten kinds', () => {
    expect([kinds.length, attacks.length]).toEqual([10, 50]);
  });

  it.each(kinds)('by %s get no points, and touch nothing', async (kind) => {
    for (const { name, code } of attacksOn(canaries).filter((attack: Attack) => attack.kind === kind)) {
      const path = file(`${name.replaceAll(' ', '-')}.js`, code);
      const grade = await gradeOf(path, { only: 3, cases: 1, seconds: 0.5, megabytes: 64 });
      const told = JSON.stringify(grade);
      expect([name, grade.score, told.includes(secret)]).toEqual([name, 0, false]);
      expect([name, existsSync(canaries.written), visitors, bird.exitCode, bird.signalCode]).toEqual([
        name,
        false,
        0,
        null,
        null,
      ]);
    }
  });
});

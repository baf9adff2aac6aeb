/**
 * `npm run grade:class -- [--submissions N] [--jobs N] [--folder PATH] [--redis URL]`: generates a class, grades it at once,
 * killed and continued, in shards, and by a queue with two workers, and compares all tables.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Aviary, secret } from './canaries.ts';
import { generateClass } from './generated.ts';
import {
  gradeAtOnce,
  gradeByQueue,
  gradeInShards,
  gradeInterrupted,
  startRedis,
  tablesIn,
  trialIn,
  undeserved,
} from './trial.ts';

const { values } = parseArgs({
  options: {
    submissions: { type: 'string', default: '300' },
    jobs: { type: 'string', default: '2' },
    folder: { type: 'string' },
    redis: { type: 'string' },
  },
});

const count = Number(values.submissions);
const place = values.folder === undefined ? mkdtempSync(join(tmpdir(), 'class-')) : resolve(values.folder);
const trial = trialIn(place, Number(values.jobs));
const began = performance.now();
const say = (text: string) => {
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  process.stdout.write(`${seconds.padStart(5)} s  ${text}\n`);
};

const aviary = await Aviary.open(place);
const problems: string[] = [];
const names = ['at-once', 'interrupted', 'in-shards'];
try {
  const generated = await generateClass(trial.folder, count, aviary.canaries);
  say(`${count} submissions in ${trial.folder}`);
  await gradeAtOnce(trial, 'at-once');
  say('graded at once');
  const left = await gradeInterrupted(trial, 'interrupted', Math.floor(count / 2));
  if (left >= count) problems.push('the run had ended before it could be killed');
  say(`killed with ${left} results, and continued`);
  await gradeInShards(trial, 'in-shards', 3);
  say('graded in three shards');
  const redis = values.redis === undefined ? await startRedis() : undefined;
  const url = values.redis ?? redis?.url;
  if (url === undefined) say('there is no redis-server here: not graded by a queue');
  else {
    await gradeByQueue(trial, 'by-queue', url, Math.floor(count / 2)).finally(() => redis?.close());
    names.push('by-queue');
    say('graded by a queue and two workers, of which one was killed');
  }
  problems.push(...undeserved(trial, 'at-once', generated), ...aviary.touched());
  const [first, ...others] = names.map((name) => tablesIn(trial, name));
  for (const [file, text] of first ?? []) {
    if (text.includes(secret)) problems.push(`${file} has the secret in it`);
    for (const [n, other] of others.entries())
      if (other.get(file) !== text) problems.push(`${file} of ${names[n + 1]} differs`);
  }
} finally {
  aviary.close();
  if (values.folder === undefined) rmSync(place, { recursive: true });
}
for (const problem of problems) process.stdout.write(`${problem}\n`);
say(problems.length === 0 ? `${names.length} times the same tables` : `${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

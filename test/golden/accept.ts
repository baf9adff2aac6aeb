/** `npm run golden`: accepts what `ringlab translate` prints of each guest now, and says what changed. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { accepted, goldenFile, guests, printed } from './cases.ts';

function accept(name: string): string {
  const path = goldenFile(name);
  const now = printed(name);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  if (now === before) return 'as it was';
  writeFileSync(path, now);
  return before === undefined ? 'new' : 'CHANGED';
}

for (const name of guests) process.stdout.write(`${name}: ${accept(name)}\n`);
for (const name of accepted.filter((one) => !guests.includes(one))) {
  rmSync(goldenFile(name));
  process.stdout.write(`${name}: removed, there is no such guest\n`);
}
process.stdout.write('Read `git diff test/golden` before you commit it.\n');

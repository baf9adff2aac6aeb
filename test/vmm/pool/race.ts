/** A process of race.long.test.ts: adds to a number in the store, so often, and prints how often it was refused. */
import { randomBytes } from 'node:crypto';
import { FolderStore } from '../../../vmm/pool/folder-store.ts';
import type { CommitAnswer, PoolEntries } from '../../../vmm/pool/store.ts';

const [, , folder = '', wins = '0'] = process.argv;
const store = new FolderStore(folder, {
  machine: 'here',
  boot: 'first',
  clock: () => Number(process.hrtime.bigint() / 1_000_000n),
  newName: () => randomBytes(8).toString('hex'),
});
let refused = 0;
for (let left = Number(wins); left > 0; ) {
  let entries: PoolEntries = new Map();
  store.read((found) => {
    entries = found ?? entries;
  });
  const { value = 0, revision = 0 } = entries.get('number') ?? {};
  let answer: CommitAnswer = 'unknown';
  const changes = [{ key: 'number', value: (value as number) + 1 }];
  store.commit({ when: [{ key: 'number', revision }], changes }, (given) => {
    answer = given;
  });
  if ((answer as CommitAnswer) === 'committed') left -= 1;
  else refused += 1;
}
process.stdout.write(String(refused));

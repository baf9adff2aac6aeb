/** `ringlab new KIND FOLDER`: starts a project that runs, with what an editor needs. */
import { basename, resolve } from 'node:path';
import { Argument } from 'commander';
import { createCommand, exitWith } from '../command.ts';
import { EXIT } from '../failure.ts';
import { print } from '../output.ts';
import { type KindName, kindNames, kinds } from '../projects/kinds.ts';
import { writeAll } from '../projects/write.ts';

export const command = createCommand('new', 'Start a project of your own, which runs as it is')
  .addArgument(new Argument('<kind>', 'what it is to be').choices(kindNames))
  .argument('<folder>', 'where to put it; made if it is not there')
  .action(exitWith(start));

async function start(kind: KindName, folder: string): Promise<number> {
  const { files, next, read, summary } = kinds[kind];
  const written = writeAll(folder, await files(basename(resolve(folder))));
  print(`${folder}: ${summary}; ${written.length} files\n\nGo on with\n`);
  for (const line of [`cd ${folder}`, ...next]) print(`  ${line}\n`);
  print(`\n${read}\n`);
  return EXIT.DONE;
}

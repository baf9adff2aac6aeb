/** All man pages: one for ringlab, one for each verb, as the help has them. */
import type { Command } from 'commander';
import { formatManPage, manName } from './man.ts';
import { type Page, pageOf } from './page.ts';

/** Every man page below a command, by the name of its file. */
export function manPages(program: Command, version: string): ReadonlyMap<string, string> {
  const pages = commandsFrom(program).map((command) => ({
    page: pageOf(command),
    others: relatives(command),
  }));
  return new Map(
    pages.map(({ page, others }) => [`${manName(page)}.1`, formatManPage(page, version, others)]),
  );
}

function commandsFrom(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(commandsFrom)];
}

/** The pages of the command above it and of those below it. */
function relatives(command: Command): readonly Page[] {
  const above = command.parent === null ? [] : [command.parent];
  return [...above, ...command.commands].map(pageOf);
}

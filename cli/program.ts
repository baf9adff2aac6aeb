/** The command `ringlab`, to which its verbs (verbs.ts) are added. */
import type { Command } from 'commander';
import { createGroup } from './command.ts';
import { verbGroups } from './verbs.ts';

declare const RINGLAB_VERSION: string | undefined;

/** The version of the bundle; a run from the sources has none. */
export const version = typeof RINGLAB_VERSION === 'undefined' ? 'unbundled' : RINGLAB_VERSION;

/** `ringlab` without a verb. */
export function createProgram(): Command {
  return createGroup(
    'ringlab',
    'A virtualization laboratory: see, run, break and prove how a virtual machine monitor works.',
  )
    .version(version, '-V, --version', 'Print the version')
    .helpCommand(false)
    .enablePositionalOptions();
}

/** Adds every verb, in the order of the list. */
export async function addAllVerbs(program: Command): Promise<Command> {
  for (const { heading, verbs } of verbGroups)
    for (const load of Object.values(verbs)) program.addCommand((await load()).command.helpGroup(heading));
  return program;
}

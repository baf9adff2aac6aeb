/** `ringlab snapshot …`: a guest's states stored in a folder, as a tree; see vmm/snapshot. */
import type { Command } from 'commander';
import { createGroup, exitWith } from '../command.ts';
import {
  addGuestOptions,
  addRunOptions,
  contextOption,
  addSecretOptions,
  defaulting,
  JSON_OPTION,
  parseStep,
  PROCESS_OPTIONS,
  refuseOptions,
} from '../options.ts';
import { clone, consolidate, remove, revert, template } from '../snapshot/changes.ts';
import { diff, list, show, tree, verify } from '../snapshot/reports.ts';
import { defaultFolder } from '../snapshot/store.ts';
import { restore, take } from '../snapshot/take.ts';

export const command = createGroup('snapshot', 'Take, restore, branch and clone snapshots of a guest');

/** Adds a verb of `snapshot`. */
function add(name: string, summary: string): Command {
  return command
    .command(name)
    .description(summary)
    .option('--store <folder>', 'Use the snapshots in this folder', defaultFolder);
}

const takeVerb = addSecretOptions(
  addGuestOptions(add('take', 'Run a guest to a step, take a snapshot and make it the current one')),
)
  .argument('<name>', 'its name')
  .argument('[file]', 'start this program; without one, continue from the current snapshot')
  .option('--at <step>', 'Take it at this step; +N: after N more steps', parseStep)
  .option('--of <guest>', 'Take it of a guest that runs on a host, and let the guest run on')
  .addOption(defaulting('--on <host:port>', 'Find that guest on this host', 'look on this machine'))
  .option('--from <name>', 'Continue from this snapshot instead')
  .option('--compress', 'Write a smaller file, more slowly')
  .action(exitWith(take));
refuseOptions(takeVerb, PROCESS_OPTIONS, 'a process is not a machine, and has no snapshots');

add('list', 'List the snapshots')
  .option(...JSON_OPTION)
  .action(exitWith(list));

add('tree', 'Draw which snapshot was taken from which').action(exitWith(tree));

add('show', 'Print what a snapshot contains')
  .argument('[name]', 'default the current one')
  .option(...JSON_OPTION)
  .action(exitWith(show));

add('diff', 'Print how two snapshots differ: registers, devices, memory, disk')
  .argument('<left>')
  .argument('<right>')
  .option(...JSON_OPTION)
  .action(exitWith(diff));

addRunOptions(add('restore', 'Continue a guest from a snapshot, which does not change; exit with its status'))
  .argument('[name...]', 'default the current one; several run in turns and share memory')
  .addOption(contextOption())
  .action(exitWith(restore));

add('revert', 'Go back to a snapshot: the next one is taken from it')
  .argument('<name>')
  .action(exitWith(revert));

add('clone', 'Make new machines that share everything with a snapshot until they change it')
  .argument('<name>', 'the snapshot')
  .argument('<new...>', 'names of the clones')
  .action(exitWith(clone));

add('template', 'Make a snapshot a template: it does not run, but can be cloned')
  .argument('<name>')
  .option('--off', 'Let it run again')
  .action(exitWith(template));

add('consolidate', 'Copy into a snapshot all that it shares with those it was taken from')
  .argument('<name>')
  .action(exitWith(consolidate));

add('delete', 'Delete snapshots; those taken from them do not change')
  .argument('<name...>')
  .action(exitWith(remove));

add('verify', 'Check every file, every block and every parent')
  .option(...JSON_OPTION)
  .action(exitWith(verify));

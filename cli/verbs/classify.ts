/** `ringlab classify`: measures Popek and Goldberg's sets, and what their theorems say of a variant. */
import { Option } from 'commander';
import { classes } from '../../isa/classify/classes.ts';
import { createCommand, exitWith } from '../command.ts';
import { addVariantOption, JSON_OPTION } from '../options.ts';

export const command = addVariantOption(
  createCommand('classify', "Measure Popek and Goldberg's sets of a variant; print witnesses and verdicts"),
)
  .option(...JSON_OPTION)
  .option('--markdown', 'Print a handout: all evidence and the definitions')
  .option('--evidence', 'Print all evidence')
  .option('--guest-mode', 'Measure in guest mode: what must exit there, and why; also as --json')
  .option('--svg <file>', 'Write the Euler diagram of the sets')
  .option('--witness <instruction>', 'Print a program that shows why the instruction is sensitive')
  .addOption(
    new Option('--of <class>', 'With --witness: choose the class that the program shows').choices(classes),
  )
  .option('-o, --output <file>', 'Write the text to this file instead of printing it')
  // Its states and samples take time to make: no other verb, and no help, waits for them.
  .action(exitWith(async (options) => (await import('../classification.ts')).classify(options)));

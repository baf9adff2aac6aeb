/** `ringlab disasm FILE`: prints assembly that assembles back to the same bytes. */
import { disassembleImage } from '../../isa/machine/disassemble-image.ts';
import { createCommand, exitWith } from '../command.ts';
import { loadFile } from '../files.ts';
import { ARGUMENT } from '../options.ts';
import { print } from '../output.ts';

export const command = createCommand('disasm', 'Print assembly text that assembles back to the same bytes')
  .argument('<file>', ARGUMENT.PROGRAM)
  .action(exitWith(disasm));

async function disasm(file: string): Promise<number> {
  print(disassembleImage(await loadFile(file)));
  return 0;
}

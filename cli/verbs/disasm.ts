/** `ringlab disasm FILE`: prints assembly that assembles back to the same bytes. */
import { disassembleImage } from '../../isa/machine/disassemble-image.ts';
import { loadFile } from '../files.ts';
import { print } from '../output.ts';

export async function disasm(file: string): Promise<number> {
  print(disassembleImage(await loadFile(file)));
  return 0;
}

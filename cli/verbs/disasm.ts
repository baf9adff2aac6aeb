/** `ringlab disasm FILE`: prints assembly that assembles back to the same bytes. */
import { disassembleImage } from '../../isa/machine/disassemble-image.ts';
import { loadFile } from '../files.ts';
import { writeAll } from '../streams.ts';

export async function disasm(file: string): Promise<number> {
  writeAll(1, new TextEncoder().encode(disassembleImage(await loadFile(file))));
  return 0;
}

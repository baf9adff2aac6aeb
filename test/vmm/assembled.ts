/** Small guests written in a test. */
import { assemble } from '../../assembler/index.ts';
import { type Image, readImage } from '../../isa/machine/image.ts';

/** The image of a system guest's text. Throws the assembler's error. */
export function image(text: string): Image {
  return readImage(assemble([{ name: 'guest.s', text: `${text.trimEnd()}\n` }]).elf);
}

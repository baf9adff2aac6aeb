/**
 * Minivisors with one known bug each. A bug is planted in the assembly, in entry.s or in what the compiler made of a
 * chapter, so that no compiler is needed; after `build.sh`, a patch whose text is gone has to be found anew.
 */
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assemble } from '../../../assembler/index.ts';
import { type Image, readImage } from '../../../isa/machine/image.ts';

export interface Bug {
  /** What is wrong, in a sentence. */
  readonly says: string;
  readonly file: string;
  /** A text that is in the file exactly once, and what is there instead. */
  readonly from: string;
  readonly to: string;
}

export const bugs: readonly Bug[] = [
  {
    says: 'Nothing is traced: what was derived from a page table stays when the table is written.',
    file: 'shadow.s',
    from: '\nwritten:\n',
    to: '\nwritten:\n\tret\n',
  },
  {
    says: 'A hidden fault is taken for a true one, and reflected.',
    file: 'main.s',
    from: '\tcall\tlocate\n\tbne\ta0,zero,',
    to: '\tcall\tlocate\n\tli\ta0,13\n\tbne\ta0,zero,',
  },
  {
    says: 'A true fault is taken for a hidden one, and repaired.',
    file: 'main.s',
    from: '\tcall\tlocate\n\tbne\ta0,zero,',
    to: '\tcall\tlocate\n\tli\ta0,0\n\tbne\ta0,zero,',
  },
  {
    says: 'D is not set: the shadow of a whole table lets the guest write pages that are not dirty yet.',
    file: 'shadow.s',
    from: '\tandi\ta1,a5,68\n\tli\ta3,68\n',
    to: '\tandi\ta1,a5,4\n\tli\ta3,4\n',
  },
  {
    says: 'The timer is lost: it goes off, and no line is pending.',
    file: 'vcpu.s',
    from: '\tsw\ta3,236(a5)\n\tsw\ta4,240(a5)\n',
    to: '\tsw\ta3,236(a5)\n',
  },
  {
    says: 'LIMIT is open in virtual rings 1 to 3.',
    file: 'entry.s',
    from: '    lw   t1, W_LIMIT(t0)\n',
    to: '    li   t1, 0\n',
  },
  {
    says: 'TIME is off by one when the guest reads it.',
    file: 'vcpu.s',
    from: '\tlw\ta0,vcpu+216\n\tret\n',
    to: '\tlw\ta0,vcpu+216\n\taddi\ta0,a0,1\n\tret\n',
  },
  {
    says: "DMA is unchecked: the disk reaches past the end of the guest's memory.",
    file: 'devices.s',
    from: '\taddi\ta5,a5,-512\n\tbgtu\ta3,a5,',
    to: '\tli\ta5,-1\n\tbgtu\ta3,a5,',
  },
  {
    says: 'The user flags are lost when the guest is entered.',
    file: 'entry.s',
    from: '    lw   t1, W_STATUS(t0)\n',
    to: '    lw   t1, W_STATUS(t0)\n    andi t1, t1, 7\n',
  },
  {
    says: 'The bound of R is not composed: the guest reaches all that is above its base.',
    file: 'entry.s',
    from: '    lw   t1, W_BOUND(t0)\n',
    to: '    li   t1, -1\n',
  },
  {
    says: 'The guest runs in real ring 0.',
    file: 'entry.s',
    from: '    lw   t1, W_STATUS(t0)\n',
    to: '    lw   t1, W_STATUS(t0)\n    andi t1, t1, -4\n',
  },
];

const folder = fileURLToPath(new URL('../../../guests/minivisor/', import.meta.url));

/** Minivisor with a bug. Throws an Error if there is no place to plant it. */
export function planted({ file, from, to }: Bug): Image {
  const readFile = (path: string, includedIn: string) => {
    const bytes = readFileSync(resolve(dirname(includedIn), path));
    if (basename(path) !== file) return bytes;
    const parts = bytes.toString().split(from);
    if (parts.length !== 2)
      throw new Error(`${file} has ${parts.length - 1} places like ${JSON.stringify(from)}`);
    return new TextEncoder().encode(parts.join(to));
  };
  const name = resolve(folder, 'minivisor.s');
  return readImage(assemble([{ name, text: readFileSync(name, 'utf8') }], { readFile }).elf);
}

/** A monitor that is ring-0 software of Ring32, from C or from assembly: what `grade --minivisor` grades. */
import { spawnSync } from 'node:child_process';
import { type Image, readImage } from '../isa/machine/image.ts';
import { badInput, EXIT, Failure } from './failure.ts';
import { assembleFiles, loadFile } from './files.ts';

/** The compilers that are tried, and their options: those of guests/minivisor/build.sh. */
export const compilers = ['riscv64-unknown-elf-gcc', 'riscv32-unknown-elf-gcc'];
const flags =
  '-march=rv32im -mabi=ilp32 -mcmodel=medany -O2 -ffreestanding -fno-builtin -fno-jump-tables -fno-strict-aliasing ' +
  '-fno-asynchronous-unwind-tables -fno-ident -msmall-data-limit=0 -Wall -Wno-main -S -o -';

/** The image of `file`: C, which is compiled, or assembly or ELF. Throws a Failure. */
export async function loadRingMonitor(file: string): Promise<Image> {
  const image = file.endsWith('.c') ? await compiled(file) : await loadFile(file);
  for (const symbol of ['vcpu', 'allocation']) {
    if (!image.symbols.some(({ name }) => name === symbol))
      throw badInput(`${file}: it has no symbol ${symbol}, so there is no telling what its guest does`);
  }
  return image;
}

async function compiled(file: string): Promise<Image> {
  for (const compiler of compilers) {
    const { error, status, stdout, stderr } = spawnSync(compiler, [...flags.split(' '), file], {
      encoding: 'utf8',
    });
    if (error !== undefined) continue;
    if (status !== 0) throw badInput(`${file}: it does not compile:\n${stderr.trimEnd()}`);
    const name = file.replace(/\.c$/, '.s');
    return readImage((await assembleFiles([name], [new TextEncoder().encode(stdout)])).elf);
  }
  throw new Failure(
    EXIT.UNREACHABLE,
    `${file}: C needs a compiler here, ${compilers[0]}; or compile it yourself and name the .s`,
  );
}

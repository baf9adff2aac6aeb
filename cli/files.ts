/** Reading what the user names and writing what they ask for, whole or not at all. */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Assembly } from '../assembler/index.ts';
import { type Image, ImageError, readImage } from '../isa/machine/image.ts';
import { parseVariant, type Variant, VariantError, variantNamed, variants } from '../isa/table/variants.ts';
import { badInput, Failure, systemReason, usage } from './failure.ts';

/** The largest file we read: no image or source of use is larger. */
const largest = 64 * 2 ** 20;

/** Reads a file. Throws a Failure that names it. */
export function readInput(path: string): Uint8Array {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw badInput(`${path}: cannot read it: ${systemReason(error)}`);
  }
  try {
    const { size } = fstatSync(file);
    if (size > largest) {
      throw badInput(
        `${path}: ${Math.round(size / 2 ** 20)} MB is more than the ${largest / 2 ** 20} MB we read`,
      );
    }
    return readFileSync(file);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw badInput(`${path}: cannot read it: ${systemReason(error)}`);
  } finally {
    closeSync(file);
  }
}

/** Writes a file whole or not at all: temporary beside it, synchronized, renamed. Throws a Failure that names it. */
export function writeOutput(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, 'wx');
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw badInput(`${path}: cannot write it: ${systemReason(error)}`);
  }
}

/** Whether the bytes begin as an ELF file does. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/** Assembles source files into one image. Throws the assembler's error, or a Failure. */
export async function assembleFiles(
  paths: readonly string[],
  inputs: readonly Uint8Array[],
  base?: number,
): Promise<Assembly> {
  const { assemble } = await import('../assembler/index.ts');
  const sources = paths.map((name, n) => ({ name, text: decodeText(name, inputs[n] as Uint8Array) }));
  return assemble(sources, {
    ...(base === undefined ? {} : { base }),
    readFile: (path, from) => readInput(resolve(dirname(from), path)),
  });
}

function decodeText(name: string, bytes: Uint8Array): string {
  try {
    if (!bytes.includes(0)) return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Not UTF-8: told below.
  }
  throw badInput(`${name}: neither an ELF file nor assembly text (it has bytes that no text has)`);
}

/** Reads an image from an ELF file, or assembles it from a source file. */
export async function loadFile(path: string): Promise<Image> {
  const bytes = readInput(path);
  if (bytes.length === 0) throw badInput(`${path}: the file is empty`);
  const elf = isElf(bytes) ? bytes : (await assembleFiles([path], [bytes])).elf;
  return withName(path, () => readImage(elf));
}

/** Runs `act`; an ImageError gets the file's name and its exit status. */
export function withName<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof ImageError) throw badInput(`${path}: ${error.message}`);
    throw error;
  }
}

/** The variant of `--isa`: a name, or a JSON file. */
export function loadVariant(name: string): Variant {
  const known = variantNamed(name);
  if (known !== undefined) return known;
  if (!name.endsWith('.json')) {
    const names = variants.map((variant) => variant.name).join(', ');
    throw usage(`--isa ${name}: unknown variant; choose ${names}, or a .json file of your own`);
  }
  try {
    return parseVariant(new TextDecoder().decode(readInput(name)));
  } catch (error) {
    if (error instanceof VariantError) throw badInput(`${name}: ${error.message}`);
    throw error;
  }
}

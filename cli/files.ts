/** Reads the files that the user names, and writes the files that they ask for: each whole or not at all. */
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Assembly } from '../assembler/index.ts';
import { type Image, ImageError, readImage } from '../isa/machine/image.ts';
import { parseVariant, type Variant, VariantError, variantNamed, variants } from '../isa/table/variants.ts';
import { badInput, Failure, systemReason, usage } from './failure.ts';
import { note } from './output.ts';
import { persist } from './persist.ts';
import { guestNamed } from './projects/guests.ts';

/** The largest file that is read: no useful image or source is larger. */
const largest = 64 * 2 ** 20;

/** Reads a file, a device or a pipe to its end. Throws a Failure that names it. */
export function readInput(path: string): Uint8Array {
  try {
    const file = openSync(path, 'r');
    try {
      return readToEnd(path, file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw badInput(`${path}: cannot read it: ${systemReason(error)}${exampleHint(path, error)}`);
  }
}

/** Where a guest of ours is that is not in the folder in which it was looked for. */
function exampleHint(path: string, error: unknown): string {
  const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  const guest = isMissing ? guestNamed(path) : undefined;
  return guest === undefined ? '' : `; ringlab example ${guest.name} copies it into this folder`;
}

function readToEnd(path: string, file: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let size = 0; size <= largest; ) {
    const part = new Uint8Array(2 ** 18);
    const count = persist(() => readSync(file, part), 'EOF') ?? 0;
    if (count === 0) return Buffer.concat(parts);
    parts.push(part.subarray(0, count));
    size += count;
  }
  throw badInput(`${path}: larger than ${largest / 2 ** 20} MiB, the most that ringlab reads`);
}

/**
 * Writes a file whole or not at all: a temporary beside it, synchronized, renamed. A file that is replaced keeps its
 * permissions. A device or a pipe is written directly. Throws a Failure that names it.
 */
export function writeOutput(path: string, bytes: Uint8Array): void {
  write(path, bytes, false);
}

/** Writes a program as `writeOutput` does, and lets everyone who may read it run it, as linkers do. */
export function writeProgram(path: string, bytes: Uint8Array): void {
  write(path, bytes, true);
}

function write(path: string, bytes: Uint8Array, executable: boolean): void {
  try {
    const present = statSync(path, { throwIfNoEntry: false });
    if (present === undefined) replaceFile(path, bytes, executable);
    else if (present.isFile()) replaceFile(realpathSync(path), bytes, executable, present.mode);
    else writeFileSync(path, bytes);
  } catch (error) {
    throw badInput(`${path}: cannot write it: ${systemReason(error)}`);
  }
}

/**
 * Throws a Failure that names `path` when no file can be written there. Called before long work, so that the work is
 * not wasted; writing can still fail afterwards.
 */
export function mustBeWritable(path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
      throw badInput(`${path}: cannot write it: it is a folder`);
    accessSync(dirname(path), constants.W_OK);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw badInput(`${path}: cannot write it: ${systemReason(error)}`);
  }
}

/** Throws a Failure that names `path` unless it is a folder whose entries can be read. */
export function mustBeFolder(path: string): void {
  try {
    readdirSync(path);
  } catch (error) {
    const isFile = statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
    const reason = isFile
      ? `it is a file; --dir ${dirname(path)}:/ gives the folder that it is in`
      : systemReason(error);
    throw badInput(`${path}: cannot give it to the process: ${reason}`);
  }
}

/** `before` is the mode of the file that is replaced; without it, the umask decides. */
function replaceFile(path: string, bytes: Uint8Array, executable: boolean, before?: number): void {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'wx', executable ? 0o777 : 0o666);
  try {
    try {
      if (before !== undefined) fchmodSync(file, (before & 0o777) | (executable ? (before & 0o444) >> 2 : 0));
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Whether the bytes begin as an ELF file does. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/** Assembles source files into one image, and prints the warnings. Throws the assembler's error, or a Failure. */
export async function assembleFiles(
  paths: readonly string[],
  inputs: readonly Uint8Array[],
  base?: number,
): Promise<Assembly> {
  const { assemble, formatDiagnostic } = await import('../assembler/index.ts');
  const sources = paths.map((name, n) => ({ name, text: inputs[n] as Uint8Array }));
  const assembly = assemble(sources, {
    ...(base === undefined ? {} : { base }),
    readFile: (path, from) => readInput(resolve(dirname(from), path)),
  });
  for (const warning of assembly.warnings) note(`${formatDiagnostic(warning, 'warning')}\n`);
  return assembly;
}

/** The bytes of an ELF file, or of the one that a source file is assembled to. */
export async function loadProgram(path: string): Promise<Uint8Array> {
  const bytes = readInput(path);
  if (bytes.length === 0) throw badInput(`${path}: the file is empty`);
  return isElf(bytes) ? bytes : (await assembleFiles([path], [bytes])).elf;
}

/** Reads an image from an ELF file, or assembles it from a source file. */
export async function loadFile(path: string): Promise<Image> {
  const elf = await loadProgram(path);
  return withName(path, () => readImage(elf));
}

/** Runs `act`. An ImageError becomes a Failure that names the file. */
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
    if (error instanceof VariantError) throw badInput(`${name}: ${error.message.replaceAll(/\s+/g, ' ')}`);
    throw error;
  }
}

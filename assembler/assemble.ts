/**
 * Assembles sources to an image: reads each file into a unit, and links the units. If a conditional branch
 * does not reach its target, everything is read again with that branch in its long form,
 * until every branch reaches its target.
 */
import { AssemblyError, type Diagnostic, Diagnostics } from './diagnostics.ts';
import { debugSections } from './elf/debug-line.ts';
import { writeElf } from './elf/elf.ts';
import { LayoutError } from './link/layout.ts';
import { type LinkedImage, link } from './link/link.ts';
import { type ListingLine, listingOf } from './listing.ts';
import { evaluate } from './object/evaluate.ts';
import { type AsmSymbol, isInternal } from './object/symbol.ts';
import { readUnit } from './read/read-unit.ts';
import { NotAssembly, sourceText } from './source/text.ts';

/** A file to assemble. */
export interface SourceFile {
  /** Its name in messages. */
  readonly name: string;
  /** The text, or the bytes of it. */
  readonly text: string | Uint8Array;
}

/** The options of `assemble`. Everything has a default. */
export interface AssembleOptions {
  /** Address of the first section; default 0x10000. */
  readonly base?: number | undefined;
  /**
   * Returns an included file's bytes; `from` is the name of the file that includes it. Throws if the file
   * cannot be read. Default: no file can be included.
   */
  readonly readFile?: ((path: string, from: string) => Uint8Array) | undefined;
}

/** What `assemble` returns: an executable, and information about it. */
export interface Assembly {
  /** The executable, an ELF32 file: `readImage` reads it. */
  readonly elf: Uint8Array;
  /** Address of the first instruction: `_start`, or the first one there is. */
  readonly entry: number;
  /** The addresses of all defined symbols, by name. */
  readonly symbols: ReadonlyMap<string, number>;
  /** One entry per source line that produced bytes or a label, in order of address. */
  readonly listing: readonly ListingLine[];
  /** Things that are allowed, but probably mistakes. */
  readonly warnings: readonly Diagnostic[];
}

const DEFAULT_BASE = 0x10000;
/** Each round makes at least one more branch long; real programs need two or three. */
const MAX_ROUNDS = 50;

/** Assembles and links. Throws AssemblyError with all errors that were found. */
export function assemble(files: readonly SourceFile[], options: AssembleOptions = {}): Assembly {
  const sources = readSources(files);
  const long = sources.map(() => new Set<number>());
  for (let round = 1; ; round++) {
    const diagnostics = new Diagnostics();
    const image = buildImage(sources, options, long, diagnostics);
    const far = round < MAX_ROUNDS ? image.far : [];
    if (far.every((branches) => branches.length === 0)) return finish(image, diagnostics);
    far.forEach((branches, n) => {
      for (const branch of branches) long[n]?.add(branch);
    });
  }
}

interface TextFile {
  readonly name: string;
  readonly text: string;
}

function buildImage(
  sources: readonly TextFile[],
  options: AssembleOptions,
  long: readonly ReadonlySet<number>[],
  diagnostics: Diagnostics,
): LinkedImage {
  const readFile = options.readFile ?? cannotInclude;
  const units = sources.map(({ name, text }, n) =>
    readUnit({ name, text, long: long[n] ?? new Set(), readFile }, diagnostics),
  );
  try {
    return link(units, options.base ?? DEFAULT_BASE, diagnostics);
  } catch (error) {
    if (error instanceof LayoutError)
      throw new AssemblyError([...diagnostics.errors, wholeFile('the image', error.message)]);
    throw error;
  }
}

function cannotInclude(): never {
  throw new Error('files cannot be included here');
}

/** The texts of the files. Throws AssemblyError with one message for each file that is not assembly text. */
function readSources(files: readonly SourceFile[]): TextFile[] {
  const refused: Diagnostic[] = [];
  const sources = files.map(({ name, text }) => {
    try {
      return { name, text: sourceText(text) };
    } catch (error) {
      if (!(error instanceof NotAssembly)) throw error;
      refused.push(wholeFile(name, error.message, error.hint));
      return { name, text: '' };
    }
  });
  if (refused.length > 0) throw new AssemblyError(refused);
  return sources;
}

function wholeFile(file: string, message: string, hint?: string): Diagnostic {
  return { file, line: 0, column: 0, source: '', message, ...(hint === undefined ? {} : { hint }) };
}

function finish(image: LinkedImage, { errors, warnings }: Diagnostics): Assembly {
  if (errors.length > 0)
    throw new AssemblyError(
      inOrder(
        errors,
        image.units.map((unit) => unit.file),
      ),
    );
  return {
    elf: writeElf(image, debugSections(image)),
    entry: image.entry,
    symbols: symbolsOf(image),
    listing: listingOf(image),
    warnings,
  };
}

/** Diagnostics in order of file and line; one inside a macro counts where the macro is used. */
function inOrder(errors: readonly Diagnostic[], files: readonly string[]): Diagnostic[] {
  const file = (error: Diagnostic): number => files.indexOf((error.via?.at(-1) ?? error).file);
  const line = (error: Diagnostic): number => (error.via?.at(-1) ?? error).line;
  return [...errors].sort((one, other) => file(one) - file(other) || line(one) - line(other));
}

/** Addresses by name. If several files define a name, the global symbol counts, or else that of the first file. */
function symbolsOf(image: LinkedImage): Map<string, number> {
  const symbols = new Map<string, number>();
  const all = [
    ...image.names.globals.values(),
    ...image.names.provided.values(),
    ...image.units.flatMap((unit) => [...unit.symbols.values()]),
  ];
  for (const symbol of all) {
    if (!hasPlace(symbol) || symbols.has(symbol.name)) continue;
    const { value } = evaluate({ kind: 'symbol', at: 0, symbol }, { placed: true, pc: 0 });
    symbols.set(symbol.name, Number(BigInt.asUintN(32, value)));
  }
  return symbols;
}

function hasPlace(symbol: AsmSymbol): boolean {
  return symbol.isDefined && !isInternal(symbol.name);
}

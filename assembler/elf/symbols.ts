/** The symbol table: locals file by file, then globals. */
import type { LinkedImage } from '../link/link.ts';
import type { OutputSection } from '../link/layout.ts';
import { evaluate } from '../object/evaluate.ts';
import { type AsmSymbol, isInternal } from '../object/symbol.ts';
import { concatenate, record, StringTable } from './bytes.ts';
import { ELF } from './format.ts';

export interface ElfSymbolTable {
  readonly symbols: Uint8Array;
  readonly strings: Uint8Array;
  /** Index of the first symbol that is not local. */
  readonly firstGlobal: number;
}

/** Whether a symbol is left out of the symbol table: the assembler's own ones, and temporary ones of compilers. */
function isTemporary(name: string): boolean {
  return name.startsWith('.L') || isInternal(name);
}

/** The image's symbol table. `indexOf` returns the header number of a section. */
export function symbolTable(image: LinkedImage, indexOf: (section: OutputSection) => number): ElfSymbolTable {
  const strings = new StringTable();
  const entry = (symbol: AsmSymbol): Uint8Array => symbolEntry(symbol, image, strings, indexOf);
  const locals = image.units.flatMap((unit) => [
    fileEntry(strings.add(unit.file.split(/[\\/]/).at(-1) ?? '')),
    ...[...unit.symbols.values()].filter(isLocal).map(entry),
  ]);
  const globals = [...image.names.globals.values(), ...image.names.provided.values()].map(entry);
  return {
    symbols: concatenate([new Uint8Array(ELF.SYMBOL), ...locals, ...globals]),
    strings: strings.bytes,
    firstGlobal: 1 + locals.length,
  };
}

function isLocal(symbol: AsmSymbol): boolean {
  return (
    symbol.binding === 'local' &&
    symbol.isDefined &&
    symbol.definition.kind !== 'elsewhere' &&
    !isTemporary(symbol.name)
  );
}

function fileEntry(name: number): Uint8Array {
  return record([name, 4], [0, 4], [0, 4], [ELF.STT.file, 1], [0, 1], [ELF.SHN_ABS, 2]);
}

function symbolEntry(
  symbol: AsmSymbol,
  image: LinkedImage,
  strings: StringTable,
  indexOf: (section: OutputSection) => number,
): Uint8Array {
  const { value, section } = evaluate({ kind: 'symbol', at: 0, symbol }, { placed: true, pc: 0 });
  const size = symbol.size === undefined ? 0n : evaluate(symbol.size, { placed: true, pc: 0 }).value;
  const output = section && image.layout.outputOf.get(section);
  const threads = section?.flags.thread ? image.layout.sections.find(({ flags }) => flags.thread) : undefined;
  const offset = value - BigInt(threads?.address ?? 0);
  const type = threads === undefined ? symbol.type : 'thread';
  return record(
    [strings.add(symbol.name), 4],
    [Number(BigInt.asUintN(32, offset)), 4],
    [Number(BigInt.asUintN(32, size)), 4],
    [(ELF.STB[symbol.binding] << 4) | ELF.STT[type], 1],
    [symbol.hidden ? ELF.STV_HIDDEN : 0, 1],
    [output === undefined ? ELF.SHN_ABS : indexOf(output), 2],
  );
}

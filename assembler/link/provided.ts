/** Symbols that the linker defines, as GNU `ld` does, if a file refers to them and no file defines them. */
import { alignUp, type Layout, type OutputSection, occupiesMemory } from './layout.ts';
import { ORIGIN } from './offset-table.ts';

interface Extents {
  readonly base: number;
  readonly textEnd: number;
  readonly dataStart: number;
  readonly dataEnd: number;
  readonly zerosStart: number;
  readonly end: number;
  readonly smallData: number;
  readonly offsetTable: number;
}

/** The distance of `gp` from the start of small data. It lets 12-bit offsets reach in both directions. */
const GP_BIAS = 0x800;

/** The name of the global offset table. */
export const TABLE_NAME = '_GLOBAL_OFFSET_TABLE_';

const definitions: Readonly<Record<string, (extents: Extents) => number>> = {
  __executable_start: ({ base }) => base,
  etext: ({ textEnd }) => textEnd,
  _etext: ({ textEnd }) => textEnd,
  __etext: ({ textEnd }) => textEnd,
  __DATA_BEGIN__: ({ dataStart }) => dataStart,
  __SDATA_BEGIN__: ({ smallData }) => smallData,
  edata: ({ dataEnd }) => dataEnd,
  _edata: ({ dataEnd }) => dataEnd,
  __bss_start: ({ zerosStart }) => zerosStart,
  __BSS_END__: ({ end }) => end,
  end: ({ end }) => end,
  _end: ({ end }) => end,
  [TABLE_NAME]: ({ offsetTable }) => offsetTable,
  __global_pointer$: ({ smallData }) => smallData + GP_BIAS,
};

export const providedNames: ReadonlySet<string> = new Set(Object.keys(definitions));

/** The value of a provided name in this layout. */
export function providedValue(name: string, layout: Layout, base: number): number {
  return (definitions[name]?.(extentsOf(layout, base)) ?? 0) >>> 0;
}

function extentsOf({ sections }: Layout, base: number): Extents {
  const memory = sections.filter(occupiesMemory);
  const data = memory.filter(({ flags }) => flags.write && !flags.nobits);
  const zeros = memory.filter(({ flags }) => flags.nobits);
  const end = endOf(memory, base);
  const dataStart = data[0]?.address ?? zeros[0]?.address ?? alignUp(end, 4096);
  const dataEnd = endOf(data, dataStart);
  return {
    base,
    textEnd: endOf(
      memory.filter(({ flags }) => flags.exec),
      base,
    ),
    dataStart,
    dataEnd,
    zerosStart: zeros[0]?.address ?? dataEnd,
    end,
    smallData: memory.find(({ name }) => name === '.sdata')?.address ?? dataStart,
    offsetTable: (memory.find(({ name }) => name === '.got')?.address ?? dataEnd) + ORIGIN,
  };
}

function endOf(sections: readonly OutputSection[], otherwise: number): number {
  const last = sections.at(-1);
  return last === undefined ? otherwise : last.address + last.size;
}

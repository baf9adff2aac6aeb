/** Names for addresses: the nearest symbol at or before an address. */
import type { ImageSymbol } from './image.ts';
import { printableWord } from './printable.ts';

/** Names come from a file; they are returned in printable form. */
export class SymbolTable {
  readonly #sorted: readonly ImageSymbol[];
  readonly #byName: ReadonlyMap<string, number>;

  constructor(symbols: readonly ImageSymbol[]) {
    const named = symbols.filter(({ name }) => !name.startsWith('$') && !name.startsWith('.L'));
    this.#sorted = [...named].sort((a, b) => a.address - b.address || Number(a.global) - Number(b.global));
    this.#byName = new Map(symbols.map(({ name, address }) => [name, address]));
  }

  /** The symbols by ascending address, without those that only the compiler needs. Names are in printable form. */
  get all(): readonly Pick<ImageSymbol, 'name' | 'address'>[] {
    return this.#sorted.map(({ name, address }) => ({ name: printableWord(name), address }));
  }

  /** The address of a symbol, if there is one of that name. */
  address(name: string): number | undefined {
    return this.#byName.get(name);
  }

  /** The symbol exactly at `address`, if any. */
  exact(address: number): string | undefined {
    const symbol = this.#before(address);
    return symbol?.address === address ? printableWord(symbol.name) : undefined;
  }

  /** `name` or `name+0x10` for an address within 64 KiB after a symbol; otherwise ''. */
  describe(address: number): string {
    const symbol = this.#before(address);
    if (symbol === undefined || address - symbol.address > 0xffff) return '';
    const offset = address - symbol.address;
    const name = printableWord(symbol.name);
    return offset === 0 ? name : `${name}+0x${offset.toString(16)}`;
  }

  #before(address: number): ImageSymbol | undefined {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] as ImageSymbol).address <= address) low = middle + 1;
      else high = middle;
    }
    return this.#sorted[low - 1];
  }
}

/** Ranges of a guest's code, as `--at` takes them. */
import type { SymbolTable } from '../isa/machine/symbols.ts';
import { usage } from './failure.ts';
import { parseCount } from './options.ts';

/** Addresses from `low` up to before `high`. */
export interface AddressRange {
  readonly low: number;
  readonly high: number;
}

/** Parses `main`, `0x10000` or `main-done`: one address, or all from one up to before another. Throws a Failure. */
export function parseAddressRange(text: string, symbols: SymbolTable): AddressRange {
  const address = (name: string): number => {
    const known = symbols.address(name);
    if (known !== undefined) return known;
    try {
      return parseCount(name);
    } catch {
      throw usage(`--at ${text}: "${name}" is neither a symbol of the guest nor an address`);
    }
  };
  const [from = '', to] = symbols.address(text) === undefined ? text.split('-') : [text];
  const low = address(from);
  return { low, high: to === undefined ? low + 1 : address(to) };
}

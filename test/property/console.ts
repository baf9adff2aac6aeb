/** The console of a random guest. */
import { Console } from '../../isa/machine/devices/console.ts';

/** A console with `input` waiting, and what it prints. */
export function newConsole(input: readonly number[]): { console: Console; printed: number[] } {
  const printed: number[] = [];
  const console = new Console((byte) => printed.push(byte));
  console.feed(Uint8Array.from(input));
  console.close();
  return { console, printed };
}

/** Instructions as a client shows them. */
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { peekWord, physicalAddress } from '../../isa/machine/report.ts';
import { disassemble, hex } from '../../isa/table/disassemble.ts';
import type { DebuggedGuest } from '../debugging.ts';
import { sourceOf } from './frames.ts';
import type { Sources } from './sources.ts';

/** `count` instructions from virtual address `from` on, which may be below 0; what cannot be fetched is `??`. */
export function disassembleAt(
  { machine, symbols }: DebuggedGuest,
  sources: Sources,
  from: number,
  count: number,
): P.DisassembledInstruction[] {
  const name = (address: number) => symbols.exact(address) ?? hex(address);
  return Array.from({ length: count }, (_, n) => {
    const va = from + 4 * n;
    const word = va < 0 || va >= 2 ** 32 ? undefined : peekWord(machine, va);
    const address = va < 0 ? `-0x${(-va).toString(16)}` : hex(va);
    if (word === undefined) return { address, instruction: '??', presentationHint: 'invalid' };
    const physical = physicalAddress(machine, va) as number;
    const place = sources.at(physical);
    const symbol = symbols.describe(physical);
    return {
      address,
      instruction: disassemble(word, va, name),
      instructionBytes: hex(word).slice(2),
      ...(symbol === '' ? {} : { symbol }),
      ...(place === undefined ? {} : { location: sourceOf(place), line: place.line }),
    };
  });
}

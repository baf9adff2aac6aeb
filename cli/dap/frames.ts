/** Where the guest is, as a stack of calls. */
import { basename } from 'node:path';
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { peekWord, physicalAddress } from '../../isa/machine/report.ts';
import { hex } from '../../isa/table/disassemble.ts';
import { decode } from '../../isa/table/table.ts';
import type { DebuggedGuest } from '../debugging.ts';
import type { Sources } from './sources.ts';

/** Number of the register of the return address. */
const RA = 1;

export function sourceOf({ path }: { readonly path: string }): P.Source {
  return { name: basename(path), path };
}

/**
 * The frame of the next instruction and, if `ra` says so, the one of its caller. There is no more to be had of assembly
 * text, in which every function saves what it likes.
 */
export function framesOf(guest: DebuggedGuest, sources: Sources): P.StackFrame[] {
  const { machine } = guest;
  const here = frameAt(guest, sources, 1, machine.pc);
  const back = (machine.x[RA] as number) >>> 0;
  if (!isAfterCall(guest, back) || functionAt(guest, back) === functionAt(guest, machine.pc)) return [here];
  return [here, { ...frameAt(guest, sources, 2, (back - 4) >>> 0), presentationHint: 'subtle' }];
}

function frameAt(
  { machine, symbols }: DebuggedGuest,
  sources: Sources,
  id: number,
  pc: number,
): P.StackFrame {
  const physical = physicalAddress(machine, pc);
  const place = physical === undefined ? undefined : sources.at(physical);
  return {
    id,
    name: (physical === undefined ? '' : symbols.describe(physical)) || hex(pc),
    line: place?.line ?? 0,
    column: place === undefined ? 0 : 1,
    instructionPointerReference: hex(pc),
    ...(place === undefined ? {} : { source: sourceOf(place) }),
  };
}

/** Whether the instruction before `address` is a call. */
function isAfterCall({ machine }: DebuggedGuest, address: number): boolean {
  const word = address % 4 === 0 && address >= 4 ? peekWord(machine, address - 4) : undefined;
  const instruction = word === undefined ? undefined : decode(word);
  return instruction?.row.effect.kind === 'jump' && instruction.rd === RA;
}

/** The name of the function at `address`: of the symbol before it. */
function functionAt({ machine, symbols }: DebuggedGuest, address: number): string {
  return symbols.describe(physicalAddress(machine, address) ?? address).replace(/\+0x.*$/, '');
}

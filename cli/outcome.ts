/** How a run ended, told on stderr when there is something to tell, and its exit status. */
import type { Stop } from '../isa/machine/stop.ts';
import { describeAddress, formatCrash } from '../isa/machine/report.ts';
import type { SymbolTable } from '../isa/machine/symbols.ts';
import type { UnknownCall } from '../vmm/process/environments/unknown.ts';
import type { ProcessStop } from '../vmm/process/process.ts';
import { EXIT } from './failure.ts';
import type { Guest } from './guest.ts';
import { note } from './output.ts';

/** Tells the end of a run and returns the exit status. */
export function tellOutcome(
  guest: Pick<Guest, 'machine' | 'symbols' | 'file' | 'unknownCall' | 'missedPath'>,
  stop: Stop | ProcessStop,
): number {
  const { machine, symbols, file } = guest;
  const tell = (text: string) => note(`ringlab: ${file}: ${text}\n`);
  switch (stop.kind) {
    case 'power':
      return stop.status & 0xff;
    case 'exit':
      if (stop.status !== 0) hintAtFolders(guest);
      return stop.status & 0xff;
    case 'limit':
      tell(`stopped after ${machine.steps} steps, as --max-steps asked`);
      return EXIT.LIMIT;
    case 'unhandled':
      tell(
        `stopped by a trap that nobody handles (TVEC is 0):\n  ${formatCrash(machine, stop.cause, stop.value, symbols)}`,
      );
      return EXIT.STOPPED;
    case 'killed':
      tell(
        `killed by ${stop.signal.name}${stop.why === undefined ? '' : ` (${stop.why})`}:\n` +
          `  ${formatCrash(machine, stop.cause, stop.value, symbols)}`,
      );
      remindOfUnknownCall(guest);
      return EXIT.SIGNAL + stop.signal.number;
    case 'refused':
      tell(
        `ended at a call: ${stop.reason}\n  at pc ${describeAddress(machine.pc, symbols)}, step ${machine.steps}`,
      );
      return EXIT.STOPPED;
    case 'forever':
    case 'input':
      tell(
        `waits in hlt for an interrupt that can never come (step ${machine.steps}): ` +
          'no timer is armed, no disk command is under way, no console input is left or its interrupt is off, ' +
          'and no frame is on its way',
      );
      return EXIT.STOPPED;
    case 'trap':
    case 'break':
      throw new Error(`a guest run without host and debugger stopped by ${stop.kind}`);
  }
}

/** Says of a process that failed how it would get the file that it did not find. */
function hintAtFolders({ file, missedPath }: Pick<Guest, 'file' | 'missedPath'>): void {
  const path = missedPath?.();
  if (path === undefined) return;
  const bytes = Uint8Array.from(path, (byte) => byte.charCodeAt(0));
  const shown = new TextDecoder().decode(bytes).replaceAll(/\p{Cc}/gu, '?');
  note(
    `ringlab: ${file}: it asked for "${shown}", which is in no folder that it was given; --dir HOST[:GUEST] gives it one\n`,
  );
}

/** Tells a call that a process' environment does not know. */
export function tellUnknownCall(file: string, { pc, says }: UnknownCall, symbols: SymbolTable): void {
  note(`ringlab: ${file}: ${says}\n  at pc ${describeAddress(pc, symbols)}\n`);
}

/** Says after a crash that a call was not known, which may be why. */
function remindOfUnknownCall({ symbols, unknownCall }: Pick<Guest, 'symbols' | 'unknownCall'>): void {
  const call = unknownCall?.();
  if (call !== undefined)
    note(`This may be why: at step ${call.step}, pc ${describeAddress(call.pc, symbols)}, ${call.says}.\n`);
}

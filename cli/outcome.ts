/** Reports how a run ended, on stderr, and gives its exit status. */
import { posix } from 'node:path';
import { describePlace, formatCrash, wrapped } from '../isa/machine/crash.ts';
import { printableWord } from '../isa/machine/printable.ts';
import type { SymbolTable } from '../isa/machine/symbols.ts';
import { describeAddress, describeTrap } from '../isa/machine/report.ts';
import { lookAhead } from '../vmm/debug/lookahead.ts';
import { describeAhead, lookaheadSteps } from '../vmm/debug/loops.ts';
import type { UnknownCall } from '../vmm/process/environments/unknown.ts';
import { EXIT } from './failure.ts';
import type { PreparedGuest } from './guest.ts';
import { note } from './output.ts';
import type { RunStop } from './running.ts';

type Ended = Pick<PreparedGuest, 'machine' | 'program' | 'file' | 'process'>;
type Trap = { readonly cause: number; readonly value: number };

/** Reports the end of a run on stderr, and returns the exit status. */
export function tellOutcome(guest: Ended, stop: RunStop): number {
  const { machine, program, file } = guest;
  const tell = (text: string) => note(`ringlab: ${file}: ${text}\n`);
  switch (stop.kind) {
    case 'power':
      return stop.status & 0xff;
    case 'exit':
      if (stop.status !== 0) hintAtFolders(guest);
      return stop.status & 0xff;
    case 'limit':
      tell(`stopped after ${machine.steps} steps, as --max-steps asked\n${formatWhereabouts(guest)}`);
      return EXIT.LIMIT;
    case 'interrupted':
      tell(`interrupted (Ctrl-C)\n${formatWhereabouts(guest)}`);
      return EXIT.INTERRUPTED;
    case 'unhandled':
      tell(`stopped by a trap that nobody handles (TVEC is 0):\n  ${formatEnd(guest, stop)}`);
      return EXIT.STOPPED;
    case 'killed': {
      const why = stop.why === undefined ? '' : ` (${stop.why})`;
      tell(`killed by ${stop.signal.name}${why}:\n  ${formatEnd(guest, stop)}`);
      return EXIT.SIGNAL + stop.signal.number;
    }
    case 'refused':
      tell(`ended at a call: ${stop.reason}\n${describePlace(machine, program)}`);
      return EXIT.STOPPED;
    case 'lockup':
      tell(`stopped: it takes the same trap for ever\n${formatLockup(guest, stop)}`);
      return EXIT.STOPPED;
    case 'forever':
    case 'input':
      tell(
        `waits in hlt for an interrupt that can never come (step ${machine.steps}): ` +
          'no timer is armed, no disk command is under way, no console input is left or its interrupt is off, ' +
          `and no frame is on its way\n${describePlace(machine, program)}`,
      );
      return EXIT.STOPPED;
    case 'trap':
    case 'break':
      throw new Error(`a guest run without host and debugger stopped by ${stop.kind}`);
  }
}

/** For a process that failed because it did not find a file: how to give it the file. */
function hintAtFolders({ file, process }: Ended): void {
  const path = process?.missedFile;
  if (path === undefined) return;
  const bytes = Uint8Array.from(path, (byte) => byte.charCodeAt(0));
  const shown = printableWord(new TextDecoder().decode(bytes));
  note(
    `ringlab: ${file}: it tried to open "${shown}", which is in none of its folders; ${folderFor(shown)}\n`,
  );
}

/** The option that would have given a process the file that it did not find. */
function folderFor(path: string): string {
  const folder = posix.dirname(path);
  if (posix.isAbsolute(path)) return `--dir HOST:${folder} gives it the folder HOST there`;
  return folder === '.'
    ? '--dir .:/ gives it the folder that you are in'
    : `--dir ${folder} gives it that folder, --dir HOST:/${folder} another one`;
}

/** Reports a call that a process's environment does not have. */
export function tellUnknownCall(file: string, { pc, says }: UnknownCall, symbols: SymbolTable): void {
  note(`ringlab: ${file}: ${says}\n  at pc ${describeAddress(pc, symbols)}\n`);
}

/** The crash report; an unknown call may be the cause. */
function formatEnd({ machine, program, process }: Ended, { cause, value }: Trap): string {
  const call = process?.unknownCall;
  const place = call && describeAddress(call.pc, program.symbols);
  const remarks = call ? [`This may be why: at step ${call.step}, pc ${place}, ${call.says}.`] : [];
  return formatCrash({ machine, cause, value, program, isProcess: process !== undefined }, remarks);
}

/** Where a guest that could go on has stopped, and what it was doing. */
function formatWhereabouts({ machine, program, process }: Ended): string {
  const ahead = lookAhead(machine, lookaheadSteps, process?.answers);
  const lines = ahead === undefined ? [] : describeAhead(ahead, program, process?.answers);
  return [describePlace(machine, program), ...lines].join('\n');
}

function formatLockup({ machine, program }: Ended, { cause, value }: Trap): string {
  const says =
    `The trap handler, at the address in TVEC, traps at its own first instruction: ${describeTrap(cause, value)}. ` +
    'That trap goes to the same handler again. TVEC must be the address of a handler in memory, and with paging on, its page must be mapped for fetching.';
  return [describePlace(machine, program), ...wrapped(says)].join('\n');
}

/** `ringlab debug FILE`: steps a guest forwards and backwards, at a prompt or from GDB (`--gdb HOST:PORT`). */
import { createInterface } from 'node:readline';
import { type Listening, serveGdb } from '../../vmm/debug/server.ts';
import type { Session } from '../../vmm/debug/session.ts';
import { createCommand, exitWith } from '../command.ts';
import { type DebuggedGuest, prepareDebugged, typeInto } from '../debugging.ts';
import { EXIT, Failure, systemReason, usage } from '../failure.ts';
import {
  addGuestOptions,
  ARGUMENT,
  type GuestVerbOptions,
  PROCESS_OPTIONS,
  refuseOptions,
} from '../options.ts';
import { tellOutcome } from '../outcome.ts';
import { note, print } from '../output.ts';
import { Prompt } from '../prompt/prompt.ts';

interface DebugOptions extends GuestVerbOptions {
  readonly gdb?: string;
  readonly allowRemote?: boolean;
  readonly replay?: string;
}

export const command = addGuestOptions(
  createCommand('debug', 'Step through a guest, forwards and backwards, at a prompt or from GDB'),
)
  .argument('<file>', ARGUMENT.PROGRAM)
  .option('--replay <recording>', 'Debug the run of a recording instead of a new one')
  .option('--gdb <host:port>', 'Listen for GDB (gdb-multiarch) at this address; port 0 means any free port')
  .option('--allow-remote', 'Let --gdb be an address that other machines can reach')
  .action(exitWith(debug));

refuseOptions(
  command,
  PROCESS_OPTIONS,
  'a process cannot be debugged; trace shows its steps, record and replay repeat its run',
);
refuseOptions(command, ['--max-steps'], 'the commands of the debugger decide when to stop');
refuseOptions(command, ['--guest'], 'run, trace and compare can give a monitor its guest, debug cannot');

async function debug(file: string, options: DebugOptions): Promise<number> {
  const { gdb, replay } = options;
  if (replay !== undefined && options.input !== undefined)
    throw usage('--replay uses the input of the recording, so leave --input out');
  if (gdb === undefined) return await debugAtPrompt(await prepareDebugged(file, options, 2, replay));
  const address = parseAddress(gdb, options.allowRemote ?? false);
  const guest = await prepareDebugged(file, options, 1, replay);
  return await debugByGdb(guest, address, options.input === undefined);
}

// ---- At a prompt ----

/** Reads commands from standard input until they end; the guest's own output goes to stderr. */
async function debugAtPrompt(guest: DebuggedGuest): Promise<number> {
  const prompt = new Prompt(guest);
  const isTerminal = process.stdin.isTTY;
  const lines = createInterface({ input: process.stdin, output: isTerminal ? process.stdout : undefined });
  let isBusy = false;
  lines.on('SIGINT', () => {
    if (isBusy) guest.session.interrupt();
    else lines.close();
  });
  // Nothing is typed into the guest here: its input is --input, or none.
  if (guest.session.timeline.subject.devices.isFed) guest.session.type(undefined);
  print(prompt.place());
  if (isTerminal) print('help lists the commands\n');
  lines.setPrompt('(ringlab) ');
  lines.prompt();
  for await (const line of lines) {
    if (!isTerminal) print(`(ringlab) ${line}\n`);
    isBusy = true;
    const text = await prompt.answer(line);
    isBusy = false;
    guest.flush();
    if (text === undefined) break;
    print(text);
    if (isTerminal) lines.prompt();
  }
  lines.close();
  return EXIT.DONE;
}

// ---- By GDB ----

interface Address {
  readonly host: string;
  readonly port: number;
}

async function debugByGdb(guest: DebuggedGuest, address: Address, isTyped: boolean): Promise<number> {
  const { session, file } = guest;
  const server = await listen(session, address);
  tell(`${file} waits for GDB; there: target remote ${address.host}:${server.port}`);
  if (!file.endsWith('.elf'))
    tell(`GDB knows names and lines from the ELF file: ringlab asm ${file} -o guest.elf`);
  const leaveTerminal = isTyped ? typeInto(session) : () => {};
  const farewell = await server.farewell;
  server.close();
  session.clearPoints();
  const halt = farewell === 'killed' ? undefined : await session.run();
  leaveTerminal();
  guest.flush();
  return halt?.kind === 'stopped' ? tellOutcome(guest, halt.stop) : EXIT.DONE;
}

function tell(text: string): void {
  note(`ringlab: ${text}\n`);
}

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1']);

/** `HOST:PORT`, or `:PORT` or `PORT` for this host. Throws a usage Failure. */
function parseAddress(text: string, allowRemote: boolean): Address {
  const match = /^(?:(.*):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65535)
    throw usage(`--gdb ${text}: expected HOST:PORT, like 127.0.0.1:1234, or port 0 for any free port`);
  const host = (match[1] || '127.0.0.1').replace(/^\[(.*)\]$/, '$1');
  if (!loopback.has(host) && !allowRemote)
    throw usage(
      `--gdb ${text}: anyone who reaches that address could do anything with the guest; if you want that, add --allow-remote`,
    );
  return { host, port };
}

async function listen(session: Session, { host, port }: Address): Promise<Listening> {
  try {
    return await serveGdb({ session, host, port, tell });
  } catch (error) {
    throw new Failure(EXIT.UNREACHABLE, `--gdb ${host}:${port}: cannot listen there: ${systemReason(error)}`);
  }
}

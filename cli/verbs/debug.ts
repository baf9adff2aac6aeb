/**
 * `ringlab debug FILE`: steps a guest forwards and backwards, at a prompt or from GDB (`--gdb HOST:PORT`). `ringlab debug
 * --dap` does it for an editor, which names the guest.
 */
import { createInterface } from 'node:readline';
import { type Listening, serveGdb } from '../../vmm/debug/server.ts';
import type { Session } from '../../vmm/debug/session.ts';
import type { Command } from 'commander';
import { createCommand, exitWith } from '../command.ts';
import { addDebugOptions, type DebuggedGuest, prepareDebugged, typeInto } from '../debugging.ts';
import { badInput, EXIT, Failure, systemReason, usage } from '../failure.ts';
import { ARGUMENT, type GuestVerbOptions } from '../options.ts';
import { tellOutcome } from '../outcome.ts';
import { note, print } from '../output.ts';
import { Prompt } from '../prompt/prompt.ts';

interface DebugOptions extends GuestVerbOptions {
  readonly gdb?: string;
  readonly allowRemote?: boolean;
  readonly replay?: string;
  readonly dap?: boolean;
}

export const command = addDebugOptions(
  createCommand('debug', 'Step through a guest, forwards and backwards, at a prompt or from GDB'),
)
  .argument('[file]', `${ARGUMENT.PROGRAM}; left out with --dap`)
  .option('--dap', 'Speak the Debug Adapter Protocol on standard input and output: for editors')
  .option('--gdb <host:port>', 'Listen for GDB (gdb-multiarch) at this address; port 0 means any free port')
  .option('--allow-remote', 'Let --gdb be an address that other machines can reach')
  .action(exitWith(debug));

async function debug(file: string | undefined, options: DebugOptions, command: Command): Promise<number> {
  const { gdb, replay } = options;
  if (options.dap === true) return await debugByDap(file, command);
  if (file === undefined) throw usage("missing required argument 'file'");
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

// ---- By an editor ----

/** The client's launch request says what is debugged, and how. */
async function debugByDap(file: string | undefined, command: Command): Promise<number> {
  const given = command.options.find(
    (option) =>
      option.attributeName() !== 'dap' && command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (file !== undefined || given !== undefined)
    throw usage(
      `--dap takes no ${file === undefined ? given?.long : 'file'}: the editor's launch request names the guest and its options`,
    );
  const { Adapter } = await import('../dap/adapter.ts');
  const adapter = new Adapter();
  adapter.start(process.stdin, process.stdout);
  const understood = await adapter.left;
  process.stdin.destroy();
  if (understood) return EXIT.DONE;
  throw badInput(
    '--dap: what came on standard input is not the Debug Adapter Protocol; editors start this, not people',
  );
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

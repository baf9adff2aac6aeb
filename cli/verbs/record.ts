/** `ringlab record FILE -o RECORDING`: runs a guest and stores its inputs, so that the run can be repeated. */
import { encodeRecording } from '../../vmm/replay/recording.ts';
import { createCommand, exitWith } from '../command.ts';
import { prepareDebugged, tellHalt, typeInto } from '../debugging.ts';
import { usage } from '../failure.ts';
import { mustBeWritable, writeOutput } from '../files.ts';
import { machineTakesNone } from '../guest.ts';
import { addGuestOptions, ARGUMENT, type GuestVerbOptions, refuseOptions } from '../options.ts';
import { note } from '../output.ts';
import { recordProcess } from '../record-process.ts';
import { sha256 } from '../sha256.ts';

interface RecordOptions extends GuestVerbOptions {
  readonly output: string;
}

export const command = addGuestOptions(
  createCommand('record', 'Run a guest and record its inputs, so that the run can be repeated'),
)
  .argument('<file>', ARGUMENT.PROGRAM)
  .argument('[arg...]', "the process's arguments")
  .requiredOption('-o, --output <recording>', 'Write the recording to this file')
  .action(exitWith(record));

refuseOptions(command, ['--guest'], 'run, trace and compare can give a monitor its guest, record cannot');

/** Runs a guest to its end, Ctrl-C or `--max-steps`; its inputs are then in the file. The disk's file is not changed. */
async function record(file: string, args: readonly string[], options: RecordOptions): Promise<number> {
  mustBeWritable(options.output);
  if (options.process) return recordProcess(file, args, options, options.output);
  if (args.length > 0) throw usage(machineTakesNone(args));
  const guest = await prepareDebugged(file, options, 1);
  const leaveTerminal = options.input === undefined ? typeInto(guest.session) : () => {};
  process.on('SIGINT', () => guest.session.interrupt());
  const halt = await guest.session.run(options.maxSteps);
  leaveTerminal();
  const recording = guest.recorded(halt.kind === 'stopped');
  writeOutput(options.output, encodeRecording(recording, sha256));
  const status = tellHalt(guest, halt);
  const { length } = recording.inputs;
  note(
    `ringlab: ${options.output}: ${recording.end} steps recorded, ${length} input${length === 1 ? '' : 's'}\n`,
  );
  return status;
}

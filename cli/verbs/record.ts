/**
 * `ringlab record FILE -o RECORDING` and `ringlab replay FILE RECORDING`: a run whose inputs
 * are kept, and the same run again, to the same state at every step. A process's: record-process.ts.
 */
import type { Halt } from '../../vmm/debug/session.ts';
import { encodeRecording, type Recording } from '../../vmm/replay/recording.ts';
import { type DebuggedGuest, prepareDebugged } from '../debugging.ts';
import { EXIT, usage } from '../failure.ts';
import { mustBeWritable, writeOutput } from '../files.ts';
import { machineTakesNone } from '../guest.ts';
import type { GuestOptions } from '../options.ts';
import { tellOutcome } from '../outcome.ts';
import { note } from '../output.ts';
import { isProcessRecording, recordProcess, replayProcess } from './record-process.ts';
import { sha256 } from '../sha256.ts';

export interface RecordOptions extends GuestOptions {
  readonly output: string;
}

/** Runs a guest to its end, Ctrl-C or `--max-steps`; its inputs are then in the file. The disk's file is not changed. */
export async function record(file: string, args: readonly string[], options: RecordOptions): Promise<number> {
  mustBeWritable(options.output);
  if (options.process) return recordProcess(file, args, options, options.output);
  if (args.length > 0) throw usage(machineTakesNone(args));
  const guest = await prepareDebugged(file, options, 1);
  const leaveTerminal = options.input === undefined ? typeInto(guest) : () => {};
  process.on('SIGINT', () => guest.session.interrupt());
  const halt = await guest.session.run(options.maxSteps);
  leaveTerminal();
  const recording = guest.recorded(halt.kind === 'stopped');
  writeOutput(options.output, encodeRecording(recording, sha256));
  const status = tellHalt(guest, halt);
  note(`ringlab: ${options.output}: ${recording.end} steps recorded, ${count(recording.inputs.length)}\n`);
  return status;
}

/** Runs a recorded run again, to where its recording ends. */
export async function replay(file: string, path: string, options: GuestOptions): Promise<number> {
  if (options.input !== undefined)
    throw usage('--input: the recording has the input; another would be another run');
  if (isProcessRecording(path)) return replayProcess(file, path, options);
  const guest = await prepareDebugged(file, options, 1, path);
  const { end, ended } = guest.recording as Recording;
  const halt = await guest.session.run(options.maxSteps ?? (ended ? Number.POSITIVE_INFINITY : end));
  const status = tellHalt(guest, halt);
  const { step } = guest.session.timeline;
  if (halt.kind === 'stepped')
    note(
      step === end
        ? `ringlab: ${path}: the recording ends at step ${end}\n`
        : `ringlab: ${path}: stopped after ${step} steps, as --max-steps asked\n`,
    );
  return status;
}

function tellHalt(guest: DebuggedGuest, halt: Halt): number {
  guest.flush();
  if (halt.kind === 'stopped') return tellOutcome(guest, halt.stop);
  // Ctrl-C ends a recording as well as anything does.
  return halt.kind === 'asked' ? EXIT.DONE : EXIT.LIMIT;
}

function typeInto({ session }: DebuggedGuest): () => void {
  process.stdin.on('data', (bytes: Buffer) => session.type(bytes));
  process.stdin.on('end', () => session.type(undefined));
  return () => process.stdin.destroy();
}

function count(inputs: number): string {
  return `${inputs} input${inputs === 1 ? '' : 's'}`;
}

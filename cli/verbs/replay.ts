/** `ringlab replay FILE RECORDING`: repeats a recorded run, to the same state at every step. */
import type { Recording } from '../../vmm/replay/recording.ts';
import { createCommand, exitWith } from '../command.ts';
import { prepareDebugged, tellHalt } from '../debugging.ts';
import { addGuestOptions, type GuestVerbOptions, refuseOptions } from '../options.ts';
import { note } from '../output.ts';
import { isProcessRecording, replayProcess } from '../record-process.ts';

export const command = addGuestOptions(
  createCommand('replay', 'Repeat a recorded run, to the same state at every step'),
)
  .argument('<file>', 'the guest that was recorded')
  .argument('<recording>', 'the file that `record` wrote')
  .action(exitWith(replay));

refuseOptions(command, ['--input'], 'the recording contains the input');
refuseOptions(command, ['--context'], 'the recording contains the context');
refuseOptions(command, ['--env', '--dir'], 'the recording contains all that the process read');
refuseOptions(command, ['--guest'], 'a run with it cannot be recorded');

/** Runs a recorded run again, to where its recording ends. */
async function replay(file: string, path: string, options: GuestVerbOptions): Promise<number> {
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

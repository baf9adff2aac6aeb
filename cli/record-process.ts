/** `ringlab record --process` and its replay: stores all that a process read, and repeats the run without the files. */
import { RecordingError, versionOf, VERSION } from '../vmm/replay/container.ts';
import {
  decodeProcessRecording,
  encodeProcessRecording,
  mostAnswered,
  type ProcessRecording,
} from '../vmm/replay/process-recording.ts';
import { imageSum } from '../vmm/replay/recording.ts';
import {
  JournaledFiles,
  JournalError,
  journaledStreams,
  RecordedJournal,
  RepeatedJournal,
} from '../vmm/process/files/journal.ts';
import type { OpenedFolder } from '../vmm/process/files/file-system.ts';
import { badInput, EXIT, usage } from './failure.ts';
import { loadFile, readInput, writeOutput } from './files.ts';
import { prepareGuest } from './guest.ts';
import type { GuestVerbOptions } from './options.ts';
import { tellOutcome } from './outcome.ts';
import { note } from './output.ts';
import { runUntil } from './running.ts';
import { sha256 } from './sha256.ts';

/** Runs a process to its end, Ctrl-C or `--max-steps`; what it read is then in the file `output`. */
export async function recordProcess(
  file: string,
  args: readonly string[],
  options: GuestVerbOptions,
  output: string,
): Promise<number> {
  const journal = new RecordedJournal(mostAnswered);
  let folders: readonly OpenedFolder[] = [];
  const guest = await prepareGuest(file, args, options, {
    outside: (streams, files) => {
      folders = files.folders;
      return { streams: journaledStreams(streams, journal), files: new JournaledFiles(files, journal) };
    },
  });
  const stop = await repeatable(file, () => runUntil(guest, options.maxSteps ?? Number.POSITIVE_INFINITY));
  const { steps } = guest.machine;
  const recording: ProcessRecording = {
    image: imageSum(await loadFile(file), sha256),
    calls: options.environment ?? 'linux',
    memory: options.memory ?? null,
    argv: [file, ...args],
    environment: options.env,
    folders,
    answers: journal.answers,
    end: steps,
    ended: stop.kind !== 'limit' && stop.kind !== 'interrupted',
  };
  writeOutput(output, encodeProcessRecording(recording, sha256));
  // Ctrl-C ends a recording as well as anything does.
  const status = stop.kind === 'interrupted' ? EXIT.DONE : tellOutcome(guest, stop);
  const { length } = journal.answers;
  note(
    `ringlab: ${output}: ${steps} steps recorded, ${length} answer${length === 1 ? '' : 's'} from outside\n`,
  );
  return status;
}

/** Whether a file is a recording of a process. Throws a Failure. */
export function isProcessRecording(path: string): boolean {
  try {
    return versionOf(readInput(path)) === VERSION.PROCESS;
  } catch (error) {
    if (error instanceof RecordingError) throw badInput(`${path}: ${error.message}`);
    throw error;
  }
}

/** Runs a recorded process again. No file is read or written, and no input. */
export async function replayProcess(file: string, path: string, options: GuestVerbOptions): Promise<number> {
  if (options.memory !== undefined) throw usage('--memory: the recording contains the size of memory');
  const recording = await readRecording(file, path);
  const { memory, argv, environment, calls, folders, answers, end, ended } = recording;
  const journal = new RepeatedJournal(answers);
  const recorded = { process: true, env: environment, environment: calls };
  const guest = await prepareGuest(
    file,
    [],
    { ...options, ...recorded, ...(memory === null ? {} : { memory }) },
    {
      argv,
      outside: (streams, files) => ({
        streams: journaledStreams(streams, journal),
        files: new JournaledFiles(files, journal, folders),
      }),
    },
  );
  const limit = options.maxSteps ?? (ended ? Number.POSITIVE_INFINITY : end);
  const stop = await repeatable(path, () => runUntil(guest, limit));
  if (stop.kind !== 'limit' || options.maxSteps !== undefined) return tellOutcome(guest, stop);
  note(`ringlab: ${path}: the recording ends at step ${end}\n`);
  return EXIT.LIMIT;
}

async function readRecording(file: string, path: string): Promise<ProcessRecording> {
  const image = await loadFile(file);
  try {
    return decodeProcessRecording(readInput(path), image, sha256);
  } catch (error) {
    if (error instanceof RecordingError) throw badInput(`${path}: ${error.message}`);
    throw error;
  }
}

/** Runs `act`. When a journal cannot answer, throws a Failure that names `path`. */
async function repeatable<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof JournalError) throw badInput(`${path}: ${error.message}`);
    throw error;
  }
}

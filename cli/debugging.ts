/** A guest made ready to be debugged: recorded from its first step, its input and output connected. */
import { FileDisk } from '../isa/machine/devices/file-disk.ts';
import type { Machine } from '../isa/machine/machine.ts';
import { SymbolTable } from '../isa/machine/symbols.ts';
import { Session } from '../vmm/debug/session.ts';
import { RecordedDevices } from '../vmm/replay/devices.ts';
import { createSubject } from '../vmm/replay/subject.ts';
import { Timeline } from '../vmm/replay/timeline.ts';
import { badInput, systemReason, usage } from './failure.ts';
import { loadFile, loadVariant, readInput, withName } from './files.ts';
import type { GuestOptions } from './options.ts';
import { Output } from './output.ts';

/** A machine's memory where `--memory` does not say, in bytes. */
const defaultMemory = 16 * 2 ** 20;

export interface DebuggedGuest {
  readonly file: string;
  readonly machine: Machine;
  readonly symbols: SymbolTable;
  readonly session: Session;
  /** Sends what the guest printed so far on its way. */
  readonly flush: () => void;
}

/**
 * Loads and sets up the guest of `file`. Its disk is read, and written in memory only; its
 * output goes to descriptor `printTo`. Throws Failures.
 */
export async function prepareDebugged(
  file: string,
  options: GuestOptions,
  printTo: 1 | 2,
): Promise<DebuggedGuest> {
  const refused = refusal(options);
  if (refused !== undefined) throw usage(refused);
  const variant = loadVariant(options.isa);
  const image = await loadFile(file);
  const output = new SoonOutput(printTo);
  const devices = new RecordedDevices({
    print: (byte) => output.put(byte),
    ...(options.input === undefined ? {} : { input: readInput(options.input) }),
    ...(options.disk === undefined ? {} : { disk: openDisk(options.disk) }),
  });
  const { memory = defaultMemory, engine, monitor } = options;
  const subject = withName(file, () => createSubject({ image, variant, memory, engine, monitor, devices }));
  return {
    file,
    machine: subject.machine,
    symbols: new SymbolTable(image.symbols),
    session: new Session(new Timeline(subject)),
    flush: () => output.flush(),
  };
}

function refusal({ process: isProcess, env, maxSteps }: GuestOptions): string | undefined {
  if (isProcess) return '--process cannot be debugged: only machines can, whose every input is recorded';
  if (env.length > 0) return '--env needs --process';
  if (maxSteps !== undefined) return '--max-steps has no meaning here: who debugs says when to stop';
  return undefined;
}

function openDisk(path: string): FileDisk {
  try {
    return new FileDisk(path);
  } catch (error) {
    throw badInput(`${path}: cannot use it as a disk: ${systemReason(error)}`);
  }
}

/** Output that appears whenever the guest pauses, if only for us to listen. */
class SoonOutput {
  readonly #output: Output;
  #planned = false;

  constructor(printTo: 1 | 2) {
    this.#output = new Output(printTo);
  }

  put(byte: number): void {
    this.#output.put(byte);
    if (this.#planned) return;
    this.#planned = true;
    setImmediate(() => {
      this.#planned = false;
      this.flush();
    });
  }

  flush(): void {
    this.#output.flush();
  }
}

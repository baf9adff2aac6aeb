/** Processes for tests: assembled from text, with streams that remember; system calls made one by one. */
import { assemble } from '../../assembler/index.ts';
import type { EngineName } from '../../isa/engines/engine.ts';
import type { FastOptions } from '../../isa/engines/fast/fast.ts';
import { readImage } from '../../isa/machine/image.ts';
import type { Environment } from '../../vmm/process/environments/environment.ts';
import { linux } from '../../vmm/process/environments/environments.ts';
import type { UnknownCall } from '../../vmm/process/environments/unknown.ts';
import type { FileSystem } from '../../vmm/process/files/file-system.ts';
import { Process, type ProcessStop } from '../../vmm/process/process.ts';

export interface Wishes {
  readonly argv?: readonly string[];
  readonly environment?: readonly string[];
  readonly input?: string | Uint8Array;
  readonly callEnvironment?: Environment;
  readonly onUnknownCall?: (call: UnknownCall) => void;
  readonly memory?: number;
  readonly files?: FileSystem;
  readonly engine?: EngineName;
  readonly fast?: FastOptions;
}

/** What a process printed, by stream. */
export interface Printed {
  1: string;
  2: string;
}

/** A process of the program `text`, which begins at `_start`. */
export function processOf(text: string, wishes: Wishes = {}): { process: Process; printed: Printed } {
  const printed: Printed = { 1: '', 2: '' };
  let input: Uint8Array = Buffer.from(wishes.input ?? '');
  const process = new Process(readImage(assemble([{ name: 't.s', text }]).elf), {
    argv: wishes.argv ?? ['t'],
    environment: wishes.environment ?? [],
    streams: {
      read: (length) => {
        const part = input.subarray(0, length);
        input = input.subarray(part.length);
        return part;
      },
      write: (fd, bytes) => {
        printed[fd] += Buffer.from(bytes).toString('latin1');
      },
    },
    callEnvironment: wishes.callEnvironment ?? linux,
    ...(wishes.onUnknownCall === undefined ? {} : { onUnknownCall: wishes.onUnknownCall }),
    ...(wishes.files === undefined ? {} : { files: wishes.files }),
    ...(wishes.memory === undefined ? {} : { memory: wishes.memory }),
    ...(wishes.engine === undefined ? {} : { engine: wishes.engine }),
    ...(wishes.fast === undefined ? {} : { fast: wishes.fast }),
  });
  return { process, printed };
}

/** Runs the program to its end. */
export function runProgram(text: string, wishes: Wishes = {}): { stop: ProcessStop; printed: Printed } {
  const { process, printed } = processOf(text, wishes);
  return { stop: process.run(1_000_000), printed };
}

/** Number of a call by name. */
function numberOf({ calls }: Environment, name: string): number {
  const call = [...calls.values()].find((candidate) => candidate.name === name);
  if (call === undefined) throw new Error(`no call ${name}`);
  return call.number;
}

/** A process that does nothing but the system calls it is told to do. */
export class Caller {
  readonly process: Process;
  readonly printed: Printed;
  /** How the last call left the process. */
  stop: ProcessStop | undefined;

  constructor(wishes: Wishes & { readonly bss?: number } = {}) {
    const { process, printed } = processOf(
      `_start: ecall\n j _start\n .bss\nend: .zero ${wishes.bss ?? 8192}\n`,
      wishes,
    );
    this.process = process;
    this.printed = printed;
  }

  /** Makes the call `name` (or that number) and returns what is in a0 then, signed. */
  call(name: string | number, ...args: readonly number[]): number {
    const { machine, environment } = this.process;
    const first = environment.numberIn === 10 ? 11 : 10;
    for (const n of [0, 1, 2, 3, 4, 5]) machine.x[first + n] = args[n] ?? 0;
    machine.x[environment.numberIn] = typeof name === 'string' ? numberOf(environment, name) : name;
    this.stop = this.process.run(machine.steps + 2);
    return machine.x[10] as number;
  }

  /** As `call`, of one that ends the program with a reason, which is returned. */
  refusal(name: string | number, ...args: readonly number[]): string {
    this.call(name, ...args);
    return this.stop?.kind === 'refused' ? this.stop.reason : `it was not refused: ${this.stop?.kind}`;
  }
}

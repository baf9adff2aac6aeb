/**
 * What a process has used, seen from outside. Limits count its own processor time, so that a busy machine makes
 * no submission slower. A process that will never go on is known by the state of its threads, not by how long it takes.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second, in /proc: the same on every Linux that Node runs on. */
const ticks = 100;
/** Bytes of a page, where memory is counted in pages. */
const page = 4096;

export interface Reading {
  /** Seconds of processor time of the whole process. */
  readonly seconds: number;
  /** Whether its main thread does nothing at present. */
  readonly idles: boolean;
  /** Megabytes of memory that it has at present. */
  readonly megabytes: number;
}

/** Reads what /proc says of a process; undefined when there is no such process, or no /proc. */
export function readMeter(pid: number): Reading | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program comes before, in parentheses, and may have anything in it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    const seconds = (Number(fields[11]) + Number(fields[12])) / ticks;
    return { seconds, idles: isIdle(state), megabytes: (Number(fields[21]) * page) / 2 ** 20 };
  } catch {
    return undefined;
  }
}

/** Neither running, nor ready to run, nor waiting for a disk: asleep, stopped or dead. */
function isIdle(state: string | undefined): boolean {
  return state !== undefined && state !== 'R' && state !== 'D';
}

/** How often each thread of a process has been switched to another one; undefined if a thread is not idle. */
function switchesOf(pid: number): string | undefined {
  const counts: string[] = [];
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'latin1');
    const [, state] = /^State:\s*(\w)/m.exec(status) ?? [];
    if (!isIdle(state)) return undefined;
    counts.push(`${thread} ${status.match(/^\w*ctxt_switches:\s*\d+/gm)?.join(' ')}`);
  }
  return counts.join('\n');
}

/**
 * Whether all threads of a process were idle at one moment. Each is looked at twice, and one that went on in between has
 * other counts. A thread that has been woken and waits for a processor is not idle, so a busy machine does not change
 * the answer. What is still can be woken from outside only: by a message, or by a timer.
 */
export function isStill(pid: number): boolean {
  try {
    const before = switchesOf(pid);
    return before !== undefined && before === switchesOf(pid);
  } catch {
    return false;
  }
}

/** The process that a wrapper has started in the end: its child's child, and so on. */
export function innermost(pid: number): number {
  try {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').map(Number);
    return child === undefined || child === 0 ? pid : innermost(child);
  } catch {
    return pid;
  }
}

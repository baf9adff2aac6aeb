/**
 * What a process has used, seen from outside. Limits count its own processor time, so that a busy machine makes
 * no submission slower; and whoever sleeps is known by its state, not by how long it takes.
 */
import { readFileSync } from 'node:fs';

/** Clock ticks a second, in /proc: the same on every Linux that Node runs on. */
const ticks = 100;
/** Bytes of a page, where memory is counted in pages. */
const page = 4096;

export interface Reading {
  /** Seconds of processor time of the whole process. */
  readonly seconds: number;
  /** Whether its main thread sleeps. */
  readonly sleeps: boolean;
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
    return { seconds, sleeps: state === 'S', megabytes: (Number(fields[21]) * page) / 2 ** 20 };
  } catch {
    return undefined;
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

/**
 * Which process this is, so that another one can tell later whether it still runs. A number alone does not say that: the
 * system gives it to another process, and after a restart of the machine to any.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessIdentity {
  readonly pid: number;
  /** When the process was started, in the system's own measure; null = this system does not say. */
  readonly start: string | null;
  /** The start of the machine. */
  readonly boot: string | null;
  readonly machine: string;
  /** Where the number counts: a container has numbers of its own. */
  readonly namespace: string | null;
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** The fields of /proc/PID/stat (proc(5)) from the third on: they follow the name, which is in parentheses and may have any character. */
function statOf(pid: number): readonly string[] | null {
  return attempt(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  });
}

/** Field 22. */
function startOf(pid: number): string | null {
  return statOf(pid)?.[19] ?? null;
}

/** Whether it has ended, and its parent has not asked how: field 3. */
function isZombie(pid: number): boolean {
  return /^[ZX]/.test(statOf(pid)?.[0] ?? '');
}

function machineOf(): string {
  return attempt(() => readFileSync('/etc/machine-id', 'latin1').trim()) || hostname();
}

export function ownIdentity(): ProcessIdentity {
  return {
    pid: process.pid,
    start: startOf(process.pid),
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()),
    machine: machineOf(),
    namespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
  };
}

/** Whether that process runs. One of another machine or container cannot be asked, and counts as running. */
export function isRunning({ pid, start, boot, machine, namespace }: ProcessIdentity): boolean {
  const own = ownIdentity();
  if (machine !== own.machine) return true;
  if (boot !== own.boot) return false;
  if (namespace !== own.namespace) return true;
  if (!isNumberTaken(pid) || isZombie(pid)) return false;
  return start === null || startOf(pid) === null || startOf(pid) === start;
}

function isNumberTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** How a host's process is made certainly over: by a signal on the same machine, elsewhere by a command. */
import { execFile } from 'node:child_process';
import type { Fence } from '../../vmm/pool/fence.ts';
import { isRunning, ownIdentity } from '../hosting/process-identity.ts';

/** Milliseconds until it is looked again whether a process that was killed is gone. */
const goneMs = 50;

/** Milliseconds that the command may take. */
const mostMs = 60_000;

/**
 * Kills the process, if it is on this machine. Otherwise a shell executes the command, with the host's address in
 * $RINGLAB_HOST; status 0 means that the host is over for certain, and anything else that nobody knows.
 */
export function fenceBy(command: string | undefined): Fence {
  return (address, process_, told) =>
    killProcess(address, process_, (isCertain) => {
      if (isCertain || command === undefined) told(isCertain);
      else {
        const env = { ...process.env, RINGLAB_HOST: address };
        execFile('/bin/sh', ['-c', command], { env, timeout: mostMs }, (error) => told(error === null));
      }
    });
}

/** Kills the process, and waits until it is gone. One of another machine or container cannot be killed from here. */
const killProcess: Fence = (_, process_, told) => {
  const own = ownIdentity();
  if (
    process_.machine !== own.machine ||
    (process_.boot === own.boot && process_.namespace !== own.namespace)
  ) {
    told(false);
    return;
  }
  const look = () => {
    if (isRunning(process_)) setTimeout(look, goneMs).unref();
    else told(true);
  };
  try {
    if (isRunning(process_)) process.kill(process_.pid, 'SIGKILL');
    look();
  } catch {
    told(!isRunning(process_));
  }
};

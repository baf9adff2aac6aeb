/**
 * Where hosts store what must outlive them, and how they find each other: one folder, which only
 * its owner can read.
 *
 *     key                 the key that all hosts here know, made at the first start
 *     pools/              files of pools in etcd that name no folder
 *     hosts/ADDRESS/      what a host stores (vmm/hosting/keep); `place`: where the folder is; `pid` while the host runs
 *
 * The folder is $RINGLAB_STATE, or ringlab in $XDG_STATE_HOME, or ~/.local/state/ringlab.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isLoopback, splitAddress } from '../../vmm/wire/tcp.ts';
import { makeFolder } from '../../vmm/snapshot/node-files.ts';
import { badInput, Failure, systemReason, usage } from '../failure.ts';
import { readInput } from '../files.ts';
import { lock, Locked, readOwner, unlock } from './lock-file.ts';
import { isRunning, ownIdentity } from './process-identity.ts';

/** Fewest bytes of a key. */
const shortestKey = 16;

function stateFolder(): string {
  const { RINGLAB_STATE, XDG_STATE_HOME } = process.env;
  if (RINGLAB_STATE) return RINGLAB_STATE;
  return join(XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'ringlab');
}

const hostsFolder = () => join(stateFolder(), 'hosts');

/** Where pools have their files whose names say nothing else. */
export const poolsFolder = (): string => join(stateFolder(), 'pools');

/** The folder of the host that listens there. */
export function hostFolder(address: string): string {
  return join(hostsFolder(), address.replace(/[^\w.-]/g, '_'));
}

/** An address as it was typed, checked. Throws a usage Failure. */
export function checkAddress(option: string, address: string): string {
  try {
    splitAddress(address);
    return address;
  } catch (error) {
    throw usage(`${option} ${(error as Error).message}`);
  }
}

/** The key in the file, or this user's own, which is made now if there is none. Throws Failures. */
export function readKey(file: string | undefined, address: string): Uint8Array {
  if (file !== undefined) return checkKey(file, readInput(file));
  if (!isLoopback(address))
    throw usage(
      `${address} can be reached from outside: --key FILE must give the key that all your hosts share`,
    );
  const own = join(stateFolder(), 'key');
  try {
    makeFolder(stateFolder(), 0o700);
    writeFileSync(own, randomBytes(32), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw badInput(`${own}: cannot write it: ${systemReason(error)}`);
  }
  return checkKey(own, readInput(own));
}

function checkKey(file: string, key: Uint8Array): Uint8Array {
  if (key.length >= shortestKey) return key;
  throw badInput(
    `${file}: a key of ${key.length} bytes; expected at least ${shortestKey}, like: head -c 32 /dev/urandom`,
  );
}

/** What a host's folder says of where it is: a copy is somewhere else. */
interface FolderPlace {
  readonly machine: string;
  readonly inode: string;
}

export interface ClaimOptions {
  /** The folder may be a copy: the folder that it was copied from is gone. */
  readonly isAdopted?: boolean;
}

/**
 * Claims the folder of the host at that address; returns a function that releases it. Throws a Failure when another
 * process has it, or when it is a copy: its guests may run where it was copied from.
 */
export function claim(address: string, { isAdopted = false }: ClaimOptions = {}): () => void {
  const folder = hostFolder(address);
  const file = join(folder, ownerFile);
  try {
    makeFolder(folder, 0o700);
    if (!isAdopted) refuseCopy(folder);
    lock(file, address);
    writeFileSync(join(folder, placeFile), JSON.stringify(placeOf(folder)), { mode: 0o600 });
  } catch (error) {
    if (error instanceof Locked)
      throw badInput(
        error.owner.owner === address
          ? `${address}: process ${error.owner.pid} is that host already`
          : `${folder}: the host on ${error.owner.owner} (process ${error.owner.pid}) uses it, or it is a copy of that host's folder`,
      );
    throw error instanceof Failure ? error : badInput(`${folder}: cannot use it: ${systemReason(error)}`);
  }
  return () => unlock(file);
}

/** Claims the folder of this process's host again after somebody has deleted it and made it again. */
export function reclaim(address: string): void {
  try {
    if (readOwner(join(hostFolder(address), ownerFile)) === undefined) claim(address, { isAdopted: true });
  } catch {
    // The guests run all the same, and --from finds this host.
  }
}

const ownerFile = 'pid';
const placeFile = 'place';

/** Names of files in a host's folder that are not on its shelf. */
export const ownFiles: readonly string[] = [ownerFile, placeFile];

function placeOf(folder: string): FolderPlace {
  return { machine: ownIdentity().machine, inode: String(statSync(folder, { bigint: true }).ino) };
}

function refuseCopy(folder: string): void {
  let text: string;
  try {
    text = readFileSync(join(folder, placeFile), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (text === JSON.stringify(placeOf(folder))) return;
  throw badInput(
    `${folder}: it is a copy of a host's folder, and its guests may run where it was copied from; if that host will never be started again, add --adopt`,
  );
}

/** Addresses of the hosts that run here now. */
export function knownHosts(): string[] {
  let folders: string[];
  try {
    folders = readdirSync(hostsFolder());
  } catch {
    return [];
  }
  return folders.flatMap((name) => {
    const found = readOwner(join(hostsFolder(), name, ownerFile));
    return found !== undefined && isRunning(found) ? [found.owner] : [];
  });
}

/**
 * Where hosts store what must outlive them, and how they find each other: one folder, which only
 * its owner can read.
 *
 *     key                 the key that all hosts here know, made at the first start
 *     hosts/ADDRESS/      what a host stores (vmm/hosting/keep), and `pid` while it runs
 *
 * The folder is $RINGLAB_STATE, or ringlab in $XDG_STATE_HOME, or ~/.local/state/ringlab.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isLoopback, splitAddress } from '../../vmm/wire/tcp.ts';
import { makeFolder } from '../../vmm/snapshot/node-files.ts';
import { badInput, Failure, EXIT, systemReason, usage } from '../failure.ts';
import { readInput } from '../files.ts';

/** Fewest bytes of a key. */
const shortestKey = 16;

function stateFolder(): string {
  const { RINGLAB_STATE, XDG_STATE_HOME } = process.env;
  if (RINGLAB_STATE) return RINGLAB_STATE;
  return join(XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'ringlab');
}

const hostsFolder = () => join(stateFolder(), 'hosts');

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

/** Claims the address for this host; returns a function that releases it. Throws a Failure when another host has it. */
export function claim(address: string): () => void {
  const folder = hostFolder(address);
  try {
    makeFolder(folder, 0o700);
  } catch (error) {
    throw badInput(`${folder}: cannot make it: ${systemReason(error)}`);
  }
  const file = join(folder, 'pid');
  const other = readPid(file);
  if (other !== undefined && other !== process.pid && isAlive(other))
    throw new Failure(EXIT.BAD_INPUT, `${address}: process ${other} is that host already`);
  writeFileSync(file, JSON.stringify({ pid: process.pid, address }), { mode: 0o600 });
  return () => rmSync(file, { force: true });
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
    const file = join(hostsFolder(), name, 'pid');
    const pid = readPid(file);
    return pid !== undefined && isAlive(pid)
      ? [(JSON.parse(readFileSync(file, 'utf8')) as { address: string }).address]
      : [];
  });
}

function readPid(file: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

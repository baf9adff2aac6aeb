/**
 * A pool as `--pool` names it: its store, and the folder with what is too large for one. For a pool on one machine, that is
 * one folder:
 *
 *     log/ base machine    its store (vmm/pool/folder-store.ts)
 *     images/SHA256        what machines start from
 *     hosts/ADDRESS/       what its hosts store of the machines that they have
 *     saved/NAME@EPOCH/    machines that are stopped
 *
 * A pool on several machines has its store in etcd (vmm/pool/etcd-store.ts), and a folder that all of them reach, which the
 * name of the pool ends in: `etcd://10.0.0.1:2379,10.0.0.2:2379/srv/rack`.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Register } from '../../vmm/hosting/keep/register.ts';
import { isStrayLog } from '../../vmm/hosting/keep/console-log.ts';
import { FolderShelf } from '../../vmm/hosting/keep/folder-shelf.ts';
import type { Shelf } from '../../vmm/hosting/keep/shelf.ts';
import { EtcdStore } from '../../vmm/pool/etcd-store.ts';
import { FolderStore, ForeignFolder } from '../../vmm/pool/folder-store.ts';
import { PoolView, type VmRecord } from '../../vmm/pool/records.ts';
import type { Commit, CommitAnswer, PoolEntries, PoolStore } from '../../vmm/pool/store.ts';
import { FieldError } from '../../vmm/wire/schema.ts';
import { badInput, EXIT, Failure, systemReason, usage } from '../failure.ts';
import { writeOutput } from '../files.ts';
import { ownIdentity } from '../hosting/process-identity.ts';
import { parseEtcd } from './etcd-name.ts';

/** Milliseconds since the machine's start, the same for all its processes. */
export const machineClock = (): number => Number(process.hrtime.bigint() / 1_000_000n);

export const newName = (): string => randomBytes(8).toString('hex');

/** How verbs take the pool. */
export const POOL_OPTION = [
  '--pool <pool>',
  'Use the pool in this folder, or in etcd://HOST:PORT,…/FOLDER; without it, $RINGLAB_POOL',
] as const;

/** Attempts at a change that others spoil. */
const mostAttempts = 20;

export class PoolFolder {
  readonly path: string;
  readonly store: PoolStore;
  /** Its name, as messages have it. */
  readonly #name: string;

  /** `makes`: it is made if there is none. Throws a Failure. */
  constructor(named: string | undefined, makes = false) {
    const name = named ?? process.env.RINGLAB_POOL;
    if (name === undefined)
      throw usage('name the pool: --pool FOLDER or --pool etcd://HOST:PORT,…/FOLDER, or $RINGLAB_POOL');
    const cluster = parseEtcd(name);
    this.#name = cluster?.name ?? name;
    this.path = resolve(cluster?.folder ?? name);
    this.store = cluster ? new EtcdStore(cluster) : this.#openFolder(name, makes);
  }

  /** The store of a pool on one machine. Throws a Failure. */
  #openFolder(folder: string, makes: boolean): FolderStore {
    const { machine, boot } = ownIdentity();
    try {
      if (!makes) readFileSync(join(this.path, 'machine'));
      return new FolderStore(this.path, { machine, boot: boot ?? '', clock: machineClock, newName });
    } catch (error) {
      if (error instanceof ForeignFolder) throw badInput(error.message);
      if ((error as NodeJS.ErrnoException).code === 'ENOENT')
        throw badInput(
          `${folder}: no pool; a host makes one: ringlab host --listen HOST:PORT --pool ${folder}`,
        );
      throw badInput(`${folder}: cannot be used as a pool: ${systemReason(error)}`);
    }
  }

  /** What is in the store. Throws a Failure. */
  async view(): Promise<PoolView> {
    const entries = await new Promise<PoolEntries | undefined>((told) => this.store.read(told));
    if (entries === undefined) throw this.#unreachable("the pool's store cannot be read");
    try {
      return new PoolView(entries);
    } catch (error) {
      if (error instanceof FieldError) throw badInput(`${this.#name}: ${error.message}`);
      throw error;
    }
  }

  #unreachable(what: string): Failure {
    const why = this.store instanceof EtcdStore ? `: ${this.store.lastError}` : '';
    return new Failure(EXIT.UNREACHABLE, `${this.#name}: ${what}${why}`);
  }

  /**
   * Makes certain that this is the folder that all hosts of a pool in etcd share: the first one leaves a mark in it and in
   * the store. Throws a Failure.
   */
  async checkFolder(): Promise<void> {
    if (!(this.store instanceof EtcdStore)) return;
    const file = join(this.path, 'pool');
    let mark: string;
    try {
      mkdirSync(this.path, { recursive: true, mode: 0o700 });
      if (!existsSync(file)) writeFileSync(file, newName(), { flag: 'wx', mode: 0o600 });
      mark = readFileSync(file, 'utf8');
    } catch (error) {
      throw badInput(`${this.path}: cannot be used as a pool's folder: ${systemReason(error)}`);
    }
    const changes = [{ key: 'folder', value: mark }];
    await new Promise((told) => this.store.commit({ when: [{ key: 'folder', revision: 0 }], changes }, told));
    const entries = await new Promise<PoolEntries | undefined>((told) => this.store.read(told));
    const found = entries?.get('folder')?.value;
    if (found === undefined) throw this.#unreachable("the pool's store takes no changes now");
    if (found !== mark)
      throw badInput(
        `${this.path}: it is not the folder that the pool's other hosts have; name one that all of them reach: ${this.#name.replace(/(:\/\/[^/]*).*/, '$1')}/FOLDER`,
      );
  }

  /** Makes the commit that `make` finds for what is there, again if others were quicker. Returns what was there. Throws a Failure. */
  async change(make: (view: PoolView) => Commit): Promise<PoolView> {
    for (let n = 0; n < mostAttempts; n++) {
      const view = await this.view();
      const commit = make(view);
      const answer = await new Promise<CommitAnswer>((told) => this.store.commit(commit, told));
      if (answer === 'committed') return view;
      if (answer === 'unknown')
        throw this.#unreachable("no answer came from the pool's store: it may be done, or not");
    }
    throw this.#unreachable("the pool's store takes no changes now: others change the same");
  }

  // ---- Images ----

  /** Stores an image; returns its name. */
  putImage(elf: Uint8Array): string {
    const name = createHash('sha256').update(elf).digest('hex');
    new FolderShelf(join(this.path, 'images'));
    writeOutput(join(this.path, 'images', name), elf);
    return name;
  }

  /** Throws an Error that says why not. */
  image(name: string): Uint8Array {
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(join(this.path, 'images', name));
    } catch (error) {
      throw new Error(`its image cannot be read: ${systemReason(error)}`, { cause: error });
    }
    if (createHash('sha256').update(bytes).digest('hex') !== name) throw new Error('its image is damaged');
    return bytes;
  }

  // ---- What is stored of machines ----

  hostShelf(address: string): FolderShelf {
    return new FolderShelf(join(this.path, 'hosts', address.replace(/[^\w.-]/g, '_')));
  }

  #savedFolder(name: string, epoch: number): string {
    return join(this.path, 'saved', `${name}@${epoch}`);
  }

  savedShelf(name: string, epoch: number): FolderShelf {
    return new FolderShelf(this.#savedFolder(name, epoch));
  }

  /** Where what the machine goes on from is stored. */
  shelfOf(name: string, { kind, host, epoch }: NonNullable<VmRecord['from']>): FolderShelf {
    return kind === 'keep' && host !== null ? this.hostShelf(host) : this.savedShelf(name, epoch);
  }

  /** Machines that are saved in the pool. */
  saved(): readonly { readonly name: string; readonly epoch: number }[] {
    const folder = join(this.path, 'saved');
    const names = existsSync(folder) ? readdirSync(folder) : [];
    return names.map((one) => {
      const at = one.lastIndexOf('@');
      return { name: one.slice(0, at), epoch: Number(one.slice(at + 1)) };
    });
  }

  removeSaved(name: string, epoch: number): void {
    rmSync(this.#savedFolder(name, epoch), { recursive: true, force: true });
  }
}

/** Copies all that is stored of a guest. The register's entry comes last: without it nothing is there. Throws an Error. */
export function copyGuest(from: Shelf, to: Shelf, name: string): void {
  const entry = new Register(from).get(name);
  if (entry === undefined) throw new Error(`nothing is stored of it in ${from.place}`);
  removeGuest(to, name);
  for (const file of filesOf(from, name, entry.keep)) {
    const bytes = from.read(file);
    if (bytes !== undefined) to.put(file, bytes);
  }
  new Register(to).put(entry);
}

/** Removes all that is stored of a guest. */
export function removeGuest(shelf: Shelf, name: string): void {
  const entry = new Register(shelf).get(name);
  new Register(shelf).remove(name);
  for (const file of filesOf(shelf, name, entry?.keep)) shelf.remove(file);
}

function filesOf(shelf: Shelf, name: string, keep: string | undefined): readonly string[] {
  const isLog = (file: string) => isStrayLog(file, []) && !isStrayLog(file, [name]);
  return shelf.list().filter((file) => isLog(file) || (keep !== undefined && file.startsWith(`${keep}.`)));
}

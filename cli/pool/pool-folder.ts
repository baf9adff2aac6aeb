/**
 * A pool's folder, for a pool on one machine:
 *
 *     log/ base machine    its store (vmm/pool/folder-store.ts)
 *     images/SHA256        what machines start from
 *     hosts/ADDRESS/       what its hosts store of the machines that they have
 *     saved/NAME@EPOCH/    machines that are stopped
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Register } from '../../vmm/hosting/keep/register.ts';
import { isStrayLog } from '../../vmm/hosting/keep/console-log.ts';
import { FolderShelf } from '../../vmm/hosting/keep/folder-shelf.ts';
import type { Shelf } from '../../vmm/hosting/keep/shelf.ts';
import { FolderStore, ForeignFolder } from '../../vmm/pool/folder-store.ts';
import { PoolView, type VmRecord } from '../../vmm/pool/records.ts';
import type { Commit, PoolStore } from '../../vmm/pool/store.ts';
import { FieldError } from '../../vmm/wire/schema.ts';
import { badInput, EXIT, Failure, systemReason, usage } from '../failure.ts';
import { writeOutput } from '../files.ts';
import { ownIdentity } from '../hosting/process-identity.ts';

/** Milliseconds since the machine's start, the same for all its processes. */
export const machineClock = (): number => Number(process.hrtime.bigint() / 1_000_000n);

export const newName = (): string => randomBytes(8).toString('hex');

/** Attempts at a change that others spoil. */
const mostAttempts = 20;

export class PoolFolder {
  readonly path: string;
  readonly store: PoolStore;

  /** `makes`: it is made if there is none. Throws a Failure. */
  constructor(path: string | undefined, makes = false) {
    const folder = path ?? process.env.RINGLAB_POOL;
    if (folder === undefined) throw usage('name the pool: --pool FOLDER, or $RINGLAB_POOL');
    if (/^\w+:\/\//.test(folder))
      throw usage(`--pool ${folder}: a pool is a folder; this version has no store on other machines`);
    this.path = resolve(folder);
    const { machine, boot } = ownIdentity();
    try {
      if (!makes) readFileSync(join(this.path, 'machine'));
      this.store = new FolderStore(this.path, { machine, boot: boot ?? '', clock: machineClock, newName });
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
  view(): PoolView {
    let view: PoolView | undefined;
    try {
      this.store.read((entries) => {
        view = entries && new PoolView(entries);
      });
    } catch (error) {
      if (error instanceof FieldError) throw badInput(`${this.path}: ${error.message}`);
      throw error;
    }
    if (view === undefined)
      throw new Failure(EXIT.UNREACHABLE, `${this.path}: the pool's store cannot be read`);
    return view;
  }

  /** Makes the commit that `make` finds for what is there, again if others were quicker. Returns what was there. Throws a Failure. */
  change(make: (view: PoolView) => Commit): PoolView {
    for (let n = 0; n < mostAttempts; n++) {
      const view = this.view();
      let answer = 'unknown';
      this.store.commit(make(view), (given) => {
        answer = given;
      });
      if (answer === 'committed') return view;
      if (answer === 'unknown') break;
    }
    throw new Failure(EXIT.UNREACHABLE, `${this.path}: the pool's store takes no changes now`);
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

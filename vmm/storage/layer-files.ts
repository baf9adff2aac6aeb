/** Layers of disks in files of a folder: NAME@EPOCH.layer. */
import { closeSync, fsyncSync, openSync, readdirSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, nodeFiles, writeWhole } from '../snapshot/node-files.ts';
import type { BlockStore } from './block-store.ts';
import { encodeHead, DiskLayer, type LayerFile, readHead } from './layer.ts';
import { type ObjectName, StorageError } from './objects.ts';

const ending = '.layer';

export function layerPath(folder: string, guest: string, epoch: number): string {
  return join(folder, `${guest}@${epoch}${ending}`);
}

/** Makes a layer, in which nothing is written, over the disk with that root. It takes the same time for a disk of any size. Throws StorageError, and the system's error. */
export function createLayer(
  folder: string,
  guest: string,
  epoch: number,
  store: BlockStore,
  root: ObjectName,
): DiskLayer {
  const { sectors } = store.root(root);
  makeFolder(folder, 0o700);
  writeWhole(nodeFiles, layerPath(folder, guest, epoch), [encodeHead({ sectors, epoch, root })]);
  return openLayer(folder, guest, epoch, store);
}

/** Throws StorageError, also when the file is of another epoch than its name says, and the system's error. */
export function openLayer(folder: string, guest: string, epoch: number, store: BlockStore): DiskLayer {
  const path = layerPath(folder, guest, epoch);
  const file = openFile(path, 'r+');
  try {
    return new DiskLayer(file, store, epoch);
  } catch (error) {
    file.close();
    if (error instanceof StorageError) throw new StorageError(`${path}: ${error.message}`);
    throw error;
  }
}

/** The roots below all layers of a folder, for a sweep. Throws StorageError, and the system's error. */
export function rootsOfLayers(folder: string): readonly ObjectName[] {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(ending) && !name.startsWith('.'));
  return names.flatMap((name) => {
    try {
      const file = openFile(join(folder, name), 'r');
      try {
        return readHead(file).root;
      } finally {
        file.close();
      }
    } catch (error) {
      // It has been removed in the meantime.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      if (error instanceof StorageError) throw new StorageError(`${join(folder, name)}: ${error.message}`);
      throw error;
    }
  });
}

function openFile(path: string, mode: 'r' | 'r+'): LayerFile {
  const file = openSync(path, mode);
  return {
    read: (into, at) => {
      let have = 0;
      for (let count = 1; count > 0 && have < into.length; have += count)
        count = readSync(file, into, have, into.length - have, at + have);
      into.fill(0, have);
    },
    write: (bytes, at) => {
      for (let done = 0; done < bytes.length; )
        done += writeSync(file, bytes, done, bytes.length - done, at + done);
    },
    sync: () => fsyncSync(file),
    close: () => closeSync(file),
  };
}

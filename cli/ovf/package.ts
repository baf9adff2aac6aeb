/**
 * A package: an OVA, which is a tar, or an .ovf with its files beside it. The files of a package are read and checked as a whole
 * before anything of them is used; nothing of a package is ever written under a name that it has.
 */
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createTarDecoder, packTar } from 'modern-tar';
import { badInput, systemReason } from '../failure.ts';
import { checkManifest, formatManifest } from './manifest.ts';
import { must, PackageError } from './failure.ts';

export interface PackageFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A package that was read. */
export interface Package {
  readonly descriptor: PackageFile;
  /** Whether it had a manifest, which holds. */
  readonly hasManifest: boolean;
  /** A file that the descriptor refers to. Throws PackageError. */
  file(href: string): Uint8Array;
  /** Holds that the manifest, if there is one, has the descriptor and the files that it refers to, and that they are right. */
  check(hrefs: readonly string[]): void;
}

const mostBytes = 2 ** 30;
const mostFiles = 256;

/** Names of files in a package: one part, no folders. */
function checkName(name: string): void {
  must(
    /^[^/\\:\p{Cc}]{1,255}$/u.test(name) && name !== '.' && name !== '..',
    `${JSON.stringify(name.slice(0, 80))} is no name for a file of a package: it has no folders and no control characters`,
  );
}

/** Reads an OVA or an .ovf. Rejects with a Failure or a PackageError. */
export async function readPackage(path: string): Promise<Package> {
  const bytes = readWhole(path);
  if (path.toLowerCase().endsWith('.ovf')) return beside(path, bytes);
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const files = await readTar(isPacked ? gunzipped(bytes, 'it') : bytes);
  const descriptor = onlyOne(files, '.ovf', 'descriptor');
  if (descriptor === undefined) throw new PackageError('it has no descriptor (.ovf)');
  const manifest = onlyOne(files, '.mf', 'manifest');
  if (manifest !== undefined)
    must(
      manifest.name.slice(0, -'.mf'.length) === descriptor.name.slice(0, -'.ovf'.length),
      `the manifest ${manifest.name} is that of another descriptor than ${descriptor.name}`,
    );
  const named = new Map(files.map((file) => [file.name, file.bytes]));
  return packageOf(descriptor, manifest?.bytes, (name) => named.get(name));
}

function readWhole(path: string): Uint8Array {
  try {
    const { size } = statSync(path);
    must(size <= mostBytes, `it has ${size} bytes, and at most ${mostBytes} are read`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof PackageError) throw error;
    throw badInput(`${path}: cannot be read: ${systemReason(error)}`);
  }
}

/** What was compressed by gzip. Throws PackageError, also if it is too much. */
export function gunzipped(bytes: Uint8Array, what: string): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: mostBytes });
  } catch {
    throw new PackageError(`${what} is compressed, and cannot be expanded to at most ${mostBytes} bytes`);
  }
}

function beside(path: string, bytes: Uint8Array): Package {
  const name = basename(path);
  const find = (href: string) => {
    const file = join(dirname(path), href);
    return statSync(file, { throwIfNoEntry: false })?.isFile() ? readWhole(file) : undefined;
  };
  return packageOf({ name, bytes }, find(name.replace(/\.ovf$/i, '.mf')), find);
}

function packageOf(
  descriptor: PackageFile,
  manifest: Uint8Array | undefined,
  find: (name: string) => Uint8Array | undefined,
): Package {
  const file = (href: string) => {
    must(!/^\w+:/.test(href), `${href.slice(0, 200)}: files from elsewhere are not fetched`);
    checkName(href);
    const bytes = find(href);
    if (bytes === undefined) throw new PackageError(`${href} is not in the package`);
    return bytes;
  };
  return {
    descriptor,
    hasManifest: manifest !== undefined,
    file,
    check: (hrefs) => {
      if (manifest === undefined) return;
      const files = [descriptor, ...hrefs.map((name) => ({ name, bytes: file(name) }))];
      checkManifest(new TextDecoder().decode(manifest), files);
    },
  };
}

function onlyOne(files: readonly PackageFile[], ending: string, what: string): PackageFile | undefined {
  const found = files.filter(({ name }) => name.toLowerCase().endsWith(ending));
  must(found.length <= 1, `it has ${found.length} files ${ending}, and a package has one ${what}`);
  return found[0];
}

async function readTar(bytes: Uint8Array): Promise<readonly PackageFile[]> {
  const files: PackageFile[] = [];
  must(bytes.length >= 512, 'it is too short for a tar');
  const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(createTarDecoder({ strict: true }));
  try {
    for await (const { header, body } of stream) {
      must(
        header.type === undefined || header.type === 'file',
        `${nameFor(header.name)} is no file but a ${header.type}`,
      );
      checkName(header.name);
      must(!files.some(({ name }) => name === header.name), `it has two files ${header.name}`);
      must(files.length < mostFiles, `it has more than ${mostFiles} files`);
      files.push({ name: header.name, bytes: new Uint8Array(await new Response(body).arrayBuffer()) });
    }
  } catch (error) {
    if (error instanceof PackageError) throw error;
    throw new PackageError(`it is no tar that can be read: ${(error as Error).message.split('\n')[0]}`);
  }
  must(files.length > 0, 'it is no tar, or an empty one');
  return files;
}

const nameFor = (name: string) => JSON.stringify(name.slice(0, 80));

/** An OVA: descriptor, manifest, then the files in the order in which the descriptor refers to them. */
export async function writeOva(descriptor: PackageFile, files: readonly PackageFile[]): Promise<Uint8Array> {
  const manifest = {
    name: descriptor.name.replace(/\.ovf$/, '.mf'),
    bytes: new TextEncoder().encode(formatManifest([descriptor, ...files])),
  };
  return packTar(
    [descriptor, manifest, ...files].map(({ name, bytes }) => ({
      header: {
        name,
        size: bytes.length,
        mode: 0o644,
        mtime: new Date(0),
        type: 'file' as const,
        uid: 0,
        gid: 0,
      },
      body: new Uint8Array(bytes),
    })),
  );
}

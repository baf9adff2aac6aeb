/** The manifest of a package: a line with a digest for each file, as `sha256sum --tag` writes it but without the space. */
import { createHash } from 'node:crypto';
import { must, PackageError } from './failure.ts';
import type { PackageFile } from './package.ts';

/** The algorithms that OVF 1.x and 2.x have used. */
const algorithms: Readonly<Record<string, string>> = { SHA1: 'sha1', SHA256: 'sha256', SHA512: 'sha512' };

/** "SHA256(name)= hex": without a space before the bracket, which some readers do not take. */
export function formatManifest(files: readonly PackageFile[]): string {
  return files
    .map(({ name, bytes }) => `SHA256(${name})= ${createHash('sha256').update(bytes).digest('hex')}\n`)
    .join('');
}

/** Checks a manifest against all other files of its package. Throws PackageError. */
export function checkManifest(text: string, files: readonly PackageFile[]): void {
  const named = new Map(files.map((file) => [file.name, file]));
  const seen = new Set<string>();
  for (const [n, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const [, algorithm = '', name = '', digest = ''] =
      /^(\w+) ?\((.+)\) ?= ?([\da-fA-F]+)\s*$/.exec(line) ?? [];
    const hash = Object.hasOwn(algorithms, algorithm) ? algorithms[algorithm] : undefined;
    if (hash === undefined)
      throw new PackageError(`line ${n + 1}: expected SHA256(NAME)= DIGEST, or SHA1 or SHA512`);
    must(!seen.has(name), `line ${n + 1}: ${name} has two digests`);
    const file = named.get(name);
    if (file === undefined) throw new PackageError(`line ${n + 1}: ${name} is not in the package`);
    const actual = createHash(hash).update(file.bytes).digest('hex');
    must(actual === digest.toLowerCase(), `the digest of ${name} is wrong: the file was changed or damaged`);
    seen.add(name);
  }
  const missing = files.find(({ name }) => !seen.has(name));
  if (missing !== undefined) throw new PackageError(`there is no digest of ${missing.name}`);
}

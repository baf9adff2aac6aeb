/** The files that the package brings along: guests, lessons, assignments. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The package's folder, or the checkout, seen from here and from the bundle. */
const root = new URL('../../', import.meta.url);

/** The path on this machine of a file of the package, like `guests/hello.s`. */
function packagePath(path: string): string {
  return fileURLToPath(new URL(path, root));
}

/** The contents of a file of the package. */
export function packageFile(path: string): Uint8Array {
  return readFileSync(packagePath(path));
}

export function packageText(path: string): string {
  return new TextDecoder().decode(packageFile(path));
}

/** The files in a folder of the package and in the folders below it, by their paths in the package, sorted. */
export function packageFolder(path: string): readonly string[] {
  const entries = readdirSync(packagePath(path), { withFileTypes: true });
  return entries
    .flatMap((entry) =>
      entry.isDirectory() ? packageFolder(`${path}/${entry.name}`) : [`${path}/${entry.name}`],
    )
    .toSorted();
}

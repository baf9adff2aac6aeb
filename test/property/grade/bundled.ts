/** Files of the bundle, also when the grader runs from somewhere else in the checkout. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

function firstOf(places: readonly string[]): string {
  return places.find((place) => existsSync(place)) ?? (places[0] as string);
}

export function bundledPath(name: string): string {
  return firstOf([
    resolve(here, name),
    resolve(here, '../../../dist/bundle', name),
    resolve(here, '../../../bundle', name),
  ]);
}

/** The text of a file of the bundle. */
export function bundled(name: string): string {
  return readFileSync(bundledPath(name), 'utf8');
}

/**
 * A file of the package, whether or not it is there yet. The bundle is two folders deep in the package; sources and what tsc
 * makes are three or four deep.
 */
export function repositoryPath(path: string): string {
  const manifest = firstOf(
    ['../..', '../../..', '../../../..'].map((up) => resolve(here, up, 'package.json')),
  );
  return resolve(dirname(manifest), path);
}

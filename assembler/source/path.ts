/**
 * Paths of included files, as text; the file system is not consulted. A folder ends with `/`, or with `\` as
 * on Windows.
 */

/**
 * The path of a file that the file `from` names as `path`. It is relative to the folder of `from`, unless it is
 * absolute.
 */
export function pathFrom(from: string, path: string): string {
  return /^([/\\]|[a-z]:)/i.test(path) ? path : simplified(from.replace(/[^/\\]*$/, '') + path);
}

/** The same path without `.`, and without `..` behind a folder. */
function simplified(path: string): string {
  const parts: string[] = [];
  for (const part of path.split(/[/\\]+/)) {
    if (part === '.') continue;
    const before = parts.at(-1);
    if (part !== '..' || before === undefined || before === '..') parts.push(part);
    else if (before !== '') parts.pop(); // The parent of the root is the root.
  }
  return parts.join('/');
}

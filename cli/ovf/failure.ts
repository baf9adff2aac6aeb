/** A package cannot be taken. The message is one line: where, and what is wrong. */
export class PackageError extends Error {
  override readonly name = 'PackageError';
}

export function must(holds: boolean, reason: string): asserts holds {
  if (!holds) throw new PackageError(reason);
}

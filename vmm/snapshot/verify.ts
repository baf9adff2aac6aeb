/** Verifies a whole folder: every file, every block, every parent. */
import { SnapshotError } from './failure.ts';
import { type Opened, readBlocks } from './read.ts';
import type { Store } from './store.ts';

/** The result for one snapshot. */
export interface Finding {
  readonly name: string;
  /** Why it cannot be used, with the file's name; undefined if it can. */
  readonly problem: string | undefined;
}

/** Verifies every snapshot together with its parents. Each file is read once. */
export function verifyStore(store: Store): readonly Finding[] {
  const checked = new Map<string, string | undefined>();
  const checkBlocks = (opened: Opened) => {
    if (!checked.has(opened.path))
      checked.set(
        opened.path,
        problemOf(() => readBlocks(store.files, opened, { take: () => {} })),
      );
    return checked.get(opened.path);
  };
  return store.names().map((name) => {
    let chain: readonly Opened[] = [];
    const problem = problemOf(() => {
      chain = store.chain(name);
    });
    return { name, problem: problem ?? chain.map(checkBlocks).find((found) => found !== undefined) };
  });
}

function problemOf(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof SnapshotError) return error.message;
    throw error;
  }
}

/** A pool as it changes, for verbs that go on until Ctrl-C. */
import type { PoolView } from '../../vmm/pool/records.ts';
import type { PoolFolder } from './pool-folder.ts';

/** Milliseconds between two looks at a pool that changes all the time, and at one of which nothing is heard. */
const leastMs = 200;
const mostMs = 2000;

/** The pool after each change, and now and then; ends at Ctrl-C, or when `signal` says so. */
export async function* changes(pool: PoolFolder, signal?: AbortSignal): AsyncGenerator<PoolView> {
  let [isOver, wake] = [false, () => {}];
  const end = () => {
    isOver = true;
    wake();
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  signal?.addEventListener('abort', end);
  let hasChanged = false;
  const stop = pool.store.watch(() => {
    hasChanged = true;
    wake();
  });
  const rest = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  try {
    while (!isOver) {
      if (!hasChanged) await rest(mostMs);
      if (isOver) return;
      hasChanged = false;
      const view = await pool.view();
      yield view;
      const until = Date.now() + leastMs;
      while (!isOver && Date.now() < until) await rest(until - Date.now());
    }
  } finally {
    stop();
    process.removeListener('SIGINT', end);
    process.removeListener('SIGTERM', end);
  }
}

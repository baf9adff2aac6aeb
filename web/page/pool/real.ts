/** Follows the pool of `ringlab lab --pool`, read only. */
import { ask } from '../lab/lab.ts';
import { view } from '../state.ts';
import { type RealPool, realPool } from './pooling.ts';

/** Milliseconds until a server that does not answer is asked again. */
const againMs = 3000;

/** Shows the pool if the server has one. `shows`: whether the address says something else that is to be shown. */
export async function followPool(shows: boolean): Promise<void> {
  const body = await open();
  if (body === undefined) return;
  if (!shows) view.value = 'pool';
  void follow(body);
}

/** What the server tells of its pool; undefined where it has none, or does not answer. */
async function open(): Promise<ReadableStream<Uint8Array> | undefined> {
  try {
    const answer = await ask('pool');
    return answer.status === 200 ? (answer.body ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}

async function follow(first: ReadableStream<Uint8Array>): Promise<void> {
  for (let body: ReadableStream<Uint8Array> | undefined = first; ; body = await open()) {
    if (body !== undefined) await readEvents(body);
    const last = realPool.peek();
    if (last !== undefined) realPool.value = { ...last, isAway: true };
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
}

async function readEvents(body: ReadableStream<Uint8Array>): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const events = (rest + value).split('\n\n');
      rest = events.pop() ?? '';
      const last = events.at(-1);
      if (last !== undefined) realPool.value = JSON.parse(last.replace(/^data: /, '')) as RealPool;
    }
  } catch {
    // As when it ends.
  }
}

/** The worker's answer about what is shown now, asked again whenever that changes. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Kind, Requests } from '../worker/protocol.ts';
import { ask } from './laboratory.ts';
import { frame } from './state.ts';

/** How often a question that was stopped is asked again. */
const mostStopped = 3;

/**
 * Asks when the question or the frame changes, one question at a time: of those that come meanwhile only the last is asked.
 * Returns the last answer; undefined before there is one.
 */
export function useAnswer<K extends Kind>(
  kind: K,
  question: Requests[K]['ask'],
): Requests[K]['answer'] | undefined {
  const [answer, setAnswer] = useState<Requests[K]['answer'] | undefined>(undefined);
  const wish = useRef<Requests[K]['ask'] | undefined>(undefined);
  const isAsking = useRef(false);
  const now = frame.value;
  const key = JSON.stringify(question);
  useEffect(() => {
    wish.current = question;
    if (!isAsking.current) void askAll();
    async function askAll(): Promise<void> {
      isAsking.current = true;
      let stopped = 0;
      while (wish.current !== undefined) {
        const next = wish.current;
        wish.current = undefined;
        try {
          const found = await ask(kind, next);
          if (found !== undefined) setAnswer(() => found);
          // It was stopped for another request, or another guest was opened meanwhile.
          else if (++stopped <= mostStopped) wish.current ??= next;
        } catch {
          // Nothing is open yet: the next frame asks again.
        }
      }
      isAsking.current = false;
    }
  }, [kind, key, now]);
  return answer;
}

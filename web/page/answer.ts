/** The worker's answer about what is shown now, asked again whenever that changes. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Kind, Requests } from '../worker/protocol.ts';
import { ask } from './laboratory.ts';
import { frame } from './state.ts';

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
      try {
        while (wish.current !== undefined) {
          const next = wish.current;
          wish.current = undefined;
          const found = await ask(kind, next);
          if (found !== undefined) setAnswer(() => found);
        }
      } catch {
        // Nothing is open yet: the next frame asks again.
      } finally {
        isAsking.current = false;
      }
    }
  }, [kind, key, now]);
  return answer;
}

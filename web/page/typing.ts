/** Typing at the guests' console: both get the same. */
import { ask, goBy, remark } from './laboratory.ts';
import { frame } from './state.ts';

/** Types a text, or ends the input. What was recorded after this step is another future now. */
export async function type(text: string | null): Promise<void> {
  const now = await ask('type', { text });
  if (now === undefined) return;
  frame.value = now;
  await goBy(1);
  await remark();
}

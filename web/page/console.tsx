/** A guest's console: what it printed, and a line to type when it waits for input. */
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { SideFrame } from '../worker/frame.ts';
import { type as typeText } from './typing.ts';
import { grouped } from './words.ts';

export interface ConsoleProps {
  readonly side: SideFrame;
  /** The machine's name. */
  readonly title: string;
}

export function Console({ side, title }: ConsoleProps): VNode {
  const { printed, wantsInput } = side;
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current } = element;
    if (current !== null && printed.text !== '') current.scrollTop = current.scrollHeight;
  }, [printed]);
  return (
    <div class="console-box">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to reach it */}
      <div class="console" role="log" tabIndex={0} aria-label={`Console, ${title}`} ref={element}>
        {printed.before > 0 && (
          <span class="dim">
            {grouped(printed.before)} bytes before{'\n'}
          </span>
        )}
        {printed.text === '' ? <span class="dim">(nothing printed yet)</span> : printed.text}
      </div>
      {wantsInput && (
        <form
          class="typing"
          onSubmit={(event) => {
            event.preventDefault();
            const input = event.currentTarget.elements.namedItem('line') as HTMLInputElement;
            void typeText(`${input.value}\n`);
            input.value = '';
          }}
        >
          <input
            name="line"
            aria-label={`Type at the console, ${title}`}
            placeholder="It waits for input"
            autocomplete="off"
          />
          <button type="submit">Type</button>
          <button type="button" onClick={() => void typeText(null)}>
            End of input
          </button>
        </form>
      )}
    </div>
  );
}

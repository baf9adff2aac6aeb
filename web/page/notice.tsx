/** A line that says something once, and can be closed. */
import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { Icon } from './icons.tsx';

export interface Notice {
  readonly text: string;
  /** What the reader can do about it. */
  readonly action?: { readonly label: string; readonly run: () => unknown };
}

export const notice = signal<Notice | undefined>(undefined);

export function NoticeLine(): VNode | null {
  const now = notice.value;
  if (now === undefined) return null;
  const close = () => {
    notice.value = undefined;
  };
  return (
    <div class="notice" role="alert">
      <span>{now.text}</span>
      {now.action !== undefined && (
        <button
          type="button"
          onClick={() => {
            close();
            now.action?.run();
          }}
        >
          {now.action.label}
        </button>
      )}
      <button type="button" class="round" aria-label="Close this line" onClick={close}>
        <Icon name="close" />
      </button>
    </div>
  );
}

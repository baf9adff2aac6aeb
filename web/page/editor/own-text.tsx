/** The line above the editor: whose text it is, and the way to the other one. */
import { effect, signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { openGuest } from '../laboratory.ts';
import { embedded } from '../embedded.ts';
import { guest, isChanged, origin } from '../state.ts';
import { type Version, versionsOf } from './own-texts.ts';

/** The reader's versions of the guest that is open, the newest first. */
const versions = signal<readonly Version[]>([]);

async function find(): Promise<void> {
  const [name, from] = [guest.value, origin.value];
  const found = await versionsOf(name);
  if (guest.peek() === name && origin.peek() === from)
    versions.value = found.filter(({ text }) => text !== embedded().files[name]);
}

const timeOf = (at: number) =>
  new Date(at).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'short' });

export function OwnText(): VNode | null {
  const name = guest.value;
  // Asked again when another text is shown.
  useEffect(() => effect(() => void find()), []);
  const library = embedded().files[name];
  const hasOwn = versions.value.length > 0;
  if (!isChanged.value && !hasOwn) return null;
  return (
    <p class="own-text">
      <span>{whose()}</span>
      {isChanged.value && library !== undefined && (
        <button type="button" onClick={() => void openGuest(name)}>
          The laboratory’s text
        </button>
      )}
      {hasOwn && (
        <label>
          <span class="vh">Own version</span>
          <select
            value=""
            onChange={(event) => {
              const version = versions.value[Number(event.currentTarget.value)];
              event.currentTarget.value = '';
              if (version !== undefined) void openGuest(name, version.text);
            }}
          >
            <option value="">Your own…</option>
            {versions.value.map(({ at, page }, n) => (
              <option key={`${page} ${at}`} value={String(n)}>
                {timeOf(at)}
              </option>
            ))}
          </select>
        </label>
      )}
    </p>
  );
}

function whose(): string {
  if (!isChanged.value) return 'There is a text of your own.';
  if (origin.value === 'shared') return 'Shared with you by a link.';
  return origin.value === 'file' ? 'A file of yours.' : 'Your own text.';
}

/** Who wrote a word of memory: goes to the last write before now, or to the next one. */
import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { ask, go } from '../laboratory.ts';
import { frame, viewState } from '../state.ts';
import { hex } from '../words.ts';

const place = viewState('machine-write', '');
/** What came of the last search, in words. */
const found = signal('');

async function search(direction: 1 | -1): Promise<void> {
  found.value = '';
  const address = await ask('locate', { place: place.value.trim() });
  if (address === undefined) return;
  if (address === null) {
    found.value = 'Neither a symbol of the program nor an address that is mapped now.';
    return;
  }
  const met = await go({ kind: 'write', address, direction });
  const word = hex(address & ~3);
  if (met === undefined) return;
  if (met)
    found.value = `${direction > 0 ? 'Written by the last step' : 'The next step writes it'}: ${word}.`;
  else found.value = direction > 0 ? `Not written any more: ${word}.` : `Not written before: ${word}.`;
}

export function Writes(): VNode | null {
  if (frame.value === undefined) return null;
  return (
    <form
      class="writes"
      onSubmit={(event) => {
        event.preventDefault();
        void search(1);
      }}
    >
      <label>
        <span>Written word</span>
        <input
          value={place.value}
          placeholder="symbol or address"
          autocomplete="off"
          onInput={(event) => {
            place.value = event.currentTarget.value;
          }}
        />
      </label>
      <button type="button" disabled={place.value === ''} onClick={() => void search(-1)}>
        Last write
      </button>
      <button type="submit" disabled={place.value === ''}>
        Next write
      </button>
      <output>{found.value}</output>
    </form>
  );
}

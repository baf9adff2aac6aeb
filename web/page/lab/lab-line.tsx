/** The line about the file of `ringlab lab FILE`: saved, or changed in two places. */
import type { VNode } from 'preact';
import { guest } from '../state.ts';
import { choose, lab, showFile } from './lab.ts';

export function LabLine(): VNode | null {
  const now = lab.value;
  if (now === undefined) return null;
  const { name, status, reason } = now;
  if (status === 'choose')
    return (
      <p class="own-text lab-line" role="alert">
        <span>
          <b>{name}</b> was changed here and elsewhere. Nothing is overwritten until you choose.
        </span>
        <button type="button" onClick={() => choose('file')}>
          Take the file’s text
        </button>
        <button type="button" onClick={() => choose('mine')}>
          Save mine over it
        </button>
      </p>
    );
  const says = {
    saved: 'saved; changes elsewhere appear here.',
    saving: 'being saved…',
    refused: `not saved: ${reason}`,
    away: 'not connected: ringlab lab has ended, or does not answer. Your text is in this page.',
  }[status];
  return (
    <p class="own-text lab-line">
      <output>
        <b>{name}</b>: {says}
      </output>
      {guest.value !== name && (
        <button type="button" onClick={() => void showFile()}>
          Show it
        </button>
      )}
    </p>
  );
}

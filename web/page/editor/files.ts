/** Files of the reader's computer: opened by drop or from the menu, and saved as a download. */
import { batch } from '@preact/signals';
import { open } from '../laboratory.ts';
import { breakpoints, diagnostics, guest, origin, text, verdict } from '../state.ts';

/** Characters of the longest text that is opened. */
const longest = 2 ** 20;

/** Opens a file as the program. */
export async function openFile(file: File): Promise<void> {
  const contents = await file.text();
  const isText = file.size <= longest && !contents.includes('\0');
  if (!isText) {
    verdict.value = {
      kind: 'unusable',
      message: `${file.name} is no assembly text; what was open is open still`,
    };
    return;
  }
  batch(() => {
    guest.value = file.name;
    text.value = contents;
    origin.value = 'file';
    diagnostics.value = [];
    breakpoints.value = new Set();
  });
  await open({ at: 0 });
}

/** Saves the text under the guest's name. */
export function saveFile(): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text.value], { type: 'text/plain' }));
  link.download = guest.value.replace(/.*\//, '');
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Which dialog is open. */
import { signal } from '@preact/signals';

export const shownDialog = signal<'help' | 'link' | undefined>(undefined);

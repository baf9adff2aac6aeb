/** Keys: who presses one outside of a text field does what its row says. `?` shows them all (help.tsx). */
import { signal } from '@preact/signals';

/** A key and what it does. */
export interface Key {
  /** As `KeyboardEvent.key`, with `Shift+`, `Ctrl+` or `Alt+` before it; letters are small. */
  readonly key: string;
  /** What it does, for the help: begins with a verb. */
  readonly says: string;
  readonly run: () => unknown;
}

/** Whether keys that are a single character do something: a reader may turn them off (WCAG 2.1.4). */
export const singleKeys = signal(true);

/** A key press as rows write it. */
export function nameOf(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'altKey' | 'metaKey'>,
): string {
  const { key } = event;
  const isCharacter = [...key].length === 1;
  const name = isCharacter ? key.toLowerCase() : key;
  // The shift of a character is in the character already.
  const shift = event.shiftKey && (!isCharacter || /[a-z]/i.test(key)) ? 'Shift+' : '';
  return `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${shift}${name}`;
}

/** Whether what has the focus uses this key itself. */
function isTaken(target: EventTarget | null, name: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return !name.startsWith('Alt+');
  const role = target.getAttribute('role');
  if (role === 'radio' || role === 'tab' || role === 'slider') return /^(Arrow|Home|End| |Enter)/.test(name);
  if (target instanceof HTMLInputElement) {
    if (target.type === 'checkbox' || target.type === 'radio')
      return name === ' ' || name.startsWith('Arrow');
    if (target.type === 'range') return /^(Arrow|Home|End|Page)/.test(name);
    return !name.startsWith('Alt+');
  }
  return (name === ' ' || name === 'Enter') && target.closest('button,a,summary') !== null;
}

/** Does what the first row for the key says; returns whether there was one. */
export function press(event: KeyboardEvent, rows: readonly Key[]): boolean {
  const name = nameOf(event);
  if (isTaken(event.target, name)) return false;
  if ([...name].length === 1 && name !== ' ' && !singleKeys.value) return false;
  const row = rows.find(({ key }) => key === name);
  if (row === undefined) return false;
  event.preventDefault();
  row.run();
  return true;
}

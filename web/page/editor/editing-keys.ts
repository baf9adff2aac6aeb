/**
 * Keys of the editor: those that go beyond what is drawn of a long text, and lines. The browser itself does the rest. These are
 * single commands, for CodeMirror's whole keymap brings the machinery of programming languages, which is not used here.
 */
import {
  cursorDocEnd,
  cursorDocStart,
  cursorLineDown,
  cursorLineUp,
  cursorPageDown,
  cursorPageUp,
  deleteGroupBackward,
  deleteGroupForward,
  historyKeymap,
  insertNewlineKeepIndent,
  selectAll,
  selectDocEnd,
  selectDocStart,
  selectLineDown,
  selectLineUp,
  selectPageDown,
  selectPageUp,
} from '@codemirror/commands';
import type { KeyBinding } from '@codemirror/view';

export const editingKeys: readonly KeyBinding[] = [
  { key: 'Enter', run: insertNewlineKeepIndent },
  { key: 'Mod-Backspace', run: deleteGroupBackward },
  { key: 'Mod-Delete', run: deleteGroupForward },
  { key: 'ArrowUp', run: cursorLineUp, shift: selectLineUp },
  { key: 'ArrowDown', run: cursorLineDown, shift: selectLineDown },
  { key: 'PageUp', run: cursorPageUp, shift: selectPageUp },
  { key: 'PageDown', run: cursorPageDown, shift: selectPageDown },
  { key: 'Mod-Home', run: cursorDocStart, shift: selectDocStart },
  { key: 'Mod-End', run: cursorDocEnd, shift: selectDocEnd },
  { key: 'Mod-a', run: selectAll },
  ...historyKeymap,
];

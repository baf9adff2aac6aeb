/** The editor's column: the menu of guests, whose text it is, and the editor. */
import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { openGuest } from '../laboratory.ts';
import { guest } from '../state.ts';
import { Editor } from './editor.tsx';
import { groups, titleOf } from './guests.ts';
import { openFile, saveFile } from './files.ts';
import { LabLine } from '../lab/lab-line.tsx';
import { OwnText } from './own-text.tsx';

/** Whether the column is shown; on a narrow screen it is over the view. */
export const editorIsOpen = signal(true);

export function EditorColumn(): VNode {
  return (
    <section class={`editor${editorIsOpen.value ? '' : ' folded'}`} aria-label="Program">
      <div class="editor-head">
        <GuestMenu />
        <button type="button" onClick={() => saveFile()} title="Save the text as a file">
          Save
        </button>
      </div>
      <LabLine />
      <OwnText />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is one way of three; the menu and `Open` are the others */}
      <div
        class="editor-box"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          const [file] = event.dataTransfer?.files ?? [];
          if (file === undefined) return;
          event.preventDefault();
          void openFile(file);
        }}
      >
        <Editor />
      </div>
    </section>
  );
}

const openOther = '(open a file)';

function GuestMenu(): VNode {
  const all = groups();
  const isElsewhere = !all.some(({ paths }) => paths.includes(guest.value));
  return (
    <label class="guest">
      <span class="vh">Guest</span>
      <select
        value={guest.value}
        onChange={(event) => {
          const { value } = event.currentTarget;
          if (value === openOther) {
            event.currentTarget.value = guest.value;
            chooseFile();
          } else void openGuest(value);
        }}
      >
        {isElsewhere && <option value={guest.value}>{titleOf(guest.value)}</option>}
        {all.map(({ title, paths }) => (
          <optgroup key={title} label={title}>
            {paths.map((path) => (
              <option key={path} value={path}>
                {titleOf(path)}
              </option>
            ))}
          </optgroup>
        ))}
        <option value={openOther}>Open a file…</option>
      </select>
    </label>
  );
}

/** Asks the reader for a file. */
function chooseFile(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.s,.S,.asm,.inc,text/plain';
  input.onchange = () => {
    const [file] = input.files ?? [];
    if (file !== undefined) void openFile(file);
  };
  input.click();
}

/** Dialogs: the keys, and the link with its QR code. */
import { signal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { embedded } from './embedded.ts';
import { Icon } from './icons.tsx';
import { singleKeys } from './keys.ts';
import { allKeys } from './page-keys.ts';
import { linkNow } from './address.ts';
import { QrCode } from './qr-code.tsx';
import { shownDialog } from './shown-dialog.ts';

interface DialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
}

function Dialog({ title, children }: DialogProps): VNode {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    element.current?.showModal();
  }, []);
  return (
    <dialog
      ref={element}
      aria-label={title}
      onClose={() => {
        shownDialog.value = undefined;
      }}
    >
      <div class="dialog-head">
        <h2>{title}</h2>
        <button type="button" class="round" aria-label="Close" onClick={() => element.current?.close()}>
          <Icon name="close" />
        </button>
      </div>
      {children}
    </dialog>
  );
}

export function Dialogs(): VNode | null {
  if (shownDialog.value === 'help') return <Help />;
  return shownDialog.value === 'link' ? <LinkDialog /> : null;
}

/** `Shift+ArrowRight` as keys. */
function Keys({ name }: { readonly name: string }): VNode {
  const parts = name.split(/\+(?=.)/).map((part) => part.replace(/^Arrow/, '').replace(/^ $/, 'Space'));
  return (
    <>
      {parts.map((part) => (
        <kbd key={part}>{part.length === 1 ? part.toUpperCase() : part}</kbd>
      ))}
    </>
  );
}

function Help(): VNode {
  return (
    <Dialog title="Keys">
      <label class="switch">
        <input
          type="checkbox"
          checked={singleKeys.value}
          onChange={(event) => {
            singleKeys.value = event.currentTarget.checked;
          }}
        />
        <span>Keys that are one character do something</span>
      </label>
      <table class="keys">
        <thead>
          <tr>
            <th scope="col">key</th>
            <th scope="col">what it does</th>
          </tr>
        </thead>
        <tbody>
          {allKeys().map(({ key, says }) => (
            <tr key={key}>
              <th scope="row">
                <Keys name={key} />
              </th>
              <td>{says}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="dim">
        In the editor, F9 sets a breakpoint, and Esc leaves the text. ringlab {embedded().version}; nothing
        that you do here leaves this page.
      </p>
    </Dialog>
  );
}

function LinkDialog(): VNode {
  const link = useRef(signal(''));
  const copied = useRef(signal(false));
  useEffect(() => {
    void linkNow().then((text) => {
      link.current.value = text;
    });
  }, []);
  const text = link.current.value;
  return (
    <Dialog title="Link to what is shown">
      <textarea
        class="link"
        readOnly
        rows={4}
        value={text}
        aria-label="Link"
        onFocus={(event) => event.currentTarget.select()}
      />
      <p>
        <button
          type="button"
          onClick={() => {
            void navigator.clipboard?.writeText(text).then(() => {
              copied.current.value = true;
            });
          }}
        >
          Copy
        </button>{' '}
        <output>{copied.current.value ? 'Copied.' : ''}</output>
      </p>
      <p class="dim">
        It opens this guest at this step, with the text as it is. {text.length} characters; nothing is sent to
        a server.
      </p>
      <QrCode text={text} />
    </Dialog>
  );
}

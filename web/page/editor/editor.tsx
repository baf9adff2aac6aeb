/** The editor: CodeMirror around the text of the state. Tab never indents, so the keyboard can leave it. */
import { history } from '@codemirror/commands';
import { EditorState, type StateEffect } from '@codemirror/state';
import { drawSelection, EditorView, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view';
import { effect, signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { presents } from '../appearance.ts';
import { setBreakpoints } from '../laboratory.ts';
import { breakpoints, diagnostics, frame, guest, text, verdict } from '../state.ts';
import { editingKeys } from './editing-keys.ts';
import { edited } from './editing.ts';
import { findings, setFindings } from './errors.ts';
import { assembly } from './language.ts';
import { lineMarks, setLineMarks } from './line-marks.ts';

/** Whether CodeMirror is there; before that, the text alone is. */
const isReady = signal(false);

/** Sets a breakpoint on a line of the main file, or takes it away; 0 is none. */
export function toggleBreakpoint(line: number): void {
  if (line < 1) return;
  const lines = new Set(breakpoints.value);
  if (!lines.delete(line)) lines.add(line);
  void setBreakpoints(lines);
}

/** The line of the main file at which the bare machine is; 0 if it is elsewhere. */
function lineNow(): number {
  const line = frame.value?.sides[0].line;
  return line?.file === guest.value ? line.line : 0;
}

/** The line that has the cursor, or at which the machine is. */
export function lineForBreakpoint(): number {
  return editorView?.hasFocus
    ? editorView.state.doc.lineAt(editorView.state.selection.main.head).number
    : lineNow();
}

let editorView: EditorView | undefined;

function toggleHere({ state: { doc, selection } }: EditorView): true {
  toggleBreakpoint(doc.lineAt(selection.main.head).number);
  return true;
}

/** From the text to the box around it, where Tab goes on and keys are the page's. */
function leave({ scrollDOM }: EditorView): true {
  scrollDOM.focus();
  return true;
}

function makeView(parent: HTMLElement): EditorView {
  return new EditorView({
    parent,
    state: EditorState.create({
      doc: text.value,
      extensions: [
        lineMarks(toggleBreakpoint),
        lineNumbers(),
        findings,
        history(),
        drawSelection(),
        highlightSpecialChars(),
        assembly,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'Program' }),
        keymap.of([{ key: 'F9', run: toggleHere }, { key: 'Escape', run: leave }, ...editingKeys]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) edited(update.state.doc.toString());
        }),
      ],
    }),
  });
}

/** A room does not read the comment at the head of a file: scrolls to what comes after it. */
function toCode({ state: { doc } }: EditorView): StateEffect<unknown> {
  const head = /^(?:[ \t]*(?:#.*)?\n)*/.exec(doc.toString())?.[0].length ?? 0;
  return EditorView.scrollIntoView(Math.min(head, doc.length), { y: 'start' });
}

/** Shows what the state says: its text when that is another, errors, and where the machines are. */
function follow(view: EditorView): () => void {
  const stops = [
    effect(() => {
      const wanted = text.value;
      if (view.state.doc.toString() !== wanted)
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: wanted } });
    }),
    effect(() => {
      const kind = verdict.value.kind === 'unusable' ? 'error' : 'warning';
      view.dispatch({ effects: setFindings.of({ file: guest.value, found: diagnostics.value, kind }) });
    }),
    effect(() => {
      const now = lineNow();
      const { doc } = view.state;
      const isThere = now > 0 && now <= doc.lines;
      if (!isThere && presents.value) view.dispatch({ effects: toCode(view) });
      view.dispatch({
        effects: [
          setLineMarks.of({ now, breakpoints: breakpoints.value }),
          ...(isThere && !view.hasFocus
            ? [EditorView.scrollIntoView(doc.line(now).from, { y: 'center' })]
            : []),
        ],
      });
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

export function Editor(): VNode {
  const parent = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const view = makeView(parent.current as HTMLDivElement);
    editorView = view;
    const { scrollDOM } = view;
    scrollDOM.tabIndex = 0;
    scrollDOM.setAttribute('role', 'group');
    scrollDOM.setAttribute('aria-label', 'Program, scrolls');
    const unfollow = follow(view);
    isReady.value = true;
    return () => {
      unfollow();
      view.destroy();
      editorView = undefined;
    };
  }, []);
  return (
    <>
      <div class="editor-text" ref={parent} />
      {!isReady.value && <pre class="editor-before">{text.peek()}</pre>}
    </>
  );
}

/** The assembler's errors and warnings in the editor: the place is underlined, and the message stands below its line. */
import { type Extension, type Range, StateEffect, StateField, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, WidgetType } from '@codemirror/view';
import type { Diagnostic } from '../../../assembler/index.ts';

/** What to show, of the file with that name. */
export interface Findings {
  readonly file: string;
  readonly found: readonly Diagnostic[];
  readonly kind: 'error' | 'warning';
}

export const setFindings = StateEffect.define<Findings>();

class Message extends WidgetType {
  readonly #kind: string;
  readonly #text: string;

  constructor(kind: string, text: string) {
    super();
    this.#kind = kind;
    this.#text = text;
  }

  override eq(other: Message): boolean {
    return other.#kind === this.#kind && other.#text === this.#text;
  }

  override toDOM(): HTMLElement {
    const element = document.createElement('div');
    element.className = `finding ${this.#kind}`;
    element.textContent = `${this.#kind}: ${this.#text}`;
    return element;
  }
}

/** Where it stands, and what it says. What is about another file stands at the line that includes it. */
function rangesOf(doc: Text, { file, found, kind }: Findings): Range<Decoration>[] {
  return found.flatMap((diagnostic) => {
    const isHere = diagnostic.file === file;
    const via = diagnostic.via?.find((use) => use.file === file);
    const number = isHere ? diagnostic.line : (via?.line ?? 1);
    const line = doc.line(Math.min(Math.max(number, 1), doc.lines));
    const from = isHere ? Math.min(line.from + Math.max(diagnostic.column - 1, 0), line.to) : line.from;
    const length = /^[\w.$%]+|^\S/.exec(doc.sliceString(from, line.to))?.[0].length ?? 0;
    const to = isHere ? from + length : line.to;
    const place = isHere ? '' : `${diagnostic.file}:${diagnostic.line}: `;
    const hint = diagnostic.hint === undefined ? '' : `\n${diagnostic.hint}`;
    const message = new Message(kind, `${place}${diagnostic.message}${hint}`);
    return [
      ...(to > from ? [Decoration.mark({ class: `place ${kind}` }).range(from, to)] : []),
      Decoration.widget({ widget: message, block: true, side: 1 }).range(line.to),
    ];
  });
}

const field = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(drawn, { changes, effects, state: { doc } }) {
    const set = effects.findLast((effect) => effect.is(setFindings));
    return set === undefined
      ? drawn.map(changes)
      : Decoration.set(rangesOf(doc, set.value as Findings), true);
  },
  provide: (own) => EditorView.decorations.from(own),
});

export const findings: Extension = field;

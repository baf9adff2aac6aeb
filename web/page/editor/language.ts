/**
 * Colours of assembly text in the editor. What a word means is the assembler's business: this only helps the eye, line by
 * line, and needs no parser.
 */
import { type Extension, RangeSetBuilder } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import { isSystem } from '../embedded.ts';

const pattern =
  /(?<comment>#.*)|(?<label>[.\w$]+:)|(?<directive>\.\w+)|(?<text>"(?:\\.|[^"\\])*"?)|(?<word>[\w$]+)/g;

const marks = Object.fromEntries(
  ['comment', 'label', 'directive', 'text', 'system'].map((name) => [
    name,
    Decoration.mark({ class: `asm-${name}` }),
  ]),
);

/** The name of what was found, if it is coloured. System instructions are: these are what virtualization is about. */
function kindOf(groups: Readonly<Record<string, string | undefined>>): string | undefined {
  const { word, ...others } = groups;
  if (word !== undefined) return isSystem(word) ? 'system' : undefined;
  return Object.keys(others).find((name) => others[name] !== undefined);
}

function coloursOf({ state: { doc }, visibleRanges }: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to } of visibleRanges) {
    const start = doc.lineAt(from).from;
    for (const match of doc.sliceString(start, to).matchAll(pattern)) {
      const mark = marks[kindOf(match.groups ?? {}) ?? ''];
      const at = start + match.index;
      if (mark !== undefined) builder.add(at, at + match[0].length, mark);
    }
  }
  return builder.finish();
}

class Colours {
  decorations: DecorationSet;

  constructor(view: EditorView) {
    this.decorations = coloursOf(view);
  }

  update({ docChanged, viewportChanged, view }: ViewUpdate): void {
    if (docChanged || viewportChanged) this.decorations = coloursOf(view);
  }
}

export const assembly: Extension = ViewPlugin.fromClass(Colours, {
  decorations: ({ decorations }) => decorations,
});

/** Marks in the editor that come from the machines: the line of the next instruction, and breakpoints. */
import { type Extension, RangeSet, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, GutterMarker, gutter } from '@codemirror/view';

/** What the machines are about: lines from 1; 0 for none. */
export interface LineMarks {
  readonly now: number;
  readonly breakpoints: ReadonlySet<number>;
}

export const setLineMarks = StateEffect.define<LineMarks>();

class Dot extends GutterMarker {
  override toDOM(): Node {
    return document.createTextNode('●');
  }
}
const dot = new Dot();

interface Drawn {
  readonly now: DecorationSet;
  readonly dots: RangeSet<GutterMarker>;
}

const nowLine = Decoration.line({ class: 'now-line' });

const field = StateField.define<Drawn>({
  create: () => ({ now: Decoration.none, dots: RangeSet.empty }),
  update(drawn, { changes, effects, state: { doc } }) {
    let next: Drawn = { now: drawn.now.map(changes), dots: drawn.dots.map(changes) };
    for (const effect of effects) {
      if (!effect.is(setLineMarks)) continue;
      const { now, breakpoints } = effect.value;
      const isThere = now > 0 && now <= doc.lines;
      const lines = [...breakpoints].filter((line) => line <= doc.lines).sort((a, b) => a - b);
      next = {
        now: isThere ? Decoration.set([nowLine.range(doc.line(now).from)]) : Decoration.none,
        dots: RangeSet.of(lines.map((line) => dot.range(doc.line(line).from))),
      };
    }
    return next;
  },
  provide: (own) => EditorView.decorations.from(own, ({ now }) => now),
});

/** The marks, and a gutter in which a click sets a breakpoint or takes it away. */
export function lineMarks(toggle: (line: number) => void): Extension {
  return [
    field,
    gutter({
      class: 'breakpoints',
      markers: (view) => view.state.field(field).dots,
      domEventHandlers: {
        mousedown(view, block) {
          toggle(view.state.doc.lineAt(block.from).number);
          return true;
        },
      },
    }),
  ];
}

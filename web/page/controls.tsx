/** Controls that HTML does not have: groups of buttons of which one is chosen. */
import type { ComponentChildren, VNode } from 'preact';

export interface Option {
  readonly key: string;
  readonly content: ComponentChildren;
  readonly class?: string;
}

export interface RadioGroupProps {
  /** What is chosen, for those who do not see it. */
  readonly label: string;
  readonly class?: string;
  readonly options: readonly Option[];
  /** The index of the chosen one; -1 for none. */
  readonly chosen: number;
  readonly onChoose: (index: number) => void;
}

/** Buttons of which one is chosen. Arrow keys choose the next one, as in a group of radio buttons (WAI-ARIA APG). */
export function RadioGroup({ label, options, chosen, onChoose, class: name = '' }: RadioGroupProps): VNode {
  const move = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = (Math.max(chosen, 0) + by + options.length) % options.length;
    const group = event.currentTarget as HTMLElement;
    (group.children[next] as HTMLElement).focus();
    onChoose(next);
  };
  return (
    <div role="radiogroup" aria-label={label} class={`radios ${name}`} onKeyDown={move}>
      {options.map((option, n) => (
        // biome-ignore lint/a11y/useSemanticElements: a button's content is richer than a radio button's label
        <button
          key={option.key}
          type="button"
          role="radio"
          aria-checked={n === chosen}
          tabIndex={n === Math.max(chosen, 0) ? 0 : -1}
          class={option.class}
          onClick={() => onChoose(n)}
        >
          {option.content}
        </button>
      ))}
    </div>
  );
}

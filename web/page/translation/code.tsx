/**
 * A unit's code: the guest's instructions on the left, on the right the words that run instead of each. Whatever the pointer
 * or the cursor is on marks what belongs to it on the other side.
 */
import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import type { ListedExit, ListedUnit, ListedWord } from '../../../vmm/translator/listing.ts';
import { hex } from '../words.ts';
import { kinds } from './flow.ts';

/** What is marked: an instruction or exit by its key, and a word's address if it is on one. */
interface Mark {
  readonly row: string;
  readonly word?: number;
}

const hovered = signal<Mark | undefined>(undefined);
const focused = signal<Mark | undefined>(undefined);

interface CodeProps {
  readonly unit: ListedUnit;
  /** Where the guest is, if it is in this unit. */
  readonly pc: number | undefined;
  readonly nameOf: (address: number) => string;
}

export function Code({ unit, pc, nameOf }: CodeProps): VNode {
  const rows = rowsOf(unit, nameOf);
  const wanted = focused.value?.row;
  const entry = rows.some(({ id }) => id === wanted) ? wanted : rows[0]?.id;
  return (
    <section class="code" aria-label="Guest code and its translation">
      <div class="code-head" aria-hidden="true">
        <span>guest instruction</span>
        <span>words in the translation cache</span>
      </div>
      <ol
        class="code-rows"
        onKeyDown={move}
        onPointerLeave={() => {
          hovered.value = undefined;
        }}
      >
        {rows.map((row) => (
          <Row
            key={row.id}
            row={row}
            isEntry={row.id === entry}
            isNow={row.address === pc && pc !== undefined}
          />
        ))}
      </ol>
      {unit.continues !== undefined && (
        <p class="dim">Goes on to {nameOf(unit.continues)} in the next unit, without a jump.</p>
      )}
    </section>
  );
}

/** An instruction, or a way out of the unit that takes words of its own. */
interface CodeRow {
  readonly id: string;
  readonly address: number | undefined;
  readonly text: string;
  readonly words: readonly ListedWord[];
}

function rowsOf({ instructions, exits }: ListedUnit, nameOf: (address: number) => string): CodeRow[] {
  return [
    ...instructions.map(({ pc, assembly, words }) => ({ id: `${pc}`, address: pc, text: assembly, words })),
    ...exits.map((exit, n) => ({
      id: `exit ${n}`,
      address: undefined,
      text: exitText(exit, nameOf),
      words: exit.words,
    })),
  ];
}

function exitText({ kind, target }: ListedExit, nameOf: (address: number) => string): string {
  if (kind === 'misaligned') return 'misaligned target: a trap';
  return `${kind === 'taken' ? 'if taken' : 'else'}: to ${nameOf(target)}`;
}

interface RowProps {
  readonly row: CodeRow;
  /** Whether the tab key comes to this row. */
  readonly isEntry: boolean;
  readonly isNow: boolean;
}

function Row({ row, isEntry, isNow }: RowProps): VNode {
  const { id, address, text, words } = row;
  const mark = hovered.value ?? focused.value;
  const isOnWord = isEntry && words.some((word) => word.address === focused.value?.word);
  return (
    <li class={`${mark?.row === id ? 'marked' : ''} ${isNow ? 'now' : ''}`}>
      <button
        type="button"
        class={address === undefined ? 'guest-code exit' : 'guest-code'}
        data-row={id}
        tabIndex={isEntry && !isOnWord ? 0 : -1}
        aria-current={isNow ? 'step' : undefined}
        onPointerEnter={() => {
          hovered.value = { row: id };
        }}
        onFocus={() => {
          focused.value = { row: id };
        }}
      >
        {address !== undefined && <code class="dim">{hex(address)}</code>} <code class="text">{text}</code>
        {isNow && <span class="now-sign"> ◀ next</span>}
        <span class="vh">
          , {words.length} {words.length === 1 ? 'word' : 'words'}
        </span>
      </button>
      <ol class="words">
        {words.map((word) => (
          <Word key={word.address} row={id} word={word} isExactly={mark?.word === word.address} />
        ))}
      </ol>
    </li>
  );
}

interface WordProps {
  readonly row: string;
  readonly word: ListedWord;
  /** Whether the pointer or the cursor is on this very word. */
  readonly isExactly: boolean;
}

function Word({ row, word, isExactly }: WordProps): VNode {
  const { letter, says } = kinds[word.kind];
  return (
    <li>
      <button
        type="button"
        class={`word kind-${word.kind}${isExactly ? ' exactly' : ''}`}
        title={says}
        data-row={row}
        data-word={word.address}
        tabIndex={focused.value?.word === word.address ? 0 : -1}
        onPointerEnter={() => {
          hovered.value = { row, word: word.address };
        }}
        onFocus={() => {
          focused.value = { row, word: word.address };
        }}
      >
        <span class="letter">{letter}</span>
        <code class="dim cache">{hex(word.address)}</code>
        <code class="text">{word.assembly}</code>
        {word.note !== '' && <span class="note">{word.note}</span>}
        <span class="vh">, {says}</span>
      </button>
    </li>
  );
}

/** Arrow keys go up and down on one side, and from side to side. */
function move(event: KeyboardEvent): void {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const now = event.target as HTMLElement;
  const to = next(event.currentTarget as HTMLElement, now, event.key);
  if (to === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  to?.focus();
}

/** The button that a key goes to; null: there is none that way; undefined: the key goes nowhere. */
function next(list: HTMLElement, now: HTMLElement, key: string): HTMLElement | null | undefined {
  const isWord = now.matches('.word');
  const all = [...list.querySelectorAll<HTMLElement>(isWord ? '.word' : '.guest-code')];
  const at = all.indexOf(now);
  switch (key) {
    case 'ArrowDown':
      return all[at + 1] ?? null;
    case 'ArrowUp':
      return all[at - 1] ?? null;
    case 'Home':
      return all[0] ?? null;
    case 'End':
      return all.at(-1) ?? null;
    case 'ArrowRight':
      return isWord ? null : (now.closest('li')?.querySelector<HTMLElement>('.word') ?? null);
    case 'ArrowLeft':
      return isWord
        ? list.querySelector<HTMLElement>(`.guest-code[data-row="${now.getAttribute('data-row')}"]`)
        : null;
    default:
      return undefined;
  }
}

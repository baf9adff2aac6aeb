/** The Memory view: an address followed from the guest to the real machine, and page tables beside their shadow. */
import type { VNode } from 'preact';
import { useAnswer } from '../answer.ts';
import { monitor, step, viewState } from '../state.ts';
import { monitorTitle } from '../words.ts';
import { Relocation } from './relocation.tsx';
import { Strip } from './strip.tsx';
import { Tables } from './tables.tsx';

/** What is followed: an address, a symbol, or a register's name. */
const address = viewState('memory-address', 'pc');

const presets = [
  { text: 'pc', says: 'the next instruction' },
  { text: 'sp', says: 'the stack pointer' },
] as const;

export function MemoryView(): VNode {
  const view = useAnswer('memory', { step: step.value, address: address.value });
  const followed = view?.followed;
  return (
    <div class="memory-view">
      <AddressForm symbols={view?.symbols ?? []} isUnknown={view !== undefined && followed === undefined} />
      {view === undefined ? (
        <p class="empty">Looking…</p>
      ) : (
        <>
          {followed !== undefined && <Strip followed={followed} name={view.name} />}
          {followed !== undefined && !followed.paging && (
            <Relocation followed={followed} size={view.size} realSize={view.realSize} />
          )}
          {view.tables.tables.length > 0 ? <Tables tables={view.tables} va={followed?.va} /> : <NoTables />}
        </>
      )}
    </div>
  );
}

interface FormProps {
  readonly symbols: readonly string[];
  readonly isUnknown: boolean;
}

function AddressForm({ symbols, isUnknown }: FormProps): VNode {
  const follow = (text: string) => {
    address.value = text.trim() || 'pc';
  };
  return (
    <form
      class="address-form"
      onSubmit={(event) => {
        event.preventDefault();
        follow((event.currentTarget.elements.namedItem('address') as HTMLInputElement).value);
      }}
    >
      <label>
        <span class="dim">Follow</span>{' '}
        <input
          name="address"
          list="memory-symbols"
          spellcheck={false}
          autocomplete="off"
          value={address.value}
          aria-invalid={isUnknown}
          aria-describedby={isUnknown ? 'address-problem' : undefined}
          onChange={(event) => follow(event.currentTarget.value)}
        />
      </label>
      <datalist id="memory-symbols">
        {symbols.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {presets.map(({ text, says }) => (
        <button
          key={text}
          type="button"
          aria-pressed={address.value === text}
          title={says}
          onClick={() => follow(text)}
        >
          {text}
        </button>
      ))}
      {isUnknown && (
        <p id="address-problem" class="problem">
          ✖ That is no address. Type a number such as 0x1f00, a symbol of the program, pc or sp; with an
          offset, if you like: sp+8.
        </p>
      )}
    </form>
  );
}

function NoTables(): VNode {
  return (
    <p class="empty">
      There are no page tables at this step: the guest has not turned paging on, and{' '}
      {monitorTitle(monitor.value).toLowerCase()} needs none without. Go on until it sets PTBR, or open a
      guest that pages, such as paging.s or kernel/mini.s.
    </p>
  );
}

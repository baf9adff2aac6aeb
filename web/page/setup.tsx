/** The row with processor and monitor. */
import type { VNode } from 'preact';
import { embedded } from './embedded.ts';
import { choose } from './laboratory.ts';
import { monitor, translateUser, variant } from './state.ts';
import { monitors } from './words.ts';

export function Setup(): VNode {
  const choice = variant.value;
  const own = typeof choice === 'string' ? undefined : choice;
  const translates = monitor.value === 'binary-translation';
  return (
    <fieldset class="setup" aria-label="What runs the guest">
      <label>
        <span>Processor</span>
        <select
          value={typeof choice === 'string' ? choice : 'own'}
          onChange={(event) => {
            const { value } = event.currentTarget;
            if (value !== 'own') void choose({ variant: value });
          }}
        >
          {embedded().processors.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
          {own !== undefined && <option value="own">{own.name} (your own)</option>}
        </select>
      </label>
      <label>
        <span>Monitor</span>
        <select
          value={monitor.value}
          onChange={(event) => void choose({ monitor: event.currentTarget.value })}
        >
          {monitors.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </label>
      {translates && (
        <label class="switch">
          <input
            type="checkbox"
            checked={translateUser.value}
            onChange={(event) => void choose({ translateUser: event.currentTarget.checked })}
          />
          <span>user code, too</span>
        </label>
      )}
    </fieldset>
  );
}

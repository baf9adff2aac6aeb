/** The check boxes that make a processor of one's own: which sensitive instructions do not trap outside ring 0. */
import type { VNode } from 'preact';
import { choosable, flip, processorName, unprivileged } from './shown.ts';

export function Choice(): VNode {
  const now = unprivileged.value;
  return (
    <fieldset class="choice">
      <legend>
        Outside ring 0, <b>{processorName.value}</b> does not trap on
      </legend>
      {choosable().map((name) => (
        <label key={name} class="switch">
          <input type="checkbox" checked={now.has(name)} onChange={() => void flip(name)} />
          <code>{name}</code>
        </label>
      ))}
    </fieldset>
  );
}

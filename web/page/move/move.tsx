/** The Move view: a guest moves from one host to another while it runs, and the cable can be cut at any moment. */
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import type { MoveFrame, Way } from '../../worker/move.ts';
import type { Key } from '../keys.ts';
import {
  act,
  begin,
  cables,
  cargoes,
  change,
  choice,
  isMoving,
  isRunning,
  moveFrame,
  pace,
  paces,
  pass,
  pause,
  problem,
  run,
  ways,
} from './moving.ts';
import { Picture } from './picture.tsx';
import { Rounds } from './rounds.tsx';
import { Life, Stages } from './stages.tsx';

export const moveKeys: readonly Key[] = [
  { key: 'm', says: 'Send the guest to the other host', run: () => act('send') },
  { key: 'x', says: 'Cut the cable, or mend it', run: () => act(moveFrame.value?.isCut ? 'mend' : 'cut') },
  {
    key: ' ',
    says: 'Let time pass between the hosts, or stop it',
    run: () => (isRunning.value ? pause() : run()),
  },
  { key: 'ArrowRight', says: 'Let a millisecond pass between the hosts', run: () => pass(1) },
];

export function Move(): VNode {
  useEffect(() => {
    if (moveFrame.value === undefined) void begin();
    return pause;
  }, []);
  const now = moveFrame.value;
  return (
    <div class="move-view">
      <Choices />
      {problem.value !== undefined && <p class="problem">✖ The guest cannot be started: {problem.value}</p>}
      {now !== undefined && (
        <>
          <Controls now={now} />
          <Outcome now={now} />
          <Picture now={now} />
          <ul class="map-legend">
            <li class="same">up to date</li>
            <li class="other">not there yet, or written since</li>
            <li class="written">written just now</li>
          </ul>
          <div class="columns">
            <Stages migration={now.migration} />
            <Rounds now={now} />
          </div>
          {now.migration !== undefined && <Life now={now} />}
        </>
      )}
    </div>
  );
}

interface Option {
  readonly value: string | number;
  readonly title: string;
}

interface ChooserProps {
  readonly label: string;
  readonly value: string | number;
  readonly options: readonly Option[];
  readonly onChoose: (value: string) => void;
}

function Chooser({ label, value, options, onChoose }: ChooserProps): VNode {
  return (
    <label>
      <span class="dim">{label}</span>
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.title}
          </option>
        ))}
      </select>
    </label>
  );
}

function Choices(): VNode {
  const { cargo, way, cable } = choice.value;
  return (
    <fieldset class="setup" aria-label="What is moved, and how">
      <Chooser
        label="Guest"
        value={cargo}
        options={cargoes.map(({ id, title }) => ({ value: id, title }))}
        onChoose={(id) => void change({ cargo: id })}
      />
      <Chooser
        label="How"
        value={way}
        options={ways.map(({ id, title }) => ({ value: id, title }))}
        onChoose={(id) => void change({ way: id as Way })}
      />
      <Chooser
        label="Cable"
        value={cable}
        options={cables.map((kib) => ({ value: kib, title: `${kib} KiB a millisecond` }))}
        onChoose={(kib) => void change({ cable: Number(kib) })}
      />
    </fieldset>
  );
}

function Controls({ now }: { readonly now: MoveFrame }): VNode {
  return (
    <div class="move-controls">
      <button type="button" class="primary" disabled={isMoving()} onClick={() => void act('send')}>
        Send the guest to {now.owner === 'A' ? 'B' : 'A'}
      </button>
      <button type="button" onClick={() => (isRunning.value ? pause() : void run())}>
        {isRunning.value ? 'Stop time' : 'Let time pass'}
      </button>
      <button type="button" disabled={isRunning.value} onClick={() => void pass(1)}>
        1 ms
      </button>
      <button type="button" onClick={() => void begin()}>
        Begin again
      </button>
      <Chooser
        label="Pace"
        value={pace.value}
        options={paces.map((ms) => ({ value: ms, title: `${ms} ms a second` }))}
        onChoose={(ms) => {
          pace.value = Number(ms);
        }}
      />
    </div>
  );
}

/** What has become of the guest, in a sentence or two. */
function Outcome({ now }: { readonly now: MoveFrame }): VNode {
  const { migration, owner, check, isCut } = now;
  return (
    <div class={`outcome ${migration?.state ?? 'none'}`}>
      <p>
        <span class="clock">{now.now} ms</span> {outcomeText(now)}
      </p>
      {check !== undefined && (
        <p class={check.isSame ? 'good' : 'problem'}>
          {check.isSame ? '✔ Nothing is lost' : '✖ Something is lost'}: at step {check.step} the guest on{' '}
          {owner} {check.isSame ? 'was' : 'was not'} in the very state of one that never moved, registers and
          memory.
        </p>
      )}
      {isCut && migration?.state === 'under way' && <p>The cable is cut. Mend it, and let time pass.</p>}
    </div>
  );
}

function outcomeText({ migration, owner }: MoveFrame): string {
  if (migration === undefined)
    return `The guest runs on ${owner}. Send it to the other host, and cut the cable whenever you like.`;
  const { state, reason, began, from, stoppedAt, activatedAt, endedAt } = migration;
  if (state === 'failed') return `✖ Not moved: ${reason}. The guest is ${owner}’s, and runs on there.`;
  const still =
    stoppedAt !== undefined && activatedAt !== undefined
      ? `, and stood still for ${activatedAt - stoppedAt} ms`
      : '';
  if (state === 'moved')
    return `✔ Moved in ${(endedAt ?? began) - began} ms: the guest is ${owner}’s${still}.`;
  if (owner !== from)
    return `Decided: the guest is ${owner}’s. Whatever happens to the cable, it goes on there.`;
  return `Under way, and still ${owner}’s until ${owner} has decided: if anything fails before, it goes on there.`;
}

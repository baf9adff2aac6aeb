/** The time bar: where in the run both machines are, and the ways to go elsewhere. */
import type { VNode } from 'preact';
import { go, goBy, goTo, stop } from './laboratory.ts';
import { Icon, type IconName } from './icons.tsx';
import { pace, paces, play, stopPlaying } from './playing.ts';
import { busy, frame, marks, playing, step, verdict } from './state.ts';
import { grouped } from './words.ts';

interface ButtonProps {
  readonly icon: IconName;
  readonly name: string;
  readonly onClick: () => unknown;
  readonly disabled?: boolean;
}

function TimeButton({ icon, name, onClick, disabled = false }: ButtonProps): VNode {
  return (
    <button
      type="button"
      class="round"
      title={name}
      aria-label={name}
      disabled={disabled}
      onClick={() => onClick()}
    >
      <Icon name={icon} />
    </button>
  );
}

/** Goes to where the two diverge. */
export async function goToDivergence(): Promise<void> {
  const now = verdict.value;
  if (now.kind === 'diverges') await goTo(now.steps);
}

export function TimeBar(): VNode {
  const edge = frame.value?.edge ?? 0;
  const diverges = verdict.value.kind === 'diverges';
  const atStart = step.value === 0;
  return (
    <section class="time" aria-label="Time">
      <fieldset class="buttons" aria-label="Go">
        <TimeButton icon="start" name="To the beginning (Home)" onClick={() => goTo(0)} disabled={atStart} />
        <TimeButton
          icon="lastEvent"
          name="To the last event (Shift+Left)"
          onClick={() => go({ kind: 'event', direction: -1 })}
          disabled={atStart}
        />
        <TimeButton icon="back" name="One step back (Left)" onClick={() => goBy(-1)} disabled={atStart} />
        {playing.value || busy.value !== undefined ? (
          <TimeButton
            icon="stop"
            name="Stop (Space)"
            onClick={() => (playing.value ? stopPlaying() : stop())}
          />
        ) : (
          <TimeButton icon="play" name="Run (Space)" onClick={() => play()} />
        )}
        <TimeButton icon="forward" name="One step (Right)" onClick={() => goBy(1)} />
        <TimeButton
          icon="nextEvent"
          name="To the next event (Shift+Right)"
          onClick={() => go({ kind: 'event', direction: 1 })}
        />
        <TimeButton icon="end" name="To the end (End)" onClick={() => goTo(edge)} />
        {diverges && <TimeButton icon="diverge" name="To the divergence (D)" onClick={goToDivergence} />}
      </fieldset>
      <Scrubber edge={edge} />
      <StepField />
      <label class="pace">
        <span>pace</span>
        <select
          aria-label="Pace"
          value={String(pace.value)}
          onChange={(event) => {
            pace.value = Number(event.currentTarget.value);
          }}
        >
          {paces.map(({ steps, title }) => (
            <option key={steps} value={String(steps)}>
              {title}
            </option>
          ))}
        </select>
      </label>
    </section>
  );
}

function Scrubber({ edge }: { readonly edge: number }): VNode {
  const now = verdict.value;
  const share = (at: number) => (edge === 0 ? 0 : (at / edge) * 1000);
  return (
    <div class="scrubber">
      <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
        {marks.value.map((at) => (
          <rect key={at} x={share(at)} y="3" width="1.5" height="7" class="mark" />
        ))}
        {now.kind === 'diverges' && (
          <rect x={share(now.steps) - 2} y="0" width="4" height="10" class="divergence" />
        )}
      </svg>
      <input
        type="range"
        min="0"
        max={edge}
        value={step.value}
        aria-label="Step"
        aria-valuetext={`step ${step.value} of ${edge}`}
        onInput={(event) => void goTo(Number(event.currentTarget.value))}
      />
    </div>
  );
}

function StepField(): VNode {
  return (
    <label class="step">
      <span>step</span>
      <input
        id="step"
        inputMode="numeric"
        size={7}
        value={String(step.value)}
        aria-label="Step, go to"
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          const wanted = Number(event.currentTarget.value.replaceAll(/[\s_,.]/g, ''));
          if (Number.isSafeInteger(wanted)) void goTo(wanted);
        }}
      />
      <span class="dim">of {grouped(frame.value?.edge ?? 0)}</span>
    </label>
  );
}

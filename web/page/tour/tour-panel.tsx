/** The tour's column: the list of tours, or one stop of a tour. */
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { StopText, TourText } from '../../worker/tour-handlers.ts';
import { Icon } from '../icons.tsx';
import { tour } from '../state.ts';
import { Question } from './question.tsx';
import {
  claims,
  type ClaimState,
  goOn,
  goStops,
  isWorking,
  openScene,
  openStop,
  place,
  revealed,
  stopNow,
  tourNow,
  tours,
  trouble,
} from './touring.ts';

export function TourPanel(): VNode | null {
  if (tour.value === undefined) return null;
  const now = tourNow.value;
  const stop = stopNow.value;
  return (
    <aside class="tour" aria-label="Tour">
      <div class="tour-head">
        <h2>{now === undefined ? 'Tours' : now.title}</h2>
        {now !== undefined && (
          <button
            type="button"
            onClick={() => {
              tour.value = 'list';
            }}
          >
            All tours
          </button>
        )}
        <button
          type="button"
          class="round"
          aria-label="Close the tour"
          title="Close the tour (T)"
          onClick={() => {
            tour.value = undefined;
          }}
        >
          <Icon name="close" />
        </button>
      </div>
      {now === undefined || stop === undefined ? <List /> : <Stop key={tour.value} now={now} stop={stop} />}
    </aside>
  );
}

function List(): VNode {
  if (tours.value.length === 0) return <p class="empty">{trouble.value || 'The lessons are being read…'}</p>;
  return (
    <>
      <p class="dim">Each lesson asks for predictions, and checks everything that it claims, in this page.</p>
      <ol class="tour-list">
        {tours.value.map(({ number, title, shows, atTerminal }) => (
          <li key={number}>
            <button type="button" onClick={() => void openStop(number, 1)}>
              <b>{nameOf(title)}</b>
              <Prose text={shows} />
              {atTerminal && <small class="dim">Its claims are checked at the command line.</small>}
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}

/** `Lesson 6: the red pill` without its number, which the list has. */
function nameOf(title: string): string {
  const name = title.replace(/^Lesson \d+: /, '');
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Text with `code` in it. */
function Prose({ text }: { readonly text: string }): VNode {
  return <span>{text.split('`').map((part, n) => (n % 2 === 1 ? <code key={n}>{part}</code> : part))}</span>;
}

function Stop({ now, stop }: { readonly now: TourText; readonly stop: StopText }): VNode {
  const heading = useRef<HTMLHeadingElement>(null);
  const at = place.value?.stop ?? 1;
  const isLast = at === now.stops.length;
  useEffect(() => {
    // Who goes on by a button of the panel is at the new stop then, with eyes and with a screen reader.
    if (
      heading.current?.closest('.tour')?.contains(document.activeElement) ||
      document.activeElement === document.body
    )
      heading.current?.focus({ preventScroll: true });
    heading.current?.closest('.tour')?.scrollTo(0, 0);
  }, []);
  return (
    <div class="stop">
      <h3 ref={heading} tabIndex={-1}>
        Stop {at} of {now.stops.length}
      </h3>
      {stop.say.split('\n\n').map((paragraph) => (
        <p key={paragraph}>
          <Prose text={paragraph} />
        </p>
      ))}
      {stop.ask !== undefined && <Question question={stop.ask} />}
      <Found />
      {now.atTerminal && <Elsewhere number={now.number} />}
      {isLast && now.more !== undefined && revealed.value !== undefined && (
        <p>
          More: <code>{now.more}</code>
        </p>
      )}
      <nav class="row tour-steps" aria-label="Stops">
        <button type="button" disabled={at === 1} onClick={() => void goStops(-1)}>
          Back
        </button>
        <button
          type="button"
          class="go-on"
          disabled={isLast && revealed.value !== undefined}
          onClick={() => void goOn()}
        >
          {revealed.value === undefined && stop.ask !== undefined ? 'Show' : 'Next'}
        </button>
        {stop.go !== undefined && (
          <button type="button" onClick={() => void openScene()} title="What the tour shows at this stop (R)">
            Back to the tour
          </button>
        )}
      </nav>
    </div>
  );
}

/** Scrolls the panel so that the element is at its top; on a narrow screen, the page. */
function scrollToTop(element: Element | null | undefined): void {
  const panel = element?.closest('.tour');
  if (!(element instanceof HTMLElement) || panel === null || panel === undefined) return;
  if (panel.scrollHeight > panel.clientHeight) panel.scrollTop = element.offsetTop;
  else if (getComputedStyle(panel).overflowY === 'visible') element.scrollIntoView({ block: 'start' });
}

/** Whether a line is one of a listing or a table, in which columns stand below one another. */
const isListed = (line: string) => /^ {2}\||\S {3,}/.test(line);

/** What was found, what it means for the prediction, and the claims. */
function Found(): VNode {
  const shown = revealed.value;
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // What was asked stays in sight, with as much of the answer below it as there is room for.
    if (shown !== undefined) scrollToTop(element.current?.previousElementSibling);
  }, [shown]);
  const stop = stopNow.value;
  return (
    <div ref={element} aria-live="polite" aria-busy={isWorking.value}>
      {shown !== undefined && shown.remark !== '' && (
        <p class={shown.isRight ? 'remark right' : 'remark'}>
          {shown.isRight ? '✓ ' : ''}
          {shown.remark}
        </p>
      )}
      {shown !== undefined && shown.lines.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and keys must reach it
        <section class="found" tabIndex={0} aria-label="What is found">
          {shown.lines
            .flatMap((line) => line.split('\n'))
            .map((line, n) => (
              <div key={n} class={isListed(line) ? 'listed' : ''}>
                {line === '' ? ' ' : line}
              </div>
            ))}
        </section>
      )}
      {isWorking.value && shown === undefined && <p class="dim">It is being found out…</p>}
      {trouble.value !== '' && <p class="claim fails">✗ {trouble.value}</p>}
      {shown !== undefined && (
        <ul class="claims">
          {stop?.claims.map((claim, n) => (
            <ClaimLine key={claim} claim={claim} now={claims.value[n] ?? 'waits'} />
          ))}
        </ul>
      )}
    </div>
  );
}

const signs: Readonly<Record<ClaimState, readonly [sign: string, says: string]>> = {
  waits: ['·', 'waits'],
  checking: ['…', 'is being checked'],
  holds: ['✓', 'holds'],
  fails: ['✗', 'does not hold'],
  unknown: ['?', 'not checked here'],
};

function ClaimLine({ claim, now }: { readonly claim: string; readonly now: ClaimState }): VNode {
  const [sign, says] = signs[now];
  return (
    <li class={`claim ${now}`}>
      <span class="state">
        <span aria-hidden="true">{sign}</span> {says}
      </span>{' '}
      <Prose text={claim} />
    </li>
  );
}

/** Where a tour is given whose claims need files. */
function Elsewhere({ number }: { readonly number: number }): VNode {
  return (
    <p class="elsewhere">
      This lesson needs files or processes, which a page does not have. At the command line:{' '}
      <code>ringlab lesson {number}</code>
    </p>
  );
}

/** The address bar: it always has the link to what is shown, and a link that comes is shown. */
import { batch, effect } from '@preact/signals';
import { embedded } from './embedded.ts';
import { open } from './laboratory.ts';
import { decode, encode, type Link } from './link.ts';
import * as state from './state.ts';
import { notice } from './notice.tsx';

/** Milliseconds at rest after which the address is written. */
const rest = 400;
/** Steps that a link goes by itself: what is further is asked for. */
const furthest = 20_000_000;

let timer: ReturnType<typeof setTimeout> | undefined;
/** The fragment that was written or read last. */
let written = '';
/** What the last entry of the history is about: another guest, act or tour makes a new entry. */
let subject = '';

/** What is shown, as a link carries it. */
function shownNow(): Link {
  const { guest, text, variant, monitor, translateUser, view, viewStates, tour, step } = state;
  return {
    view: view.value,
    guest: guest.value,
    ...(embedded().files[guest.value] === text.value ? {} : { text: text.value }),
    variant: variant.value,
    monitor: monitor.value,
    translateUser: translateUser.value,
    step: step.value,
    views: viewStates.value,
    ...(tour.value === undefined ? {} : { tour: tour.value }),
    version: embedded().version,
  };
}

/** The whole link to what is shown. */
export async function linkNow(): Promise<string> {
  return location.href.replace(/#.*/, '') + (await encode(shownNow()));
}

async function write(): Promise<void> {
  const link = shownNow();
  const fragment = await encode(link);
  if (fragment === written) return;
  written = fragment;
  const about = [link.guest, JSON.stringify(link.variant), link.monitor, link.tour].join('\n');
  const isNew = subject !== '' && subject !== about;
  subject = about;
  if (isNew) history.pushState(null, '', fragment);
  else history.replaceState(null, '', fragment);
}

/** Shows what a link says. The reader's own text stays stored under its own name. */
async function show(link: Link): Promise<void> {
  const library = embedded().files[link.guest];
  const text = link.text ?? library;
  if (text === undefined) {
    notice.value = {
      text: `This link is about ${link.guest}, which this version of the laboratory does not have.`,
    };
    return;
  }
  batch(() => {
    state.view.value = link.view;
    state.guest.value = link.guest;
    state.text.value = text;
    state.origin.value = text === library ? 'library' : 'shared';
    state.variant.value = link.variant;
    state.monitor.value = link.monitor;
    state.translateUser.value = link.translateUser;
    state.viewStates.value = link.views ?? {};
    state.tour.value = link.tour;
    state.breakpoints.value = new Set();
    notice.value = noticeAbout(link);
  });
  await open({ at: Math.min(link.step, furthest) });
}

function noticeAbout({ step, version }: Link): typeof notice.value {
  if (step > furthest)
    return {
      text: `The link is about step ${step}, which is far.`,
      action: { label: 'Go there', run: () => open({ at: step }) },
    };
  if (version !== undefined && version !== embedded().version)
    return { text: `Made with ringlab ${version}; this is ${embedded().version}.` };
  return undefined;
}

/** Shows what the address says now; returns whether it says anything. */
async function read(): Promise<boolean> {
  const fragment = location.hash;
  if (fragment === written && fragment !== '') return true;
  if (fragment === '' || fragment === '#') return false;
  const link = await decode(fragment);
  if (link === undefined) {
    notice.value = {
      text: 'The link is damaged, or of a later version: it may have been cut short on its way.',
    };
    return false;
  }
  written = fragment;
  await show(link);
  return true;
}

/** Begins: shows what the address says, and from then on keeps it up to date. Returns whether it said anything. */
export async function followAddress(): Promise<boolean> {
  globalThis.addEventListener('popstate', () => void read());
  const said = await read();
  effect(() => {
    // Read here, so that the effect runs when any of it changes.
    shownNow();
    if (state.playing.value || state.busy.value !== undefined) return;
    clearTimeout(timer);
    timer = setTimeout(() => void write(), rest);
  });
  return said;
}

/** Actions: what buttons, keys, links and tours do with the two machines. Each returns when it is done. */
import { batch } from '@preact/signals';
import type { Comparison } from '../../vmm/monitor/compare.ts';
import type { Kind, Requests, Scenario } from '../worker/protocol.ts';
import type { Target } from '../worker/session.ts';
import { Client, Stopped } from './client.ts';
import { embedded, startWorker } from './embedded.ts';
import * as state from './state.ts';

/** The worker that has the two machines. */
export const machines = new Client(startWorker, embedded().files);

/** Steps that are compared without being asked: an endless guest is not waited for. */
const compared = 1_000_000;
/** Steps shown after a divergence. */
const aftermath = 400;
/** Parts of the time bar. */
const parts = 240;

/** Counts what was opened, so that late answers about something older are dropped. */
let opened = 0;

/** Asks about the open session; undefined when it was stopped or something else was opened. For views. */
export async function ask<K extends Kind>(
  kind: K,
  question: Requests[K]['ask'],
): Promise<Requests[K]['answer'] | undefined> {
  const asked = opened;
  try {
    const answer = await machines.ask(kind, question);
    return asked === opened ? answer : undefined;
  } catch (error) {
    if (error instanceof Stopped) return undefined;
    throw error;
  }
}

function scenario(): Scenario {
  const { guest, text, variant, monitor, translateUser } = state;
  return {
    guest: guest.value,
    text: text.value,
    variant: variant.value,
    monitor: monitor.value,
    translateUser: translateUser.value,
  };
}

/** What to do when something is open. */
export interface OpenOptions {
  /** Where to go: a step, the step where it diverges, or the end. Default: stay at the step. */
  readonly at?: number | 'divergence' | 'end';
  /** Steps to compare. */
  readonly limit?: number;
}

/** What is being opened and goes to where it ends or diverges, a step that is not known yet. */
let heading: Promise<void> | undefined;

/** Assembles the text, makes both machines, compares them, and goes to a step. */
export function open({ at, limit = compared }: OpenOptions = {}): Promise<void> {
  // To stay at the step means the one that the page is on its way to.
  if (at === undefined && heading !== undefined) return heading.then(() => open({ limit }));
  const work = openAt(at ?? state.step.value, limit);
  heading = typeof at === 'string' ? work : undefined;
  return work.finally(() => {
    if (heading === work) heading = undefined;
  });
}

async function openAt(at: number | 'divergence' | 'end', limit: number): Promise<void> {
  const turn = ++opened;
  const chosen = scenario();
  state.playing.value = false;
  if (machines.isBusy) await machines.stop();
  if (turn !== opened) return;
  state.busy.value = 'Comparing';
  try {
    await openNow(chosen, at, limit);
  } catch (error) {
    if (error instanceof Stopped || turn !== opened) return;
    state.verdict.value = { kind: 'unusable', message: (error as Error).message };
  } finally {
    if (turn === opened) state.busy.value = undefined;
  }
}

async function openNow(chosen: Scenario, at: number | 'divergence' | 'end', limit: number): Promise<void> {
  const made = await machines.ask('open', chosen);
  if (!made.ok) {
    const count = made.diagnostics.length;
    const message = count === 1 ? 'The program has an error.' : `The program has ${count} errors.`;
    batch(() => {
      state.diagnostics.value = made.diagnostics;
      state.verdict.value = { kind: 'unusable', message };
    });
    return;
  }
  batch(() => {
    state.diagnostics.value = made.warnings;
    state.lines.value = made.lines;
    state.verdict.value = { kind: 'comparing', steps: 0 };
  });
  await setBreakpoints(state.breakpoints.value);
  const comparison = await machines.ask('compare', { limit }, (steps: number) => {
    state.verdict.value = { kind: 'comparing', steps };
  });
  const { divergence, steps } = comparison;
  await machines.ask('go', { to: { kind: 'step', step: divergence ? steps + aftermath : steps } });
  const where =
    at === 'end' || (at === 'divergence' && !divergence) ? steps : at === 'divergence' ? steps : at;
  const { frame } = await machines.ask('go', { to: { kind: 'step', step: where } });
  const { marks } = await machines.ask('outline', { parts });
  batch(() => {
    show(comparison, limit);
    state.frame.value = frame;
    state.marks.value = marks;
  });
}

function show({ equal, steps, divergence }: Comparison, limit: number): void {
  state.verdict.value =
    equal || divergence === undefined
      ? { kind: 'equal', steps, all: steps < limit }
      : { kind: 'diverges', steps, divergence };
}

/** Where to go next, while the worker is still on its way: only the last wish counts. */
let wish: { readonly to: Target; readonly budget: number | undefined } | undefined;
let isGoing = false;

/**
 * Goes there; returns whether what was looked for was met. When it is asked for faster than the machines go, the wishes in
 * between are left out: then, and when it was stopped, undefined.
 */
export async function go(to: Target, budget?: number): Promise<boolean | undefined> {
  wish = { to, budget };
  if (isGoing) return undefined;
  isGoing = true;
  let met: boolean | undefined;
  try {
    while (wish !== undefined) {
      const { to: next, budget: most } = wish;
      wish = undefined;
      const went = await ask('go', { to: next, ...(most === undefined ? {} : { budget: most }) });
      if (went !== undefined) state.frame.value = went.frame;
      met = went?.met;
    }
    return met;
  } finally {
    isGoing = false;
  }
}

/** Goes to a step, or as far as the guest goes. */
export const goTo = (step: number): Promise<unknown> =>
  go({ kind: 'step', step: Math.max(0, Math.floor(step)) });

/** Goes so many steps on, or back. */
export const goBy = (steps: number): Promise<unknown> => go({ kind: 'by', steps });

/** Ends whatever is being done. If the worker does not answer, another one is brought to the same step. */
export async function stop(): Promise<void> {
  state.playing.value = false;
  wish = undefined;
  const { step } = state.frame.value ?? { step: 0 };
  const isAlive = await machines.stop();
  state.busy.value = undefined;
  if (state.verdict.value.kind === 'comparing')
    state.verdict.value = { kind: 'equal', steps: state.verdict.value.steps, all: false };
  if (!isAlive) await open({ at: step, limit: step });
}

/** Sets the lines of the main file before which running stops. */
export async function setBreakpoints(lines: ReadonlySet<number>): Promise<void> {
  state.breakpoints.value = lines;
  const addresses = [...lines].flatMap((line) => {
    const found = state.lines.value.find((code) => code.line === line);
    return found === undefined ? [] : [found.address];
  });
  await ask('breakpoints', addresses);
}

/** Chooses what is run: opens it at the same step. */
export async function choose(
  choice: Partial<Pick<Scenario, 'variant' | 'monitor' | 'translateUser'>>,
  options?: OpenOptions,
): Promise<void> {
  batch(() => {
    if (choice.variant !== undefined) state.variant.value = choice.variant;
    if (choice.monitor !== undefined) state.monitor.value = choice.monitor;
    if (choice.translateUser !== undefined) state.translateUser.value = choice.translateUser;
  });
  await open(options);
}

/** Opens a file of the library, or a text under a name. */
export async function openGuest(guest: string, text = embedded().files[guest] ?? ''): Promise<void> {
  batch(() => {
    state.guest.value = guest;
    state.text.value = text;
    state.origin.value = embedded().files[guest] === text ? 'library' : 'own';
    state.breakpoints.value = new Set();
  });
  await open({ at: 0 });
}

/** After the run grew longer: marks its events on the time bar. */
export async function remark(): Promise<void> {
  const outline = await ask('outline', { parts });
  if (outline !== undefined) state.marks.value = outline.marks;
}

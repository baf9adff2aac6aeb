/**
 * The file of `ringlab lab FILE`: shown, followed as others change it, and saved as it is edited here. The server gives it
 * only to who has the token, which is in the address that it printed, and from then on in this tab alone.
 */
import { batch, effect, signal } from '@preact/signals';
import { embedded } from '../embedded.ts';
import { machines, open } from '../laboratory.ts';
import * as state from '../state.ts';
import { SharedText, type Versioned } from './shared-text.ts';

/** `saving` also while a change waits to be saved; `away`: the server does not answer. */
export type LabStatus = 'saved' | 'saving' | 'choose' | 'refused' | 'away';

export interface LabNow {
  readonly name: string;
  readonly status: LabStatus;
  /** Why it was not saved. */
  readonly reason: string;
}

/** The file; undefined where there is none. */
export const lab = signal<LabNow | undefined>(undefined);

interface LabFile extends Versioned {
  readonly name: string;
  /** Files in its folder that it can include, by path. */
  readonly beside: Readonly<Record<string, string>>;
}

/** What the server says of a text that it was given. */
type Saving =
  | { readonly kind: 'saved'; readonly version: string }
  | { readonly kind: 'conflict'; readonly now: Versioned }
  | { readonly kind: 'refused'; readonly reason: string };

const stored = 'ringlab-lab-token';
/** Milliseconds without a change after which the text is saved. */
const pause = 400;

let token = '';
let shared: SharedText | undefined;
/** The text here, also while another guest is shown. */
let mine = '';
let isSaving = false;

/** Whether this page is served by `ringlab lab`. Takes the token out of the address, so that no link has it. */
export function isServed(): boolean {
  const asked = new URLSearchParams(location.search);
  const given = asked.get('lab');
  try {
    if (given !== null) sessionStorage.setItem(stored, given);
    token = given ?? sessionStorage.getItem(stored) ?? '';
  } catch {
    token = given ?? '';
  }
  if (given !== null) {
    asked.delete('lab');
    const rest = asked.toString();
    history.replaceState(null, '', `${location.pathname}${rest === '' ? '' : `?${rest}`}${location.hash}`);
  }
  return token !== '';
}

/** Asks the server that `ringlab lab` is. */
export function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(path, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
}

/** Reads the file and follows it. `shows`: whether the address says something else that is to be shown. */
export async function followLab(shows: boolean): Promise<void> {
  const file = await read();
  if (file === undefined) return;
  shared = new SharedText(file);
  mine = file.text;
  tell('saved', file.name);
  share(file.beside);
  if (!shows || state.guest.value === file.name) await showFile(state.step.value);
  effect(() => {
    if (state.guest.value === file.name && state.origin.value === 'file') changed(state.text.value);
  });
  void follow();
}

/** The file now; undefined where the server has none, or does not answer. */
async function read(): Promise<LabFile | undefined> {
  try {
    const answer = await ask('file');
    return answer.status === 200 ? ((await answer.json()) as LabFile) : undefined;
  } catch {
    return undefined;
  }
}

/** Gives the files beside it to the assembler. */
function share(beside: LabFile['beside']): void {
  machines.share({ ...embedded().files, ...beside });
}

/** Shows the file in the editor and on the machines. */
export async function showFile(at = 0): Promise<void> {
  const name = lab.peek()?.name;
  if (name === undefined) return;
  batch(() => {
    state.guest.value = name;
    state.text.value = mine;
    state.origin.value = 'file';
    state.breakpoints.value = new Set();
  });
  await open({ at });
}

function tell(status: LabStatus, name = lab.peek()?.name ?? '', reason = ''): void {
  lab.value = { name, status, reason };
}

// ---- From here to the file ----

let timer: ReturnType<typeof setTimeout> | undefined;

function changed(text: string): void {
  mine = text;
  if (shared?.isToBeSaved(mine) !== true) return;
  tell('saving');
  clearTimeout(timer);
  timer = setTimeout(() => void save(), pause);
}

async function save(): Promise<void> {
  if (shared === undefined || isSaving || !shared.isToBeSaved(mine)) return;
  const text = mine;
  isSaving = true;
  try {
    const headers = { 'if-match': `"${shared.base.version}"` };
    const answer = await ask('file', { method: 'PUT', headers, body: text });
    const saving = (await answer.json()) as Saving;
    if (saving.kind === 'refused') tell('refused', undefined, saving.reason);
    else if (saving.kind === 'conflict') take(saving.now);
    else {
      shared.saved(text, saving.version);
      tell('saved');
    }
  } catch {
    tell('away');
  } finally {
    isSaving = false;
  }
  // What was typed meanwhile.
  if (lab.peek()?.status === 'saved') await save();
}

// ---- From the file to here ----

/** Reads the server's events, until it ends; then again whenever the reader comes back to the page. */
async function follow(): Promise<void> {
  try {
    const { body } = await ask('changes');
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done || value === undefined) break;
      const events = (rest + value).split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) arrive(JSON.parse(event.replace(/^data: /, '')) as LabFile);
    }
  } catch {
    // As when it ends.
  }
  tell('away');
  const again = () => {
    if (document.visibilityState !== 'visible') return;
    document.removeEventListener('visibilitychange', again);
    globalThis.removeEventListener('focus', again);
    void follow();
  };
  document.addEventListener('visibilitychange', again);
  globalThis.addEventListener('focus', again);
}

let besideBefore = '';

function arrive(file: LabFile): void {
  const beside = JSON.stringify(file.beside);
  const isOther = besideBefore !== '' && beside !== besideBefore;
  besideBefore = beside;
  if (isOther) share(file.beside);
  const isTaken = take(file);
  if (isOther && !isTaken && state.guest.peek() === lab.peek()?.name) void open();
}

/** The file is now like this. Returns whether its text was taken over. */
function take(now: Versioned): boolean {
  if (shared === undefined) return false;
  const arrival = shared.arrived(now, mine);
  if (arrival === 'choose') tell('choose');
  else if (!shared.isToBeSaved(mine) || arrival === 'take') tell('saved');
  if (arrival === 'nothing' && shared.isToBeSaved(mine)) changed(mine);
  if (arrival !== 'take') return false;
  takeText(now.text);
  return true;
}

function takeText(text: string): void {
  mine = text;
  if (state.guest.peek() === lab.peek()?.name && state.origin.peek() === 'file') {
    state.text.value = text;
    void open();
  }
}

/** The reader chose, where both have changed. */
export function choose(whose: 'file' | 'mine'): void {
  if (shared === undefined) return;
  if (whose === 'file') {
    takeText(shared.takeTheirs());
    tell('saved');
  } else {
    shared.keepMine();
    tell('saving');
    void save();
  }
}

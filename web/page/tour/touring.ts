/** The tour that is given: which stop, what was revealed there, and which of its claims hold. */
import { batch, computed, effect, signal } from '@preact/signals';
import type { Scene } from '../../../examples/desk.ts';
import type { Revealed, StopText, TourText } from '../../worker/tour-handlers.ts';
import { Client, Stopped } from '../client.ts';
import { editorIsOpen } from '../editor/column.tsx';
import { embedded, startWorker } from '../embedded.ts';
import { open } from '../laboratory.ts';
import { change } from '../move/moving.ts';
import * as state from '../state.ts';

/** A worker of its own: claims are checked while the two machines go on. */
const lessons = new Client(startWorker, embedded().files);

/** Width from which the editor, a view and a tour have room side by side. */
const wide = 1500;

export type ClaimState = 'waits' | 'checking' | 'holds' | 'fails' | 'unknown';

/** All tours, once they were asked for. */
export const tours = signal<readonly TourText[]>([]);
/** What there is to see at the stop; undefined until the reader has predicted. */
export const revealed = signal<Revealed | undefined>(undefined);
/** The claims of the stop, in order. */
export const claims = signal<readonly ClaimState[]>([]);
/** What the worker is doing for the tour. */
export const isWorking = signal(false);
/** What went wrong, if anything did. */
export const trouble = signal('');

/** The number of the tour and of its stop, from 1; undefined in the list, and when the panel is closed. */
export const place = computed(() => {
  const [, tour, stop = '1'] = /^(\d+)(?:\.(\d+))?$/.exec(state.tour.value ?? '') ?? [];
  return tour === undefined ? undefined : { tour: Number(tour), stop: Number(stop) };
});
export const tourNow = computed(() => tours.value.find(({ number }) => number === place.value?.tour));
export const stopNow = computed<StopText | undefined>(
  () => tourNow.value?.stops[(place.value?.stop ?? 0) - 1],
);

/** Begins to follow `state.tour`, which links and the panel change. */
export function followTours(): void {
  effect(() => {
    if (state.tour.value === undefined) lessons.end();
    else if (tours.peek().length === 0) void load();
  });
  effect(() => {
    const stop = stopNow.value;
    void begin(stop);
  });
}

async function load(): Promise<void> {
  try {
    tours.value = await lessons.ask('tours', null);
  } catch (error) {
    if (!(error instanceof Stopped)) trouble.value = (error as Error).message;
  }
}

/** Forgets the stop before, and shows at once what is not to be predicted. */
async function begin(stop: StopText | undefined): Promise<void> {
  batch(() => {
    revealed.value = undefined;
    trouble.value = '';
    isWorking.value = false;
    claims.value = (stop?.claims ?? []).map(() => 'waits');
    state.pointed.value = new Set(stop?.mark ?? []);
  });
  if (stop !== undefined && stop.ask === undefined) await reveal('');
}

/** Whether the tour's claims can be checked here. */
const isHere = () => tourNow.peek()?.atTerminal === false;

/** Shows what is found, then checks the claims. */
export async function reveal(answer: string): Promise<void> {
  const at = place.peek();
  const stop = stopNow.peek();
  if (at === undefined || stop === undefined || revealed.peek() !== undefined) return;
  const asked = { tour: at.tour, stop: at.stop - 1 };
  const isStill = () => place.peek()?.tour === at.tour && place.peek()?.stop === at.stop;
  isWorking.value = true;
  try {
    if (lessons.isBusy) await lessons.stop();
    const found = isHere()
      ? await lessons.ask('reveal', { ...asked, answer })
      : { lines: [], remark: '', isRight: undefined };
    if (!isStill()) return;
    revealed.value = found;
    if (stop.ask !== undefined) void openScene();
    await check(asked, stop.claims.length, isStill);
  } catch (error) {
    if (!(error instanceof Stopped) && isStill()) trouble.value = (error as Error).message;
  } finally {
    if (isStill()) isWorking.value = false;
  }
}

async function check(
  asked: { readonly tour: number; readonly stop: number },
  count: number,
  isStill: () => boolean,
): Promise<void> {
  const tell = (claim: number, now: ClaimState) => {
    claims.value = claims.peek().map((before, n) => (n === claim ? now : before));
  };
  for (let claim = 0; claim < count; claim++) {
    if (!isHere()) {
      tell(claim, 'unknown');
      continue;
    }
    tell(claim, 'checking');
    const holds = await lessons.ask('claim', { ...asked, claim });
    if (!isStill()) return;
    tell(claim, holds ? 'holds' : 'fails');
  }
}

/** Opens the list of tours, or closes the panel. */
export function toggleTours(): void {
  if (state.tour.peek() === undefined) makeRoom();
  state.tour.value = state.tour.peek() === undefined ? 'list' : undefined;
}

function makeRoom(): void {
  if (innerWidth < wide) editorIsOpen.value = false;
}

/** Goes to a stop of a tour and opens its scene. Returns whether machines were opened. */
export async function openStop(tour: number, stop: number): Promise<boolean> {
  makeRoom();
  state.tour.value = `${tour}.${stop}`;
  if (tours.peek().length === 0) await load();
  const { length } = tourNow.peek()?.stops ?? [];
  state.said.value = `Tour, stop ${stop} of ${length}`;
  return openScene();
}

/** What the page shows at the stop now. Before a prediction, that is the guest where everything traps: it tells nothing. */
function sceneNow(): Scene | undefined {
  const { go, ask } = stopNow.peek() ?? {};
  if (go === undefined || go.view === 'move' || ask === undefined || revealed.peek() !== undefined) return go;
  return {
    view: 'machine',
    place: { guest: go.place.guest, isa: 'ring32-v', monitor: 'trap-and-emulate' },
    step: 0,
  };
}

/** Puts back what the stop shows: its guest, its machines, its view and its step. Returns whether machines were opened. */
export async function openScene(): Promise<boolean> {
  const scene = sceneNow();
  const text = embedded().files[scene?.place.guest ?? ''];
  if (scene === undefined || text === undefined) return false;
  if (scene.view === 'move') {
    state.view.value = 'move';
    await change({ cargo: scene.place.guest, way: scene.way ?? 'pre-copy' });
    return false;
  }
  const { guest, isa, monitor, translateUser = false } = scene.place;
  batch(() => {
    state.view.value = scene.view;
    state.guest.value = guest;
    state.text.value = text;
    state.origin.value = 'library';
    state.variant.value = isa;
    state.monitor.value = monitor === 'none' ? 'trap-and-emulate' : monitor;
    state.translateUser.value = translateUser;
    state.breakpoints.value = new Set();
  });
  await open({ at: scene.step ?? 0 });
  return true;
}

/** Goes so many stops on, or back. */
export async function goStops(by: number): Promise<void> {
  const at = place.peek();
  const { length } = tourNow.peek()?.stops ?? [];
  const stop = (at?.stop ?? 0) + by;
  if (at !== undefined && stop >= 1 && stop <= length) await openStop(at.tour, stop);
}

/** Reveals what the stop asks about without a prediction, or goes to the next stop. */
export async function goOn(): Promise<void> {
  if (stopNow.peek() !== undefined && revealed.peek() === undefined) await reveal('');
  else await goStops(1);
}

/** Opens the tour that the address asks for, as `?tour=12` or `?tour=12.3`. Returns whether machines were opened. */
export async function openAskedTour(): Promise<boolean> {
  const asked = new URLSearchParams(location.search).get('tour');
  const [, tour, stop = '1'] = /^(\d{1,3})(?:\.(\d{1,3}))?$/.exec(asked ?? '') ?? [];
  if (tour === undefined) {
    if (asked !== null) toggleTours();
    return false;
  }
  const isOpen = await openStop(Number(tour), Number(stop));
  if (stopNow.peek() === undefined) state.tour.value = 'list';
  return isOpen;
}

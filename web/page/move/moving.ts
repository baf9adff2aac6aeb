/** The two hosts of the Move view: what they show now, and what can be done with them. They live in a worker of their own. */
import { signal } from '@preact/signals';
import type { MoveAct, MoveFrame, MoveSetting, Way } from '../../worker/move.ts';
import { Client, Stopped } from '../client.ts';
import { embedded, startWorker } from '../embedded.ts';
import { guest, said, text, viewState } from '../state.ts';

/** What is moved: a guest of the library that suits the lesson, or what is in the editor. */
export const cargoes = [
  { id: 'guests/memory-walker.s', title: 'memory-walker.s: slower than the cable', stepsPerMs: 14 },
  { id: 'guests/dirtier.s', title: 'dirtier.s: faster than the cable', stepsPerMs: 300 },
  { id: 'editor', title: 'the guest in the editor', stepsPerMs: 50 },
] as const;

export const ways: readonly { readonly id: Way; readonly title: string }[] = [
  { id: 'pre-copy', title: 'pre-copy: in rounds, while it runs' },
  { id: 'auto-converge', title: 'auto-converge: pre-copy that slows it down' },
  { id: 'post-copy', title: 'post-copy: it runs there first' },
  { id: 'cold', title: 'cold: it stands still all the time' },
];

/** KiB that the cable carries in a millisecond. */
export const cables = [4, 16, 64] as const;
/** Milliseconds of the hosts that pass in a second of ours. */
export const paces = [10, 30, 120, 600] as const;

interface Choice {
  readonly cargo: string;
  readonly way: Way;
  readonly cable: number;
}

export const choice = viewState<Choice>(
  'move',
  { cargo: cargoes[0].id, way: 'pre-copy', cable: 16 },
  isChoice,
);

function isChoice(value: unknown): boolean {
  const { cargo, way, cable } = (value ?? {}) as { cargo?: unknown; way?: unknown; cable?: unknown };
  return (
    cargoes.some(({ id }) => id === cargo) &&
    ways.some(({ id }) => id === way) &&
    cables.some((kib) => kib === cable)
  );
}
export const pace = signal<number>(30);

export const moveFrame = signal<MoveFrame | undefined>(undefined);
export const isRunning = signal(false);
/** Why the guest cannot be started on a host. */
export const problem = signal<string | undefined>(undefined);

const hosts = new Client(startWorker, embedded().files);

function setting(): MoveSetting {
  const { cargo: id, way, cable } = choice.value;
  const found = cargoes.find((one) => one.id === id) ?? cargoes[0];
  const isOwn = found.id === 'editor';
  return {
    guest: isOwn ? guest.value : found.id,
    text: isOwn ? text.value : (embedded().files[found.id] ?? ''),
    way,
    stepsPerMs: found.stepsPerMs,
    bytesPerMs: cable * 1024,
  };
}

/** Two new hosts; A runs the guest. */
export async function begin(): Promise<void> {
  isRunning.value = false;
  try {
    moveFrame.value = await hosts.ask('move-begin', setting());
    problem.value = undefined;
  } catch (error) {
    if (error instanceof Stopped) return;
    moveFrame.value = undefined;
    problem.value = (error as Error).message;
  }
}

/** Changes what is moved or how, and begins anew. */
export function change(changed: Partial<Choice>): Promise<void> {
  choice.value = { ...choice.value, ...changed };
  return begin();
}

/** Milliseconds pass. */
export async function pass(milliseconds: number): Promise<void> {
  if (moveFrame.value === undefined) return;
  const before = moveFrame.value.migration?.state;
  const now = await hosts.ask('move-run', { milliseconds });
  moveFrame.value = now;
  const after = now.migration?.state;
  if (before !== 'under way' || after === before) return;
  const { owner } = now;
  said.value =
    after === 'moved'
      ? `The guest has moved: it is ${owner}’s`
      : `Not moved: the guest is ${owner}’s and runs on`;
}

/** Milliseconds shown after a migration has ended. */
const aftermath = 20;
const nextFrame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));

/** Time passes, until it is stopped, or until shortly after a migration has ended. */
export async function run(): Promise<void> {
  if (isRunning.value || moveFrame.value === undefined) return;
  isRunning.value = true;
  const wasMoving = isMoving();
  let last = await nextFrame();
  let owed = 0;
  let after = 0;
  while (isRunning.value && after < aftermath) {
    const now = await nextFrame();
    owed = Math.min(owed + ((now - last) / 1000) * pace.value, pace.value / 4 + 1);
    last = now;
    const milliseconds = Math.floor(owed);
    if (milliseconds === 0) continue;
    owed -= milliseconds;
    await pass(milliseconds);
    if (wasMoving && !isMoving()) after += milliseconds;
  }
  isRunning.value = false;
}

export function pause(): void {
  isRunning.value = false;
}

export async function act(what: MoveAct): Promise<void> {
  if (moveFrame.value === undefined || (what === 'send' && isMoving())) return;
  moveFrame.value = await hosts.ask('move-act', { act: what });
  if (what !== 'send') {
    said.value = what === 'cut' ? 'The cable is cut' : 'The cable is mended';
    return;
  }
  pause();
  await nextFrame();
  await run();
}

/** Whether a migration is under way. */
export function isMoving(): boolean {
  return moveFrame.value?.migration?.state === 'under way';
}

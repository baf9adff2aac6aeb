/** The three acts: one guest, and what is below it. */
import { computed } from '@preact/signals';
import { choose } from '../laboratory.ts';
import { monitor, translateUser, variant } from '../state.ts';

export interface Act {
  readonly title: string;
  readonly says: string;
  readonly variant: string;
  readonly monitor: string;
  readonly translateUser: boolean;
}

export const acts: readonly Act[] = [
  {
    title: 'Trapping is right',
    says: 'Every sensitive instruction traps to the monitor, which does what it means.',
    variant: 'ring32-v',
    monitor: 'trap-and-emulate',
    translateUser: false,
  },
  {
    title: 'Now break it',
    says: 'A processor on which some sensitive instructions do not trap: the guest is wrong, and nobody says so.',
    variant: 'ring32-x',
    monitor: 'trap-and-emulate',
    translateUser: false,
  },
  {
    title: 'Translate it',
    says: 'The same processor. The monitor translates the guest and runs the translation: right again.',
    variant: 'ring32-x',
    monitor: 'binary-translation',
    translateUser: true,
  },
];

/** The act that is played now, from 0; -1 when what is chosen is none of them. */
export const actNow = computed(() =>
  acts.findIndex(
    (act) =>
      act.variant === variant.value &&
      act.monitor === monitor.value &&
      act.translateUser === translateUser.value,
  ),
);

/** Plays an act: from the first to the second one goes to where it breaks; else the step stays. */
export async function play(n: number): Promise<void> {
  const act = acts[n];
  if (act === undefined) return;
  const { variant: processor, monitor: strategy, translateUser: all } = act;
  const at = n === 0 ? 'end' : n === 1 ? 'divergence' : undefined;
  await choose({ variant: processor, monitor: strategy, translateUser: all }, at === undefined ? {} : { at });
}

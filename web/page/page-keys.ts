/** The keys of the page. Those of the view that is shown come first. */
import { play as playAct } from './acts/list.ts';
import { changeTheme, presents } from './appearance.ts';
import { shownDialog } from './shown-dialog.ts';
import { editorIsOpen } from './editor/column.tsx';
import { lineForBreakpoint, toggleBreakpoint } from './editor/editor.tsx';
import type { Key } from './keys.ts';
import { go, goBy, goTo, stop } from './laboratory.ts';
import { changePace, play, stopPlaying } from './playing.ts';
import { busy, frame, playing, view } from './state.ts';
import { goToDivergence } from './time-bar.tsx';
import { tourKeys } from './tour/tour-keys.ts';
import { views } from './views.ts';

const flip = (flag: { value: boolean }) => () => {
  flag.value = !flag.value;
};

function playOrStop(): void {
  if (playing.value) stopPlaying();
  else if (busy.value !== undefined) void stop();
  else void play();
}

const timeKeys: readonly Key[] = [
  { key: 'ArrowRight', says: 'Go one step', run: () => goBy(1) },
  { key: 'ArrowLeft', says: 'Go one step back', run: () => goBy(-1) },
  { key: 'Shift+ArrowRight', says: 'Go to the next event', run: () => go({ kind: 'event', direction: 1 }) },
  { key: 'Shift+ArrowLeft', says: 'Go to the last event', run: () => go({ kind: 'event', direction: -1 }) },
  { key: 'Ctrl+ArrowRight', says: 'Go ten steps', run: () => goBy(10) },
  { key: 'Ctrl+ArrowLeft', says: 'Go ten steps back', run: () => goBy(-10) },
  { key: 'Home', says: 'Go to the beginning', run: () => goTo(0) },
  { key: 'End', says: 'Go to the end', run: () => goTo(frame.value?.edge ?? 0) },
  { key: ' ', says: 'Run, or stop', run: playOrStop },
  { key: '[', says: 'Run slower', run: () => changePace(-1) },
  { key: ']', says: 'Run faster', run: () => changePace(1) },
  { key: 'd', says: 'Go to the divergence', run: goToDivergence },
  { key: 'g', says: 'Type the step to go to', run: () => focus('step') },
  {
    key: 'b',
    says: 'Set or remove a breakpoint on the line',
    run: () => toggleBreakpoint(lineForBreakpoint()),
  },
];

const pageKeys: readonly Key[] = [
  { key: '1', says: 'Play the first act: trapping is right', run: () => playAct(0) },
  { key: '2', says: 'Play the second act: break it', run: () => playAct(1) },
  { key: '3', says: 'Play the third act: translate it', run: () => playAct(2) },
  { key: 'e', says: 'Show or fold the editor', run: flip(editorIsOpen) },
  { key: 'p', says: 'Turn projector mode on or off', run: flip(presents) },
  { key: 'c', says: 'Change the colours: as the system has them, light, dark', run: changeTheme },
  { key: 'y', says: 'Show the link to what is shown', run: () => show('link') },
  { key: '?', says: 'Show the keys', run: () => show('help') },
];

function show(dialog: 'help' | 'link'): void {
  shownDialog.value = dialog;
}

function focus(id: string): void {
  const element = document.getElementById(id);
  if (element instanceof HTMLInputElement) element.select();
}

/** Every key that does something now. */
export function allKeys(): readonly Key[] {
  const shown = views.find(({ id }) => id === view.value);
  const viewKeys = views.map(({ id, title }, n) => ({
    key: `Alt+${n + 1}`,
    says: `Show ${title}`,
    run: () => {
      view.value = id;
    },
  }));
  return [...(shown?.keys ?? []), ...timeKeys, ...pageKeys, ...tourKeys(), ...viewKeys];
}

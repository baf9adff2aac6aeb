/** Begins the page: takes over what the build drew, then opens what the address says. */
import { hydrate } from 'preact';
import './style/style.css';
import { followAddress } from './address.ts';
import { App } from './app.tsx';
import { followAppearance } from './appearance.ts';
import { editorIsOpen } from './editor/column.tsx';
import { embedded, keepForOffline, unpackWorkers } from './embedded.ts';
import { showFirst } from './first.ts';
import { press } from './keys.ts';
import { followLab, isServed, lab } from './lab/lab.ts';
import { open } from './laboratory.ts';
import { allKeys } from './page-keys.ts';
import { followPool } from './pool/real.ts';
import { followPrinting } from './print.tsx';
import { followReading } from './reading.ts';
import { followTours, openAskedTour } from './tour/touring.ts';

async function begin(): Promise<void> {
  await unpackWorkers();
  showFirst(embedded().first);
  const app = document.getElementById('app') as HTMLElement;
  hydrate(<App />, app);
  followAppearance();
  // A narrow screen has no room beside the view: the editor is behind its button.
  if (matchMedia('(max-width: 700px)').matches) editorIsOpen.value = false;
  followReading();
  followPrinting();
  document.addEventListener('keydown', (event) => press(event, allKeys()));
  followTours();
  const served = isServed();
  const shows = (await followAddress()) || (await openAskedTour());
  if (served) {
    await followLab(shows);
    await followPool(shows);
  } else keepForOffline();
  if (!shows && lab.value === undefined) await open({ at: 'end' });
  // What the build drew is not shown before what a link says (html.js).
  document.documentElement.classList.remove('waits');
  document.documentElement.dataset.ready = '';
}

void begin();

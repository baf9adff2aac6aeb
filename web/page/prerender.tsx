/** For the build: the page as HTML, after the first act was run. */
import { renderToString } from 'preact-render-to-string';
import { App } from './app.tsx';
import { embedded } from './embedded.ts';
import { showFirst } from './first.ts';

export function render(): string {
  showFirst(embedded().first);
  return renderToString(<App />);
}

/** For the build, in Node: what the page embeds, and its HTML after the first act. */
import { measureSummaries } from '../isa/classify/summarize.ts';
import { systemRows } from '../isa/table/system.ts';
import { variants } from '../isa/table/variants.ts';
import type { Embedded } from './page/embedded.ts';
import { runFirst } from './worker/first.ts';

const guest = 'guests/flags.s';

/** Runs the first act and renders the page. */
export async function prerender(
  files: Embedded['files'],
  version: string,
): Promise<{ readonly embedded: Embedded; readonly html: string }> {
  const embedded: Embedded = {
    files,
    version,
    first: runFirst(files, guest),
    processors: variants.map(({ name, unprivileged }) => ({ name, unprivileged: [...unprivileged] })),
    summaries: measureSummaries(),
    system: systemRows.map(({ name }) => name),
  };
  globalThis.ringlabLaboratory = embedded;
  // The page's modules read what is embedded when they are loaded.
  const { render } = await import('./page/prerender.tsx');
  return { embedded, html: render() };
}

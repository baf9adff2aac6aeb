/** Has commander show our help instead of its own. Loaded only when a help may be shown. */
import type { Command } from 'commander';
import { pageOf } from './page.ts';
import { formatPage } from './text.ts';

export function showOurHelp(command: Command): void {
  command.configureHelp({ formatHelp: (shown) => formatPage(pageOf(shown), (heading) => heading) });
  for (const verb of command.commands) showOurHelp(verb);
}

/** Has commander show our help instead of its own. Loaded only when a help may be shown. */
import type { Command } from 'commander';
import { styled, wantsColour } from '../colour.ts';
import { pageOf } from './page.ts';
import { formatPage } from './text.ts';

export function showOurHelp(command: Command): void {
  const emphasis = (heading: string) => styled('bold', heading, wantsColour());
  command.configureHelp({ formatHelp: (shown) => formatPage(pageOf(shown), emphasis) });
  for (const verb of command.commands) showOurHelp(verb);
}

/** For the build: the first act, run to its end. */
import { assemble } from '../../assembler/index.ts';
import { finish } from '../../isa/work.ts';
import type { First } from '../page/embedded.ts';
import { Desk } from './desk.ts';
import { Session } from './session.ts';
import { linesOf, sessionHandlers } from './session-handlers.ts';

/** Opens the guest, compares it and goes to its end. Throws an Error when it does not run equal there. */
export function runFirst(files: Readonly<Record<string, string>>, guest: string): First {
  const desk = new Desk();
  desk.files = files;
  const scenario = {
    guest,
    text: files[guest] ?? '',
    variant: 'ring32-v',
    monitor: 'trap-and-emulate',
    translateUser: false,
  };
  const assembly = assemble([{ name: guest, text: scenario.text }], { readFile: desk.readFile });
  // Without a clock, the same is built on every computer.
  desk.session = new Session(scenario, assembly, () => 0);
  const comparison = finish(desk.session.compare(1_000_000));
  if (!comparison.equal) throw new Error(`${guest} does not run equal`);
  finish(desk.session.go({ kind: 'step', step: comparison.steps }));
  const { marks } = sessionHandlers.outline({ parts: 240 }, desk) as { marks: readonly number[] };
  return { frame: desk.session.frame(), comparison, lines: linesOf(guest, assembly), marks };
}

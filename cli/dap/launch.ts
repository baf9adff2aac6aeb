/** What a client says of the guest that it wants to debug: the options of `ringlab debug`, as properties. */
import { resolve } from 'node:path';
import { type Command, CommanderError } from 'commander';
import { createCommand } from '../command.ts';
import { addDebugOptions, type DebuggedGuest, type GuestListener, prepareDebugged } from '../debugging.ts';
import { usage } from '../failure.ts';
import type { GuestVerbOptions } from '../options.ts';

/** The arguments of DAP's `launch`; beside these, each option by its name in camel case: `isa`, `monitor`, `memory`. */
export interface LaunchArguments {
  readonly program?: unknown;
  readonly stopOnEntry?: unknown;
  readonly noDebug?: unknown;
  readonly [property: string]: unknown;
}

/** What editors add to every launch; names with `__` in front are theirs, too. */
const editors: ReadonlySet<string> = new Set(
  'name type request program stopOnEntry noDebug preLaunchTask postDebugTask internalConsoleOptions presentation debugServer serverReadyAction suppressMultipleSessionWarning'.split(
    ' ',
  ),
);

/** The options of a launch: those of the verb. */
export function launchOptions(): Command {
  return addDebugOptions(createCommand('launch', '')).action(() => {});
}

/**
 * Makes the guest of a launch ready. `tell` gets a line for each property that means nothing. Throws what
 * `prepareDebugged` throws, and a Failure for a property that is wrong.
 */
export async function launch(
  launched: LaunchArguments,
  print: GuestListener,
  tell: (text: string) => void,
): Promise<DebuggedGuest> {
  const { program } = launched;
  if (typeof program !== 'string' || program === '')
    throw usage('a launch needs "program": the path of an ELF file, or of assembly text (.s)');
  const { replay, ...options } = readOptions(launched, tell);
  if (replay !== undefined && options.input !== undefined)
    throw usage('"replay" uses the input of the recording, so leave "input" out');
  return await prepareDebugged(resolve(program), options, print, replay);
}

function readOptions(
  launched: LaunchArguments,
  tell: (text: string) => void,
): GuestVerbOptions & { readonly replay?: string } {
  const command = launchOptions().configureOutput({ outputError: () => {}, writeErr: () => {} });
  const flags = new Map(command.options.map((option) => [option.attributeName(), option.long as string]));
  const shown = command.options.filter(({ hidden }) => !hidden).map((option) => option.attributeName());
  const words: string[] = [];
  for (const [property, value] of Object.entries(launched)) {
    if (editors.has(property) || property.startsWith('__')) continue;
    const flag = flags.get(property);
    if (flag === undefined)
      tell(`a launch has no property "${property}"; there are program, stopOnEntry, ${shown.join(', ')}`);
    else words.push(...wordsOf(property, flag, value));
  }
  try {
    return command.parse(words, { from: 'user' }).opts();
  } catch (error) {
    if (error instanceof CommanderError) throw usage(error.message.replace(/^error: /, ''));
    throw error;
  }
}

/** A property as words of a command line. */
function wordsOf(property: string, flag: string, value: unknown): string[] {
  if (value === true) return [flag];
  if (value === false || value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((one) => wordsOf(property, flag, one));
  if (typeof value === 'string' || typeof value === 'number') return [`${flag}=${value}`];
  throw usage(`the launch's property "${property}" must be a text, a number, true, false or a list of these`);
}

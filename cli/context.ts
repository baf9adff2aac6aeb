/** The settings of `--context`: files and KEY=VALUE, in the order in which they are given; a later one replaces an earlier. */
import { ContextError, formatContext, parseContext, type Settings } from '../isa/machine/devices/context.ts';
import { badInput, usage } from './failure.ts';
import { readInput } from './files.ts';

/** Throws a Failure. */
export function settingsOf(given: readonly string[]): Settings {
  const settings = new Map<string, string>();
  for (const one of given) {
    const [whole, key = '', value = ''] = /^([^=/\\]+)=(.*)$/s.exec(one) ?? [];
    if (whole !== undefined) settings.set(key, value);
    else for (const [name, text] of readSettings(one)) settings.set(name, text);
  }
  return settings;
}

/** The text of the context that a verb's option asks for; undefined = none. Throws a Failure. */
export function contextOf(given: readonly string[] | undefined): Uint8Array | undefined {
  if (given === undefined) return undefined;
  try {
    return formatContext(settingsOf(given));
  } catch (error) {
    if (error instanceof ContextError) throw usage(`--context: ${error.message}`);
    throw error;
  }
}

function readSettings(path: string): Settings {
  const bytes = readInput(path);
  try {
    return parseContext(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof ContextError) throw badInput(`${path}: ${error.message}`);
    if (error instanceof TypeError) throw badInput(`${path}: it is no text in UTF-8`);
    throw error;
  }
}

/** Colour: on a terminal, unless NO_COLOR is set (no-color.org) or `--color` says otherwise. */
import { isatty } from 'node:tty';
import { styleText } from 'node:util';
import { Option } from 'commander';

const whens = ['auto', 'always', 'never'] as const;
export type ColourChoice = (typeof whens)[number];

/** The options of a verb whose output has colours. */
export interface ColourOptions {
  readonly color: ColourChoice;
}

/** `--color`, for a verb whose output has colours. */
export function colourOption(): Option {
  return new Option('--color <when>', 'Colour the output; auto: on a terminal, unless NO_COLOR is set')
    .choices(whens)
    .default('auto');
}

/** Whether standard output is to have colours. */
export function wantsColour(choice: ColourChoice = 'auto'): boolean {
  if (choice !== 'auto') return choice === 'always';
  return isatty(1) && (process.env.NO_COLOR ?? '') === '';
}

/** Text in a style, if colours are wanted. */
export function styled(style: Parameters<typeof styleText>[0], text: string, wanted: boolean): string {
  return wanted ? styleText(style, text, { validateStream: false }) : text;
}

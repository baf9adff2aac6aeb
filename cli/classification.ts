/** What `ringlab classify` does: measures a variant, and writes the report that the options ask for. */
import { type Classification, classifying } from '../isa/classify/classify.ts';
import { formatGuestMode, guestModeJson } from '../isa/classify/format-guest-mode.ts';
import { formatJson } from '../isa/classify/format-json.ts';
import { formatMarkdown } from '../isa/classify/format-markdown.ts';
import { formatSvg } from '../isa/classify/format-svg.ts';
import { formatText } from '../isa/classify/format-text.ts';
import { classifyingInGuestMode } from '../isa/classify/guest-mode.ts';
import type { Class } from '../isa/classify/classes.ts';
import { NoProgramError } from '../isa/classify/program.ts';
import { witnessProgram } from '../isa/classify/witness-program.ts';
import { rowNamed } from '../isa/table/table.ts';
import type { Variant } from '../isa/table/variants.ts';
import { EXIT, usage } from './failure.ts';
import { loadVariant, mustBeWritable, writeOutput } from './files.ts';
import { measureStack } from './measured-stack.ts';
import { print } from './output.ts';
import { finishShown } from './progress.ts';

export interface ClassifyOptions {
  readonly isa: string;
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly evidence?: boolean;
  readonly guestMode?: boolean;
  readonly svg?: string;
  readonly witness?: string;
  readonly of?: Class;
  readonly output?: string;
}

export async function classify(options: ClassifyOptions): Promise<number> {
  checkOptions(options);
  const variant = loadVariant(options.isa);
  for (const path of [options.svg, options.output]) if (path !== undefined) mustBeWritable(path);
  if (options.guestMode) return inGuestMode(variant, options);
  const found = finishShown(classifying(variant), ({ name }) => `classified: ${name} …`);
  const classification =
    options.witness === undefined ? { ...found, measured: measureStack(found, variant) } : found;
  if (options.svg !== undefined)
    writeOutput(options.svg, new TextEncoder().encode(formatSvg(classification)));
  const text = report(classification, variant, options);
  if (options.output !== undefined) writeOutput(options.output, new TextEncoder().encode(text));
  else if (options.svg === undefined || asksForText(options)) print(text);
  return EXIT.DONE;
}

/** What sensitive instructions do in guest mode, printed or written. */
function inGuestMode(variant: Variant, { json, output }: ClassifyOptions): number {
  const found = finishShown(classifyingInGuestMode(variant), (name) => `measured: ${name} …`);
  const text = json ? guestModeJson(found) : formatGuestMode(found);
  if (output === undefined) print(text);
  else writeOutput(output, new TextEncoder().encode(text));
  return EXIT.DONE;
}

/** Throws a usage Failure for options that do not go together. */
function checkOptions({ json, markdown, evidence, witness, of, guestMode, svg }: ClassifyOptions): void {
  const given = Object.entries({
    '--json': json,
    '--markdown': markdown,
    '--evidence': evidence,
    '--witness': witness,
  });
  const kinds = given.flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (kinds.length > 1) throw usage(`${kinds.join(' and ')} are different outputs; choose one`);
  if (guestMode && (markdown || evidence || witness !== undefined || svg !== undefined))
    throw usage('--guest-mode has a table of its own; it goes with --isa, --json and -o only');
  if (of !== undefined && witness === undefined)
    throw usage('--of says which witness, so it needs --witness');
  if (witness !== undefined && rowNamed(witness) === undefined) {
    throw usage(`--witness ${witness}: no such instruction`);
  }
}

function asksForText({ json, markdown, evidence, witness }: ClassifyOptions): boolean {
  return [json, markdown, evidence, witness].some((value) => value !== undefined);
}

function report(classification: Classification, variant: Variant, options: ClassifyOptions): string {
  if (options.json) return formatJson(classification);
  if (options.markdown) return formatMarkdown(classification);
  if (options.witness === undefined) return formatText(classification, options.isa, options.evidence);
  try {
    return witnessProgram(classification, options.witness, variant, options.isa, options.of);
  } catch (error) {
    if (error instanceof NoProgramError) throw usage(`--witness ${options.witness}: ${error.message}`);
    throw error;
  }
}

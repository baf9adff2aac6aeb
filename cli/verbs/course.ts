/** `ringlab course`: the units of the course, their slides and handouts, and their pictures. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium, printPdf } from '../chromium.ts';
import { createCommand, createGroup, exitWith } from '../command.ts';
import { type CourseUnit, loadCourse } from '../course.ts';
import { badInput, EXIT, systemReason, usage } from '../failure.ts';
import { mustBeWritable, writeOutput } from '../files.ts';
import { JSON_OPTION, parseCount } from '../options.ts';
import { note, print } from '../output.ts';

export const command = createGroup(
  'course',
  'List the units of the course, print one, or make its slides and pictures',
)
  .addCommand(
    createCommand('list', 'List the units with their goals')
      .option(...JSON_OPTION)
      .action(exitWith(list)),
  )
  .addCommand(
    createCommand('sheet', "Print a unit's sheet for the teacher, as Markdown")
      .argument('<unit>', 'the number of a unit', parseCount)
      .action(exitWith(sheet)),
  )
  .addCommand(
    createCommand('picture', 'List the pictures, or draw one as SVG')
      .argument('[name]', 'a picture; without it, the pictures are listed')
      .option('-o, --output <file>', 'Write it to this file instead of printing it')
      .action(exitWith(picture)),
  )
  .addCommand(
    createCommand(
      'build',
      'Write slides, handouts and pictures to a folder, as Markdown for Marp and as pages',
    )
      .argument('<folder>', 'where to write; made if it is not there')
      .option('--unit <n>', 'Make this unit alone', parseCount)
      .option('--seed <n>', "Choose the handout's exercises", parseCount, 1)
      .option('--pdf', 'Print slides and handouts as PDF, too; needs Chromium')
      .action(exitWith(build)),
  );

async function list({ json }: { readonly json?: boolean }): Promise<number> {
  const course = await loadCourse();
  const units = course.units();
  const data = units.map(({ number, name, title, goal }) => ({ number, name, title, goal }));
  print(
    json
      ? `${JSON.stringify({ format: 'ringlab-course', version: 1, units: data })}\n`
      : course.formatUnits(units),
  );
  return EXIT.DONE;
}

function unitWith(units: readonly CourseUnit[], number: number): CourseUnit {
  const unit = units.find((one) => one.number === number);
  if (unit === undefined) throw usage(`there is no unit ${number}; there are units 1 to ${units.length}`);
  return unit;
}

async function sheet(number: number): Promise<number> {
  print(unitWith((await loadCourse()).units(), number).sheet);
  return EXIT.DONE;
}

async function picture(name: string | undefined, { output }: { readonly output?: string }): Promise<number> {
  const { pictureNames, drawPicture } = await loadCourse();
  if (name === undefined) {
    if (output !== undefined)
      throw usage('--output needs the name of a picture; `ringlab course picture` lists them');
    print(`${pictureNames.join('\n')}\n`);
    return EXIT.DONE;
  }
  if (!pictureNames.includes(name)) throw usage(`no picture "${name}"; there are ${pictureNames.join(', ')}`);
  if (output !== undefined) mustBeWritable(output);
  const text = drawPicture(name) ?? '';
  if (output === undefined) print(text);
  else writeOutput(output, new TextEncoder().encode(text));
  return EXIT.DONE;
}

interface BuildOptions {
  readonly unit?: number;
  readonly seed: number;
  readonly pdf?: boolean;
}

async function build(folder: string, { unit, seed, pdf }: BuildOptions): Promise<number> {
  const course = await loadCourse();
  const all = course.units();
  const chosen = unit === undefined ? all : [unitWith(all, unit)];
  // Whoever asks for PDF learns at once that there is no Chromium.
  const chromium = pdf ? findChromium() : undefined;
  makeFolder(join(folder, 'pictures'));
  for (const one of chosen) {
    note(`unit ${one.number}: ${one.title}\n`);
    for (const { path, text } of course.unitFiles(one, seed)) {
      const file = join(folder, path);
      writeOutput(file, new TextEncoder().encode(text));
      if (chromium !== undefined && path.endsWith('.html'))
        printPdf(chromium, file, file.replace(/html$/, 'pdf'));
    }
  }
  return EXIT.DONE;
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw badInput(`${path}: cannot make it: ${systemReason(error)}`);
  }
}

/** `ringlab example [NAME [FOLDER]]`: lists the guests of the package, or copies one with the files that belong to it. */
import { nearest } from '../../assembler/suggest.ts';
import { openAudience } from '../audience.ts';
import { createCommand, exitWith } from '../command.ts';
import { EXIT, usage } from '../failure.ts';
import { formatList } from '../help/text.ts';
import { print } from '../output.ts';
import { commandFor, filesOf, guestNamed, type PackagedGuest, packagedGuests } from '../projects/guests.ts';
import { writeAll } from '../projects/write.ts';
import { Enough } from '../screen.ts';

export const command = createCommand(
  'example',
  'List guests to run and to change, or copy one with its includes',
)
  .argument('[name]', "a guest's name; without one, the guests are listed")
  .argument('[folder]', 'where to copy it; made if it is not there', '.')
  .action(exitWith(example));

async function example(name: string | undefined, folder: string): Promise<number> {
  if (name === undefined) return list();
  const guest = guestNamed(name) ?? refuse(name);
  const written = writeAll(folder, await filesOf(guest));
  print(written.length === 0 ? 'All its files are there already.\n' : `${written.join('\n')}\n`);
  print(`\nRun it:\n  ${commandFor(guest, folder)}\n`);
  return EXIT.DONE;
}

async function list(): Promise<number> {
  const audience = openAudience();
  const items = packagedGuests().map(({ name, shows }) => ({ term: name, text: shows }));
  try {
    await audience.print('ringlab example NAME copies a guest and its includes into this folder.\n');
    await audience.print(formatList({ heading: 'Guests:', items }, (heading) => heading));
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  } finally {
    audience.close();
  }
  return EXIT.DONE;
}

function refuse(name: string): PackagedGuest {
  const meant = nearest(
    name,
    packagedGuests().map((guest) => guest.name),
  );
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  throw usage(`${name}: no such guest${hint}; ringlab example lists them`);
}

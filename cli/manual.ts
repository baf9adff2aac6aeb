/** `npm run manual`: writes isa/MANUAL.md from the tables in isa/. */
import { writeFileSync } from 'node:fs';
import { definitionsChapter } from '../isa/classify/definitions.ts';
import { portsChapter } from '../isa/machine/devices/manual.ts';
import { imagesChapter, machineChapters } from '../isa/machine/manual.ts';
import { formatManual } from '../isa/table/manual.ts';

writeFileSync(
  new URL('../../isa/MANUAL.md', import.meta.url),
  formatManual({ machine: machineChapters, rest: [portsChapter, imagesChapter, definitionsChapter] }),
);

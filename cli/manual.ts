/** `npm run manual`: writes isa/MANUAL.md from the instruction table. */
import { writeFileSync } from 'node:fs';
import { definitionsChapter } from '../isa/classify/definitions.ts';
import { portsChapter } from '../isa/machine/devices/manual.ts';
import { formatManual } from '../isa/table/manual.ts';

writeFileSync(
  new URL('../../isa/MANUAL.md', import.meta.url),
  formatManual([portsChapter, definitionsChapter]),
);

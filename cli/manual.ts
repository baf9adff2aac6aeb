/** `npm run manual`: writes isa/MANUAL.md from the tables in isa/, and the tables into vmm/migration/README.md and vmm/pool/README.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { definitionsChapter } from '../isa/classify/definitions.ts';
import { portsChapter } from '../isa/machine/devices/manual.ts';
import { imagesChapter, machineChapters } from '../isa/machine/manual.ts';
import { callsChapter } from '../isa/machine/paravirtual/manual.ts';
import { formatManual } from '../isa/table/manual.ts';
import { withTables } from '../vmm/migration/manual.ts';
import { withStates } from '../vmm/pool/states.ts';

writeFileSync(
  new URL('../../isa/MANUAL.md', import.meta.url),
  formatManual({
    machine: machineChapters,
    rest: [portsChapter, callsChapter, imagesChapter, definitionsChapter],
  }),
);

const migration = new URL('../../vmm/migration/README.md', import.meta.url);
writeFileSync(migration, withTables(readFileSync(migration, 'utf8')));

const pool = new URL('../../vmm/pool/README.md', import.meta.url);
writeFileSync(pool, withStates(readFileSync(pool, 'utf8')));

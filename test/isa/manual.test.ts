import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { definitionsChapter } from '../../isa/classify/definitions.ts';
import { portsChapter } from '../../isa/machine/devices/manual.ts';
import { formatManual } from '../../isa/table/manual.ts';

it('The manual is what the table says; `npm run manual` writes it anew', () => {
  expect(readFileSync(new URL('../../isa/MANUAL.md', import.meta.url), 'utf8')).toBe(
    formatManual([portsChapter, definitionsChapter]),
  );
});

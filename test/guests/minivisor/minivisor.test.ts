/** Minivisor on the bare machine: its guest is as on the bare machine. With more above and below: minivisor.long.test.ts. */
import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rowNamed } from '../../../isa/table/table.ts';
import { systemRegisters } from '../../../isa/table/sysregs.ts';
import { PORT } from '../../../isa/machine/devices/ports.ts';
import { partsOf } from '../../vmm/guests.ts';
import { compareAtEntries, pairOf } from './kit.ts';

const memory = 2 ** 20;

describe('Minivisor', () => {
  it.each(['hello.s', 'kernel/mini.s'])(
    'runs %s as the bare machine does, each time that it enters it',
    (file) => {
      const pair = pairOf({ ...partsOf(file, 'ring32-v'), memory }, 1);
      const { difference, comparisons, stops } = compareAtEntries(pair, 1);
      expect(difference).toBeUndefined();
      expect(stops).toEqual([stops[0], stops[0]]);
      expect(comparisons).toBeGreaterThan(18);
    },
  );

  it('runs hello.s under itself', () => {
    const pair = pairOf({ ...partsOf('hello.s', 'ring32-v'), memory }, 2);
    const { difference, comparisons, stops } = compareAtEntries(pair, 2);
    expect(difference).toBeUndefined();
    expect(stops).toEqual([stops[0], stops[0]]);
    expect(comparisons).toBeGreaterThan(18);
  });
});

const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');

describe('The reading guide of minivisor', () => {
  const page = read('guests/minivisor/README.md');
  const rows = [...page.matchAll(/^\| (.+\?) +\| `(\w+)` +\| `([\w.]+)` +\|$/gm)].map(
    ([, question = '', name = '', file = '']) => ({ question, name, file }),
  );

  it('asks ten questions', () => {
    expect(rows).toHaveLength(10);
  });

  it.each(rows)('$question $name answers it', ({ name, file }) => {
    expect(read(`guests/minivisor/${file}`)).toMatch(new RegExp(`^(\\S.* \\*?)?${name}(\\(|:)`, 'm'));
  });
});

describe('ring32.h of minivisor', () => {
  const text = read('guests/minivisor/ring32.h');
  /** Names of an enum and their values: given, or one more than the one before. */
  const numbers = new Map<string, number>();
  for (const [, body = ''] of text.replaceAll(/\/\*.*?\*\//gs, '').matchAll(/enum \{([^}]*)\}/g)) {
    let next = 0;
    for (const item of body.split(',').filter((one) => one.trim() !== '')) {
      const [name = '', value] = item.split('=').map((part) => part.trim());
      next = value === undefined ? next : Number(value);
      numbers.set(name, next);
      next += 1;
    }
  }

  it('has the system registers by their numbers', () => {
    expect(systemRegisters.map(({ name }) => numbers.get(name))).toEqual(
      systemRegisters.map(({ number }) => number),
    );
  });

  it('has the privileged instructions by their bits', () => {
    const names = 'IRET HLT CLI STI LREL IN OUT GETF SETF SRING SVEC SPTB SMSW LRA LAR VERR VERW RETF'.split(
      ' ',
    );
    const bits = (name: string) => (rowNamed(name.toLowerCase())?.picture.match ?? 0) >>> 25;
    expect(names.map((name) => numbers.get(name))).toEqual(names.map(bits));
  });

  it('has the ports by their numbers', () => {
    const ports = Object.entries(PORT).filter(([name]) => !/^(NET|CONTEXT|IOMMU)_/.test(name));
    expect(ports.map(([name]) => numbers.get(`PORT_${name}`))).toEqual(ports.map(([, number]) => number));
  });

  it.each(['ring32.h', 'entry.s'])('%s of the assignment is the same', (file) => {
    expect(read(`examples/your-minivisor/${file}`)).toBe(read(`guests/minivisor/${file}`));
  });
});

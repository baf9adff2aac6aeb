/** Every guest does what its head comment says, on every variant and engine; and the folder is in order. */
import { describe, expect, it } from 'vitest';
import { PORT } from '../../isa/machine/devices/ports.ts';
import { DISK_STATUS } from '../../isa/machine/devices/disk.ts';
import { DESCRIPTOR, FRAME, NET, NET_BRIDGE } from '../../isa/machine/devices/network.ts';
import { PTE } from '../../isa/machine/translate.ts';
import { calls, MAGIC } from '../../isa/machine/paravirtual/calls.ts';
import { RING, RING_PLACES } from '../../isa/machine/paravirtual/disk-ring.ts';
import { REFUSED } from '../../isa/machine/paravirtual/refusal.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { STATUS } from '../../isa/table/sysregs.ts';
import { CAUSE, LINE } from '../../isa/table/traps.ts';
import { type Outcome, parseExpectations } from './expectations.ts';
import { fillSectors, guestFiles, guestText, runGuest } from './run.ts';

/** The outcomes a guest promises; none if its head cannot be read. */
function promised(file: string): readonly (readonly [string, Outcome])[] {
  try {
    return [...parseExpectations(guestText(file)).outcomes];
  } catch {
    return []; // The first test of the guest says what is wrong.
  }
}

describe.each(guestFiles)('The guest %s', (file) => {
  it('says in its head what it wants and what to expect', () => {
    expect(parseExpectations(guestText(file)).outcomes.size).toBeGreaterThan(0);
  });

  for (const [variant, outcome] of promised(file)) {
    it.each(['interpreter', 'fast'] as const)(
      `does on ${variant} what it promises, run by the engine %s`,
      (engine) => {
        const disk = outcome.disk && fillSectors(outcome.disk);
        expect(runGuest(file, variant, engine)).toEqual({ ...outcome, disk });
      },
    );
  }
});

describe('guests/README.md', () => {
  it('lists every guest, and nothing else, in a line each', () => {
    const listed = [...guestText('README.md').matchAll(/^\| `([\w-]+\.s)` +\|/gm)].map(([, name]) => name);
    expect(listed.toSorted()).toEqual(guestFiles);
  });
});

describe('guests/include/ring32.inc', () => {
  it("has the machine's own numbers under the machine's own names", () => {
    const equates = guestText('include/ring32.inc').matchAll(/^ +\.equ (\w+), (\w+)$/gm);
    const written = Object.fromEntries([...equates].map(([, name, value]) => [name, Number(value)]));
    expect(written).toEqual({
      ...prefixed('PORT', PORT),
      ...prefixed('DISK', DISK_STATUS),
      ...prefixed('NET', { ...NET, BRIDGE: NET_BRIDGE }),
      ...prefixed('DESCRIPTOR', DESCRIPTOR),
      ...prefixed('FRAME', FRAME),
      STATUS_RING: STATUS.RING,
      STATUS_IF: STATUS.IF,
      STATUS_UF: STATUS.UF,
      PAGE,
      ...prefixed('PTE', { V: PTE.V, R: PTE.R, W: PTE.W, X: PTE.X, U: PTE.U, A: PTE.A, D: PTE.D }),
      ...prefixed('CAUSE', CAUSE),
      ...prefixed('LINE', LINE),
    });
  });
});

describe('guests/include/calls.inc', () => {
  it('has the numbers of the calls, of the refusals and of the disk ring as the machine has them', () => {
    const equates = guestText('include/calls.inc').matchAll(/^ +\.equ (\w+), ([\w-]+)$/gm);
    const written = Object.fromEntries([...equates].map(([, name, value]) => [name, Number(value)]));
    const named = calls.map(({ name, number }) => [name.toUpperCase(), number] as const);
    const refused = Object.entries(REFUSED).map(([name, [number]]) => [name, number] as const);
    expect(written).toEqual({
      ...prefixed('CALL', { ...Object.fromEntries([...named, ...refused]), MAGIC }),
      RING_PUT: RING.PUT,
      RING_DONE: RING.DONE,
      RING_IDLE: RING.IDLE,
      RING_REQUESTS: RING.REQUESTS,
      RING_PLACES,
      REQUEST_SECTOR: 0,
      REQUEST_ADDRESS: 4,
      REQUEST_COMMAND: 8,
      REQUEST_STATUS: RING.STATUS,
    });
  });
});

function prefixed(prefix: string, numbers: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [`${prefix}_${name}`, value]));
}

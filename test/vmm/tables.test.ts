/** Page tables as data: the shadow beside the guest's own, and addresses followed through both. */
import { describe, expect, it } from 'vitest';
import { sameBytes } from '../../isa/machine/bytes.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { PTE } from '../../isa/machine/translate.ts';
import { followAddress, type HostSide, type Inspected, viewTables } from '../../vmm/memory/tables.ts';
import { partsOf } from './guests.ts';
import { bare, monitored } from './kit.ts';

const guest = 'kernel/kernel.s';
const steps = 12_000;

function inspect(strategy?: string, at = steps): Inspected {
  const parts = partsOf(guest, 'ring32-v');
  const side = strategy === undefined ? bare(parts) : monitored(parts, strategy);
  side.run(at);
  return { machine: side.machine, host: side.guest?.host };
}

/** Virtual addresses of all pages that the guest maps. */
function mapped(inspected: Inspected): number[] {
  return viewTables(inspected).tables.flatMap(({ runs }) =>
    runs.flatMap(({ va, pages, guest: entry }) =>
      entry === undefined ? [] : Array.from({ length: pages }, (_, n) => va + n * PAGE),
    ),
  );
}

describe.each(['trap-and-emulate', 'binary-translation'])('Under %s', (strategy) => {
  it('the shadow leads every address that it maps to where the guest physical address is in real memory', () => {
    const inspected = inspect(strategy);
    const ways = mapped(inspected).map((va) => followAddress(inspected, va + 12));
    const derived = ways.filter(({ host }) => host?.shadow?.end === 'mapped');
    expect(ways.length).toBeGreaterThan(derived.length);
    expect(derived.length).toBeGreaterThan(5);
    for (const { host, guest: own } of derived) {
      expect(host?.shadow?.physical).toBe(host?.physical);
      expect(own.entries.map(({ level }) => level)).toEqual([1, 2]);
    }
  });

  it('the guest maps the same pages as on the bare machine, and looking changes nothing', () => {
    const looked = inspect(strategy);
    const { bytes } = (looked.host as HostSide).real.memory;
    const [state, contents] = [looked.machine.save(), bytes.slice()];
    expect(mapped(looked)).toEqual(mapped(inspect()));
    expect(looked.machine.save()).toEqual(state);
    expect(sameBytes(bytes, contents)).toBe(true);
  });

  it('a page that the shadow lets nobody write is a traced one, or D is not set, or the guest may not write it', () => {
    const inspected = inspect(strategy);
    const { tables, traced, root } = viewTables(inspected);
    const runs = tables.flatMap((table) => table.runs);
    const pages = new Map(traced.map(({ page, as }) => [page, as]));
    expect(pages.get((root as number) / PAGE)).toContain('root');
    for (const { state, guest: entry = 0, shadow = 0 } of runs) {
      if (state === 'clean') expect(entry & (PTE.W | PTE.D)).toBe(PTE.W);
      if (state === 'traced') expect(pages.has(entry >>> 12)).toBe(true);
      if (state === 'derived') expect(shadow & PTE.W).toBe(entry & PTE.W);
      if (state === 'missing') expect(shadow).toBe(0);
    }
    expect(new Set(runs.map(({ state }) => state)).size).toBeGreaterThan(2);
  });
});

describe('While paging is off', () => {
  it('R alone leads to guest physical memory, and a monitor composes it with where that memory is', () => {
    const inspected = inspect('trap-and-emulate', 1);
    const { paging, guest: own, host } = followAddress(inspected, 0x100);
    expect(paging).toBe(false);
    expect(own).toEqual({ entries: [], end: 'mapped', physical: inspected.machine.base + 0x100 });
    expect(host?.shadow).toBeUndefined();
    expect(host?.relocation.base).toBe((host?.at ?? 0) + inspected.machine.base);
    expect(viewTables(inspected)).toMatchObject({ paging: false, tables: [] });
  });

  it('an address at the bound of R is outside', () => {
    const inspected = inspect(undefined, 1);
    const { plainBound } = inspected.machine;
    expect(followAddress(inspected, plainBound).guest.end).toBe('outside R');
    expect(followAddress(inspected, plainBound - 1).guest.end).toBe('mapped');
    expect(followAddress(inspected, 0).host).toBeUndefined();
  });
});

/** Makes the page table that maps the monitor's region (layout.ts) into a guest's address spaces. */
import type { Machine } from '../../isa/machine/machine.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { PTE } from '../../isa/machine/translate.ts';
import type { RegionFrames } from '../guest/allocator.ts';

const entries = 1024;

/**
 * Fills the second-level table of the region. The cache can only be executed. Ring 3
 * can access the region only if user code is translated too (`user`). Then LIMIT prevents
 * all accesses except those that the translator wrote.
 */
export function mapRegion(
  real: Machine,
  { table, cache, size, savePage }: RegionFrames,
  user: boolean,
): void {
  const common = PTE.V | PTE.A | PTE.D | (user ? PTE.U : 0);
  for (let page = 0; page < size / PAGE; page++) {
    real.memory.write(table + 4 * page, 4, (cache + page * PAGE) | common | PTE.X);
  }
  real.memory.write(table + 4 * (entries - 1), 4, savePage | common | PTE.R | PTE.W);
}

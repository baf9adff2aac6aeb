/** What the nanobenchmarks measure, in the order of the tables. The guests are in nano/, the kernels in kernels/. */

/** One operation: a guest in nano/, which does it once in each round, and the empty guest that it is compared with. */
interface Operation {
  readonly name: string;
  readonly empty: 'empty' | 'empty-user';
}

export const operations: readonly Operation[] = [
  { name: 'system-call', empty: 'empty-user' },
  { name: 'port-read', empty: 'empty' },
  { name: 'status-write', empty: 'empty' },
  { name: 'cli-sti', empty: 'empty' },
  { name: 'call', empty: 'empty' },
  { name: 'indirect-call', empty: 'empty' },
  { name: 'page-fault', empty: 'empty' },
  { name: 'page-table-write', empty: 'empty' },
  { name: 'trap', empty: 'empty' },
];

/** Whole guests: those in nano/ run in ring 0, kernels in ring 3. */
export const wholes: readonly { readonly name: string; readonly ring: 0 | 3 }[] = [
  { name: 'flags', ring: 0 },
  { name: 'sieve', ring: 0 },
  { name: 'sieve-paged', ring: 0 },
  { name: 'checksum', ring: 0 },
  { name: 'fibonacci', ring: 0 },
  { name: 'matrix', ring: 3 },
  { name: 'mixed', ring: 3 },
  { name: 'sha256', ring: 3 },
  { name: 'sort', ring: 3 },
];

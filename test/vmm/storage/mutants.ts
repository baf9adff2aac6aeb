/** Bugs that publications and sweeps could have, each as what it changes in ours. As test/vmm/pool/mutants.ts. */
import type { Change } from '../../property/zoo/mutant.ts';

interface StorageMutant {
  readonly bug: string;
  readonly changes: readonly Change[];
}

const sweep = (from: string, to: string): Change => ({ file: 'vmm/storage/sweep.ts', from, to });
const publish = (from: string, to: string): Change => ({ file: 'vmm/storage/publish.ts', from, to });

export const storageMutants: readonly StorageMutant[] = [
  {
    bug: 'A sweep removes what is young, too.',
    changes: [sweep('time !== undefined && time < began - age', 'time !== undefined')],
  },
  {
    bug: 'A block that is used again is not touched.',
    changes: [publish('if (objects.touch(kind, name))', 'if (objects.time(kind, name) !== undefined)')],
  },
  {
    bug: 'A record is written although a sweep has begun since.',
    changes: [
      {
        file: 'test/vmm/storage/interleavings.ts',
        from: 'return number === begunAt;',
        to: 'return number >= begunAt;',
      },
    ],
  },
  {
    bug: 'A sweep reads the records before its number grows.',
    changes: [
      {
        file: 'test/vmm/storage/interleavings.ts',
        from: 'roots: () => [...this.#records.values()]',
        to: 'roots: this.#early()',
      },
      {
        file: 'test/vmm/storage/interleavings.ts',
        from: '  /** What is missing now of a disk that a record names. */',
        to: '  #seen: string[] = [];\n  #early() { const seen = this.#seen; this.#seen = [...this.#records.values()]; return () => seen; }\n',
      },
    ],
  },
  {
    bug: 'What is set aside is removed without another look at its time.',
    changes: [sweep('const goes = mayGo(time);', 'const goes = true;')],
  },
  {
    bug: 'What a killed sweep has set aside is removed, whoever needs it.',
    changes: [sweep('!isNeeded(aside) && isOld(time)', 'isOld(time)')],
  },
  {
    bug: 'What a killed sweep has set aside stays there for ever.',
    changes: [sweep('for (const aside of objects.asides())', 'for (const aside of [])')],
  },
  {
    bug: 'Only the blocks of the first disk are needed.',
    changes: [sweep('if (marked.root.has(name)) continue;', 'if (marked.root.size > 0) continue;')],
  },
  {
    bug: 'The record of a disk names a root that was not written.',
    changes: [
      publish(
        "yield* putter.put('root', encodeRoot({ sectors: base.sectors, leaves }))",
        'store.nameOf(encodeRoot({ sectors: base.sectors, leaves }))',
      ),
    ],
  },
];

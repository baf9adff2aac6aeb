/** Which pages does each clone of a template copy? */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '../../../isa/engines/engine.ts';
import { loadImage } from '../../../isa/machine/image.ts';
import { Machine } from '../../../isa/machine/machine.ts';
import type { MachineState } from '../../../isa/machine/state.ts';
import { CloneGroup, loadClones } from '../../../vmm/snapshot/clones.ts';
import type { Files } from '../../../vmm/snapshot/files.ts';
import { nodeFiles } from '../../../vmm/snapshot/node-files.ts';
import { SharedMemory } from '../../../vmm/snapshot/shared-memory.ts';
import { Snapshotter } from '../../../vmm/snapshot/snapshotter.ts';
import { Store } from '../../../vmm/snapshot/store.ts';
import { cloneSnapshot, setTemplate } from '../../../vmm/snapshot/tree.ts';
import type { Kind } from '../exercise.ts';
import { hex, imageOf, listed } from '../guest.ts';

const size = 2 ** 18;
/** Files that are gone in a moment need not survive a loss of power. */
const files: Files = { ...nodeFiles, sync: () => {}, syncFolder: () => {} };
const program = [
  '_start: j    _start              # the template was made here',
  'go:     sw   s2, 0(s1)           # may cross into the next page',
  '        add  s1, s1, s3',
  '        addi s2, s2, -1',
  '        bnez s2, go',
  '        addi t0, zero, 1',
  '        out  t0, zero            # power off',
  '',
].join('\n');

/** What a clone does: where its first store goes, how many stores it makes, and how far apart they are. */
interface Writes {
  readonly s1: number;
  readonly s2: number;
  readonly s3: number;
}

/** Makes a template and a clone for each of `writes`, runs them, and returns the pages that each has of its own. */
export function pagesOf(writes: readonly Writes[]): readonly (readonly number[])[] {
  const folder = mkdtempSync(join(tmpdir(), 'ringlab-exercise-'));
  try {
    const store = new Store(folder, files);
    const machine = new Machine({ memory: size });
    const image = imageOf(program);
    loadImage(image, machine.memory.bytes);
    machine.pc = image.entry;
    const taken = new Snapshotter(store, { machine, state: machine }).takeAll({
      name: 'template',
      program: 'guest.s',
      symbols: image.symbols,
    });
    setTemplate(store, taken, true);
    const chains = writes.map((_, n) => {
      cloneSnapshot(store, store.open('template'), `clone${n}`);
      return store.chain(`clone${n}`);
    });
    const { shared, clones } = loadClones(store.files, chains);
    const real = new Machine({ memory: size });
    const memory = new SharedMemory(store.files, shared, real.memory);
    const group = new CloneGroup(real, real, undefined, memory);
    for (const [n, clone] of clones.entries()) {
      clone.state = started(clone.state, image.entry + 4, writes[n] as Writes);
      group.switchTo(clone);
      createEngine('interpreter', real).run(10_000);
    }
    group.release();
    memory.close();
    return clones.map(({ pages }) => [...pages.keys()].toSorted((one, other) => one - other));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The state of a clone that begins at `pc` with its own registers. */
function started(state: MachineState, pc: number, { s1, s2, s3 }: Writes): MachineState {
  const registers = state.registers.slice();
  registers.splice(9, 1, s1);
  registers.splice(18, 2, s2, s3);
  return { ...state, pc, registers };
}

export const clonePages: Kind = {
  name: 'clone-pages',
  unit: 9,
  asks: 'Which pages does each clone of this template copy?',
  make(random) {
    const writes = Array.from(
      { length: 3 },
      (): Writes => ({
        s1: 0x20000 + 0x1000 * random.between(0, 7) + random.pick([0, 8, 0xffe, 0xffc]),
        s2: random.between(1, 4),
        s3: random.pick([4, 0x800, 0x1000, 0x2000]),
      }),
    );
    const pages = pagesOf(writes);
    return {
      question: [
        'A template has 64 pages of memory, and this program in page 16:',
        '',
        ...listed(program),
        '',
        'Three clones of it begin at `go` with these registers, and run to their end:',
        '',
        ...writes.map(
          ({ s1, s2, s3 }, n) => `  clone ${n + 1}: s1 = ${hex(s1)}, s2 = ${s2}, s3 = ${hex(s3)}`,
        ),
        '',
        'How many pages does each clone have of its own then, and which is the last one? Page n begins at address n * 0x1000.',
      ],
      form: {
        kind: 'parts',
        parts: writes.flatMap((_, n) => [`clone ${n + 1}: pages`, `clone ${n + 1}: last page`]),
      },
      answer: pages.flatMap((own) => [String(own.length), String(own.at(-1))]),
      why: [
        'A clone copies a page when it writes to it, once, however often it writes.',
        ...pages.map((own, n) => `  clone ${n + 1}: ${own.join(' ')}`),
      ],
    };
  },
};

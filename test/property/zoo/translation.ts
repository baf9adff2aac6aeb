/** Mutants of binary translation: what is easily forgotten when code runs as a copy of itself. All break equivalence. */
import type { Mutant } from './mutant.ts';

const cache = 'vmm/translator/cache.ts';
const links = 'vmm/translator/links.ts';
const runner = 'vmm/translator/runner.ts';
const sequences = 'vmm/translator/sequences.ts';
const translator = 'vmm/translator/translator.ts';
const builder = 'vmm/translator/unit-builder.ts';

const translated = { property: 'equivalence', strategy: 'binary-translation', variant: 'ring32-x' } as const;

export const translationMutants: readonly Mutant[] = [
  {
    ...translated,
    name: 'translation-stale',
    bug: 'A write to code that was translated is not noticed: the old translation stays in use.',
    changes: [{ file: translator, from: 'if (real.ring === 0) this.#written(at, length);', to: '' }],
  },
  {
    ...translated,
    name: 'translation-end-stale',
    bug: "A write to the last instruction of a translation unit leaves the unit's translation as it was.",
    changes: [
      {
        file: translator,
        from: 'at < unit.physical + 4 * unit.instructions.length',
        to: 'at < unit.physical + 4 * unit.instructions.length - 4',
      },
    ],
  },
  {
    ...translated,
    name: 'translation-mapping-stale',
    bug: 'The page of translated code is mapped elsewhere, and the translation of the old code stays in use.',
    changes: [
      {
        file: 'vmm/memory/shadow.ts',
        from: 'this.dependent?.unmapped(space, index * 1024 + (word & 1023), 1);',
        to: '',
      },
    ],
  },
  {
    ...translated,
    name: 'reverse-map-off',
    bug: 'The map from the translation cache back to guest code is off by one instruction.',
    changes: [
      {
        file: cache,
        from: 'return this.#origins[(address - REGION) >>> 2];',
        to: 'return this.#origins[((address - REGION) >>> 2) - 1] ?? this.#origins[(address - REGION) >>> 2];',
      },
    ],
  },
  {
    ...translated,
    name: 'chain-kept',
    bug: 'A chain to a translation that was invalidated is not removed: it jumps to a place without code.',
    changes: [
      {
        file: links,
        from: 'for (const link of this.#incoming.get(to) ?? []) this.#unwrite(link);',
        to: '',
      },
    ],
  },
  {
    ...translated,
    name: 'surplus-miscounted',
    bug: 'A sequence of several words counts one word too few: guest time runs ahead.',
    changes: [{ file: sequences, from: 'countWord(words.length)];', to: 'countWord(words.length - 1)];' }],
  },
  {
    ...translated,
    name: 'pending-ignored',
    bug: '`sti` in translated code sets IF without a check for a pending interrupt: the interrupt comes late.',
    changes: [{ file: sequences, from: 'if (pending) return undefined;', to: '' }],
  },
  {
    ...translated,
    name: 'cache-address-leaked',
    bug: 'A call in translated code leaves an address of the translation cache in its return register.',
    changes: [
      {
        file: builder,
        from: 'at.rd === 0 ? [] : loadConstant(at.rd, pc + 4);',
        to: 'at.rd === 0 ? [] : loadConstant(at.rd, this.#cache.here + 4);',
      },
    ],
  },
  {
    ...translated,
    name: 'save-area-reached',
    bug: 'An access through `x0` to the top of the address space is copied as it is, and reaches the save area.',
    changes: [
      {
        file: builder,
        from: "if (instruction.rs1 === 0 && instruction.imm < 0) return this.#callout(pc, name, 'more');",
        to: '',
      },
    ],
  },
  {
    ...translated,
    name: 'borrowed-not-returned',
    bug: 'A register that a sequence borrows is not restored when the sequence traps halfway.',
    changes: [
      {
        file: runner,
        from: 'for (const { register, slot: at } of origin.spilled) cpu.x[register] = page[slot(at)] as number;',
        to: '',
      },
    ],
  },
  {
    ...translated,
    name: 'counter-not-returned',
    bug: "The counter in `tp` is left there when the guest's state is read back.",
    changes: [{ file: runner, from: 'cpu.x[COUNTER] = page[slot(SAVE.TP)] as number;', to: '' }],
  },
];

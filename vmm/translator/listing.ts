/**
 * Lists guest code and its translation side by side: the contents of the translation cache, as
 * data. listing-text.ts formats it as text. unit-builder.ts makes the translation.
 */
import { disassemble } from '../../isa/table/disassemble.ts';
import { decode } from '../../isa/table/table.ts';
import { systemRegisters } from '../../isa/table/sysregs.ts';
import type { TranslationCache } from './cache.ts';
import type { Context, Unit } from './context.ts';
import { COUNTER, surplusOf, COUNTER_START } from './count.ts';
import { CALLOUT } from './encode.ts';
import { SAVE } from './layout.ts';
import type { Link } from './links.ts';
import type { Translator } from './translator.ts';

/**
 * The kinds of words in the cache. identical: a copy of the guest's word. sequence: one of several words
 * that do what the guest's instruction does. callout: asks the monitor to execute the instruction.
 * chained: leads to the translation of the next code. stub: a branch to words
 * that lead there. unchained: asks the monitor for the translation of the next code.
 */
export type WordKind = 'identical' | 'sequence' | 'callout' | 'chained' | 'stub' | 'unchained';

export interface ListedWord {
  /** Cache address, unsigned. */
  readonly address: number;
  /** The word there, unsigned. */
  readonly word: number;
  readonly assembly: string;
  readonly kind: WordKind;
  /**
   * The slot of the save area that it reads or writes, or the steps that it counts, or the name of its exit; '' if
   * none of these.
   */
  readonly note: string;
}

export interface ListedInstruction {
  readonly pc: number;
  readonly word: number;
  readonly assembly: string;
  readonly words: readonly ListedWord[];
}

/** A way out of a unit that has words of its own: a stub. */
export interface ListedExit {
  /** fall: to the next instruction. taken: to the target of a branch. misaligned: for an indirect jump that traps. */
  readonly kind: 'fall' | 'taken' | 'misaligned';
  /** The guest address that it leads to; that of the jump itself for `misaligned`. */
  readonly target: number;
  readonly words: readonly ListedWord[];
}

/** A direct way out of a unit: the guest's own jump, the target of a branch, or the next instruction. */
export interface ListedLink {
  readonly kind: 'jump' | 'taken' | 'fall';
  /** The guest address that it leads to. */
  readonly target: number;
  /** The cache address of the target's translation if the link is chained; undefined = it asks the monitor. */
  readonly to: number | undefined;
}

export interface ListedUnit {
  /** The guest's pc at its start. */
  readonly pc: number;
  /** Number of the page of guest memory that it was translated from. */
  readonly page: number;
  /** Its address in the cache. */
  readonly cache: number;
  /** The virtual ring in which it is valid. */
  readonly ring: number;
  /** Whether it is valid with the guest's paging on. */
  readonly paging: boolean;
  /** Whether it is valid while an interrupt line is pending. */
  readonly pending: boolean;
  /** Number of the address space in which it is valid, from 1 on. */
  readonly space: number;
  readonly instructions: readonly ListedInstruction[];
  readonly exits: readonly ListedExit[];
  /** All direct ways out of it. */
  readonly links: readonly ListedLink[];
  /** The guest address at which the next unit continues this one without a jump; undefined if none does. */
  readonly continues: number | undefined;
}

/** A used entry of a table of indirect targets. */
export interface ListedTarget {
  readonly ring: number;
  readonly space: number;
  /** Number of the slot in the table. */
  readonly slot: number;
  /** The slot's cache address. */
  readonly cache: number;
  /** The guest address of the target. */
  readonly target: number;
  /** The cache address of its translation. */
  readonly to: number;
}

export interface Listing {
  /** In the order of the cache, which is the order in which the guest reached them. */
  readonly units: readonly ListedUnit[];
  readonly targets: readonly ListedTarget[];
}

/**
 * Lists everything that is in the cache now. `name` gives the text for a guest address that an instruction refers to.
 */
export function listTranslation(translator: Translator, name?: (address: number) => string): Listing {
  const units = [...translator.units()].sort((a, b) => a.start - b.start);
  const spaces = [...new Set(units.map(({ context }) => context.space))];
  const spaceOf = ({ space }: Context) => spaces.indexOf(space) + 1;
  const contexts = [...new Set(units.map(({ context }) => context))];
  return {
    units: units.map((unit) => listUnit(translator.cache, unit, spaceOf(unit.context), name)),
    targets: contexts.flatMap((context) => listTargets(context, spaceOf(context))),
  };
}

function listTargets({ table, ring }: Context, space: number): ListedTarget[] {
  return (table?.slots ?? []).flatMap(({ site, target, to }, slot) =>
    to === undefined ? [] : [{ ring, space, slot, cache: site, target, to }],
  );
}

function listUnit(
  cache: TranslationCache,
  unit: Unit,
  space: number,
  name?: (address: number) => string,
): ListedUnit {
  const { pc, physical, start, context, instructions, links } = unit;
  const { ring, paging, pending } = context;
  const fall = links.find(({ kind }) => kind === 'fall');
  const end = fall?.site ?? lastWord(cache, unit);
  const reader = new WordReader(cache, unit);
  const listed = instructions.map(({ at, word }, n): ListedInstruction => {
    const here = (pc + 4 * n) >>> 0;
    const until = instructions[n + 1]?.at ?? end;
    const assembly = disassemble(word, here, name);
    return { pc: here, word: word >>> 0, assembly, words: reader.words(at, until, word) };
  });
  const exits = links.flatMap((link) => reader.exit(link));
  exits.push(...reader.misaligned(listed));
  const continues = fall !== undefined && fall.to === fall.site ? fall.target : undefined;
  const where = { pc, page: physical >>> 12, cache: start };
  const ways = links.flatMap(listLink);
  return { ...where, ring, paging, pending, space, instructions: listed, exits, links: ways, continues };
}

function listLink({ kind, target, to }: Link): ListedLink[] {
  return kind === 'slot' ? [] : [{ kind, target, to }];
}

/**
 * The cache address past the last word of a unit that does not fall through, without the words that fill it up to the
 * length of a stub.
 */
function lastWord(cache: TranslationCache, { end, instructions }: Unit): number {
  const first = instructions.at(-1)?.at ?? end;
  let last = end;
  while (last - 4 > first && cache.origin(last - 4)?.request?.kind === 'stale') last -= 4;
  return last;
}

/** Reads words of one unit. */
class WordReader {
  readonly #cache: TranslationCache;
  /** The unit's links by the address of the word that takes them. */
  readonly #links: ReadonlyMap<number, Link>;

  constructor(cache: TranslationCache, { links }: Unit) {
    this.#cache = cache;
    this.#links = new Map(links.map((link) => [link.branch?.at ?? link.site, link]));
  }

  /** The words from `at` up to `end`, which are the translation of the guest's word `guest`. */
  words(at: number, end: number, guest: number): ListedWord[] {
    const addresses = Array.from({ length: (end - at) / 4 }, (_, n) => at + 4 * n);
    return addresses.map((address) => this.#word(address, guest));
  }

  /**
   * The stub of a link, if it has one. A branch that reaches its target has none, nor does a unit that continues in
   * the next one.
   */
  exit(link: Link): ListedExit[] {
    const { kind, site, to, target, branch } = link;
    const direct = branch !== undefined && this.#target(branch.at) !== site;
    if ((kind !== 'fall' && kind !== 'taken') || direct || to === site) return [];
    const count = to === undefined ? 1 : 2;
    return [{ kind, target, words: this.words(site, site + 4 * count, 0) }];
  }

  /** The stubs for indirect jumps whose target is not a multiple of four. */
  misaligned(instructions: readonly ListedInstruction[]): ListedExit[] {
    return instructions.flatMap(({ pc, words }) =>
      words
        .filter(({ address, kind }) => kind === 'sequence' && this.#target(address) !== undefined)
        .map(({ address }): ListedExit => {
          const at = this.#target(address) as number;
          return { kind: 'misaligned', target: pc, words: this.words(at, at + 4, 0) };
        }),
    );
  }

  #word(address: number, guest: number): ListedWord {
    const word = this.#cache.read(address) >>> 0;
    return {
      address,
      word,
      assembly: disassemble(word, address, bare),
      kind: this.#kind(address, word, guest),
      note: this.#note(address, word),
    };
  }

  #kind(address: number, word: number, guest: number): WordKind {
    const request = this.#cache.origin(address)?.request;
    if (word === CALLOUT >>> 0) return request?.kind === 'link' ? 'unchained' : 'callout';
    const link = this.#links.get(address);
    if (link?.branch !== undefined) return this.#target(address) === link.site ? 'stub' : 'chained';
    if (decode(word)?.row.effect.kind === 'jump' && this.#target(address) !== undefined) return 'chained';
    return word === guest >>> 0 ? 'identical' : 'sequence';
  }

  #note(address: number, word: number): string {
    const request = this.#cache.origin(address)?.request;
    if (word === CALLOUT >>> 0) return request?.kind === 'execute' ? request.name : '';
    const at = decode(word);
    if (at === undefined) return '';
    if (at.row.name === 'addi' && at.rd === COUNTER && at.rs1 === COUNTER) {
      return `counts ${surplusOf(at.imm + COUNTER_START)}`;
    }
    const { kind } = at.row.effect;
    return (kind === 'load' || kind === 'store') && at.rs1 === 0 ? slotName(at.imm) : '';
  }

  /** Where the branch or direct jump at `address` goes; undefined for other words. */
  #target(address: number): number | undefined {
    const at = decode(this.#cache.read(address));
    const direct = at?.row.operands.some(({ kind }) => kind === 'target') ?? false;
    return at !== undefined && direct ? address + at.imm : undefined;
  }
}

function bare(address: number): string {
  return address.toString(16).padStart(8, '0');
}

/** The name of the save area's slot at `offset`; '' for none. */
function slotName(offset: number): string {
  const named = Object.entries(SAVE).find(([key, at]) => key !== 'SYSTEM' && at === offset);
  if (named !== undefined) return named[0];
  return systemRegisters.find(({ number }) => SAVE.SYSTEM + 4 * number === offset)?.name ?? '';
}

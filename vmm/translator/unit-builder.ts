/**
 * Translates guest code into one translation unit in the cache: innocuous instructions to identical copies,
 * the others to sequences and callouts (Adams and Agesen 2006, section 3).
 */
import type { Expression } from '../../isa/table/effects.ts';
import type { Instruction } from '../../isa/table/row.ts';
import type { TranslationCache } from './cache.ts';
import type { Context, Unit } from './context.ts';
import { countWord } from './count.ts';
import { encode } from '../../isa/table/table.ts';
import { branchReaches, CALLOUT, loadConstant, toSaveArea, word } from './encode.ts';
import { SAVE } from './layout.ts';
import { type Link, type Links, SCRATCH, SLOT_STEPS, SPILLS, STUB_BYTES, TARGET } from './links.ts';
import { boundary, type Request } from './origin.ts';
import { EXIT } from '../guest/ledger.ts';
import {
  constantOf,
  counted,
  countingSaved,
  moveSequence,
  readsPc,
  type Sequence,
  touchesCounter,
  withGuestCounter,
} from './sequences.ts';

/** Most guest instructions in a unit. */
export const UNIT_LENGTH = 12;

/** The most words that one guest instruction needs, including its stubs and the end of the unit. */
export const MOST_WORDS = 32;

/** The name of the exit with which the monitor executes the instruction. */
function calloutOf(at: Instruction): string {
  return `callout: ${at.row.name}`;
}

export interface BuilderCounts {
  /** Guest instructions translated to an identical copy. */
  copied: number;
  /** Guest instructions translated to other words. */
  sequences: number;
  /** Guest instructions translated to a callout. */
  callouts: number;
}

/**
 * What follows an instruction: more of the unit, the end of the unit, or its end with a link to the next instruction.
 */
export type Continuation = 'more' | 'end' | 'fall';

/** Translates instructions one by one, at consecutive guest addresses, into `unit`. */
export class UnitBuilder {
  readonly #cache: TranslationCache;
  readonly #links: Links;
  readonly #unit: Unit;
  readonly #context: Context;
  readonly #counts: BuilderCounts;
  /** Returns the address of the context's table of indirect targets; undefined if there is no room for one. */
  readonly #table: () => number | undefined;

  readonly #countSaved: boolean;
  /** The register that the last instruction set to a constant, the constant, and the pc after that instruction. */
  #constantBefore: { readonly pc: number; readonly register: number; readonly value: number } | undefined;

  constructor(parts: {
    readonly cache: TranslationCache;
    readonly links: Links;
    readonly unit: Unit;
    readonly counts: BuilderCounts;
    readonly table: () => number | undefined;
    readonly countSaved: boolean;
  }) {
    this.#countSaved = parts.countSaved;
    this.#cache = parts.cache;
    this.#links = parts.links;
    this.#unit = parts.unit;
    this.#context = parts.unit.context;
    this.#counts = parts.counts;
    this.#table = parts.table;
  }

  /** Translates the instruction at `pc`; returns whether the unit goes on. */
  add(pc: number, instruction: Instruction | undefined): Continuation {
    const effect = instruction?.row.effect;
    if (instruction === undefined || effect === undefined)
      return this.#callout(pc, EXIT.NO_INSTRUCTION, 'end');
    const name = calloutOf(instruction);
    switch (effect.kind) {
      case 'nothing':
        return this.#copy(pc, instruction);
      case 'trap':
        return this.#callout(pc, name, 'end');
      case 'system':
        return this.#system(pc, instruction);
      case 'branch':
        return touchesCounter(instruction) ? this.#callout(pc, name, 'end') : this.#branch(pc, instruction);
      case 'jump':
        if (touchesCounter(instruction)) return this.#callout(pc, name, 'end');
        return this.#anyJump(pc, instruction, effect.target);
      case 'load':
      case 'store':
        if (instruction.rs1 === 0 && instruction.imm < 0) return this.#callout(pc, name, 'more');
        return this.#plain(pc, instruction);
      case 'set':
        if (!readsPc(effect.value)) return this.#plain(pc, instruction);
        return this.#constant(pc, instruction, constantOf(effect.value, instruction, pc));
    }
  }

  /** Translates a breakpoint at `pc`: the monitor gets control before the instruction, whatever it is. */
  stopAt(pc: number): Continuation {
    return this.#callout(pc, EXIT.BREAKPOINT, 'more');
  }

  /** Ends the unit with a link to the next unit, at `pc`. */
  fallThrough(pc: number): Link {
    const link = this.#link('fall', pc, this.#cache.here);
    this.#cache.append(CALLOUT, boundary(pc, { kind: 'link', link }));
    this.#cache.append(CALLOUT, boundary(pc, { kind: 'stale' }));
    return link;
  }

  // ---- One kind of instruction each ----

  #system(pc: number, at: Instruction): Continuation {
    const sequence = this.#context.ring === 0 ? moveSequence(at, this.#context) : undefined;
    if (sequence === undefined) return this.#callout(pc, calloutOf(at), 'more');
    return this.#sequence(pc, this.#countSaved ? countingSaved(sequence, at) : sequence);
  }

  #copy(pc: number, { word: same }: Instruction): 'more' {
    this.#counts.copied += 1;
    this.#cache.append(same, boundary(pc));
    return 'more';
  }

  #plain(pc: number, at: Instruction): 'more' {
    return touchesCounter(at) ? this.#sequence(pc, withGuestCounter(at)) : this.#copy(pc, at);
  }

  #callout(pc: number, name: string, after: Continuation): Continuation {
    this.#counts.callouts += 1;
    this.#cache.append(CALLOUT, boundary(pc, { kind: 'execute', name }));
    return after;
  }

  #constant(pc: number, at: Instruction, value: number | undefined): Continuation {
    if (value === undefined || touchesCounter(at)) return this.#callout(pc, calloutOf(at), 'more');
    this.#constantBefore = { pc: (pc + 4) >>> 0, register: at.rd, value };
    return this.#sequence(pc, { words: counted(loadConstant(at.rd, value)) });
  }

  /** Appends the words of a sequence. */
  #sequence(pc: number, { words, borrowed }: Sequence): 'more' {
    this.#counts.sequences += 1;
    const spilled = borrowed === undefined ? [] : [{ register: borrowed, slot: SAVE.SPILL0 }];
    for (const [n, one] of words.entries()) {
      const half = { pc, boundary: false, uncounted: n, spilled };
      this.#cache.append(one, n === 0 ? boundary(pc) : half);
    }
    return 'more';
  }

  #branch(pc: number, at: Instruction): Continuation {
    const target = (pc + at.imm) >>> 0;
    if ((target & 3) !== 0) return this.#callout(pc, calloutOf(at), 'end');
    this.#counts.sequences += 1;
    const { row, rs1, rs2 } = at;
    const rewrite = (displacement: number) => encode(row, { rs1, rs2, imm: displacement });
    const site = this.#cache.takeStub(STUB_BYTES / 4);
    const from = this.#cache.here;
    const branch = { at: from, encode: rewrite };
    const link = this.#link('taken', target, site, branch);
    this.#cache.write(site, CALLOUT, boundary(target, { kind: 'link', link }));
    this.#cache.write(site + 4, CALLOUT, boundary(target, { kind: 'stale' }));
    this.#cache.append(rewrite(site - from), boundary(pc));
    const to = this.#context.addresses.get(target);
    if (to !== undefined && branchReaches(from, to)) this.#links.make(link, to);
    return 'fall';
  }

  /**
   * The target of a jump through a register that the instruction before it set to a constant, as in
   * far calls; undefined for other instructions. The translation of such a jump is correct only after that instruction.
   */
  targetAfterConstant(pc: number, at: Instruction | undefined): number | undefined {
    const known = this.#constantBefore;
    if (at?.row.effect.kind !== 'jump' || readsPc(at.row.effect.target) || touchesCounter(at))
      return undefined;
    if (known?.pc !== pc || known.register !== at.rs1 || at.rs1 === 0) return undefined;
    return ((known.value + at.imm) & ~1) >>> 0;
  }

  #anyJump(pc: number, at: Instruction, target: Expression): Continuation {
    if (readsPc(target)) return this.#jump(pc, at, (pc + at.imm) >>> 0);
    const known = this.targetAfterConstant(pc, at);
    return known === undefined ? this.#indirect(pc, at) : this.#jump(pc, at, known);
  }

  #jump(pc: number, at: Instruction, target: number): Continuation {
    if ((target & 3) !== 0) return this.#callout(pc, calloutOf(at), 'end');
    this.#counts.sequences += 1;
    const link = at.rd === 0 ? [] : loadConstant(at.rd, pc + 4);
    const words = at.rd === 0 ? [] : [...link, countWord(link.length + 1)];
    for (const [n, one] of words.entries()) {
      this.#cache.append(one, n === 0 ? boundary(pc) : { pc, boundary: false, uncounted: n, spilled: [] });
    }
    const jump = this.#link('jump', target, this.#cache.here);
    const request: Request = { kind: 'link', link: jump };
    const half = { pc, boundary: false, uncounted: 0, spilled: [], request };
    this.#cache.append(CALLOUT, words.length === 0 ? boundary(pc, request) : half);
    return 'end';
  }

  /** Translates a jump to the address in a register. Bits of the address choose the slot of the table. */
  #indirect(pc: number, at: Instruction): Continuation {
    const table = this.#table();
    if (table === undefined) return this.#callout(pc, calloutOf(at), 'end');
    this.#counts.sequences += 1;
    const slow = this.#cache.takeStub(1);
    const target = targetWords(at);
    const check = target.length;
    const toSlow = slow - (this.#cache.here + 4 * (check + 1));
    const words = [...target, word('bne', { rs1: SCRATCH[0], imm: toSlow }), ...slotWords(pc, at, table)];
    const surplus = words.length + SLOT_STEPS;
    for (const [n, one] of [countWord(surplus), ...words].entries()) {
      const half = { pc, boundary: false, uncounted: n - surplus, spilled: SPILLS.slice(0, n - 1) };
      this.#cache.append(one, n === 0 ? boundary(pc) : half);
    }
    const uncounted = check + 2 - surplus;
    const request: Request = { kind: 'execute', name: calloutOf(at) };
    this.#cache.write(slow, CALLOUT, { pc, boundary: false, uncounted, spilled: SPILLS, request });
    return 'end';
  }

  #link(kind: Link['kind'], target: number, site: number, branch?: Link['branch']): Link {
    const link = { kind, context: this.#context, target, site, to: undefined, ...(branch ? { branch } : {}) };
    this.#unit.links.push(link);
    return link;
  }
}

/** Spills the scratch registers, puts an indirect jump's target into TARGET, and its two low bits into the first one. */
function targetWords({ rs1, imm }: Instruction): number[] {
  return [
    ...SPILLS.map(({ register, slot }) => toSaveArea(register, slot)),
    word('addi', { rd: TARGET, rs1, imm }),
    word('andi', { rd: SCRATCH[0], rs1: TARGET, imm: 3 }),
  ];
}

/** Writes an indirect jump's return address, and jumps to the slot of the table that bits of TARGET choose. */
function slotWords(pc: number, { rd }: Instruction, table: number): number[] {
  const [first, second] = SCRATCH;
  const spill = SPILLS.find(({ register }) => register === rd);
  const link = loadConstant(spill === undefined ? rd : first, pc + 4);
  if (spill !== undefined) link.push(toSaveArea(first, spill.slot));
  return [
    ...(rd === 0 ? [] : link),
    word('andi', { rd: first, rs1: TARGET, imm: 0x1fc }),
    word('slli', { rd: first, rs1: first, imm: 3 }),
    word('lui', { rd: second, imm: table | 0 }),
    word('add', { rd: first, rs1: first, rs2: second }),
    word('jalr', { rs1: first }),
  ];
}

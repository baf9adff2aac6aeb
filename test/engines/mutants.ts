/**
 * The fast engine with one known bug each, as what it changes of the source. `npm run mutants` puts every one through the
 * suite's tests of the engine (mutate.ts), which must catch it.
 */
import type { Change } from '../property/zoo/mutant.ts';

export interface EngineMutant {
  readonly name: string;
  /** The bug, in one sentence. */
  readonly bug: string;
  readonly changes: readonly Change[];
}

/** A mutant of one change in a file of the engine. */
function mutant(file: string, name: string, bug: string, from: string, to: string): EngineMutant {
  return { name, bug, changes: [{ file: `isa/engines/fast/${file}.ts`, from, to }] };
}

/** A mutant of one change in a file of the machine: of guest mode, which test/isa/guest-mode.test.ts catches. */
function guestMode(file: string, name: string, bug: string, from: string, to: string): EngineMutant {
  return { name, bug, changes: [{ file: `isa/machine/${file}.ts`, from, to }] };
}

/**
 * Three checks have no mutant, for without them no test has found a difference: D and U in FlatTables.fill, because an entry is
 * made after the interpreter has made the access; and the horizon in Regions.spanLost, because after a system instruction a region
 * looks for its place anew.
 */
export const engineMutants: readonly EngineMutant[] = [
  // ---- Guest mode ----
  guestMode(
    'addressing',
    'nested-marks-lost',
    "A walk through the nested map sets neither A nor D in the guest's tables.",
    'if (first.leaf >= 0) this.#mark(first.leaf, access);',
    '',
  ),
  guestMode(
    'nested',
    'nested-right-unasked',
    'The nested map lets every access pass to a page that it has.',
    'if ((entry & neededRight[access]) === 0) return -1;',
    'if (entry === 0) return -1;',
  ),
  guestMode(
    'addressing',
    'nested-map-unwatched',
    'What the TLB has of a nested walk stays when the map or the tables of the guest are written.',
    'this.#visit(map, address, (page) => this.#tlb.watch(page));',
    '',
  ),
  guestMode(
    'machine',
    'event-lost',
    'An event is not injected.',
    '      this.#takeTrap(...guest.event);\n',
    '',
  ),
  guestMode(
    'machine',
    'event-again',
    'An event that was injected is still in the block, and is injected at the next entry again.',
    'this.memory.write(block + BLOCK.EVENT, 4, 0);',
    '',
  ),
  guestMode(
    'guest-mode',
    'intercept-next',
    'Each intercept has the bit of the next instruction, register, trap or port.',
    '>>> (number & 31)) & 1',
    '>>> ((number + 1) & 31)) & 1',
  ),
  guestMode(
    'machine',
    'host-status-lost',
    "The host goes on with the guest's STATUS.",
    '    this.#status = memory.read(at + SAVED.STATUS, 4) & STATUS.ALL;\n',
    '    if (guest !== undefined) this.#status = memory.read(at + SAVED.STATUS, 4) & STATUS.ALL;\n',
  ),
  guestMode(
    'machine',
    'interrupt-held',
    "An interrupt of the machine waits until the guest's IF is 1.",
    'else if ((pending & ~guest.direct) !== 0)',
    'else if ((pending & ~guest.direct) !== 0 && (this.#status & STATUS.IF) !== 0)',
  ),
  // ---- Code that changes ----
  mutant(
    'cache',
    'code-kept',
    'A write to code that was compiled is not seen: the old region goes on.',
    'const stale = [...page.users].filter((region) => touches(region, at, length));',
    'const stale: CompiledRegion[] = [];',
  ),
  mutant(
    'cache',
    'jump-kept',
    'A region that is dropped stays in the jump cache: others go on in it.',
    '    this.forgetJump(region);\n    this.#freeSlot(slot);',
    '    this.#freeSlot(slot);',
  ),
  mutant(
    'cache',
    'ring-forgotten',
    'A region is found by its address alone: what was compiled in ring 0 is entered in every ring.',
    'regions.get((physical & 0xffc) + ring);\n  }',
    'regions.get(physical & 0xffc);\n  }',
  ),
  mutant(
    'fast',
    'rewriting-goes-on',
    'A region that writes to its own code goes on in what was there before.',
    'if ((bits & WATCH.COMPILED) !== 0 && this.#cache.written(at, length)) this.#machine.horizon = 0;',
    'if ((bits & WATCH.COMPILED) !== 0) this.#cache.written(at, length);',
  ),
  mutant(
    'access',
    'watch-unasked',
    'With paging off, a store does not ask whether somebody watches its page.',
    'if (second !== undefined) this.#emitWatchCheck(node, second);',
    '',
  ),
  mutant(
    'access',
    'next-page-unasked',
    'With paging off, a store across two pages asks of the first one only whether somebody watches it.',
    '        .constant(4096 - span)\n        .op(OP.i32_gt_u, OP.i32_or);',
    '        .constant(4096)\n        .op(OP.i32_gt_u, OP.i32_or);',
  ),
  mutant(
    'tables',
    'watched-filled',
    'A page that somebody watches is entered in the tables for stores.',
    "if (store && ((machine.memory.watched[page] as number) & watchedHere) !== 0) return 'refused';",
    '',
  ),
  mutant(
    'tables',
    'purged-kept',
    'A page that comes to be watched stays in the tables for stores.',
    '      this.#words[entry.index] = 0;\n      entry.gone = true;',
    '      entry.gone = true;',
  ),
  mutant(
    'tables',
    'resumed-watched',
    'An address space that comes back has its stores to pages that are watched by now.',
    'if (store && ((watched[page] as number) & watchedHere) !== 0) continue;',
    '',
  ),

  // ---- Translation ----
  mutant(
    'tables',
    'tables-unwatched',
    'A write to a page table is not seen: what was taken from it stays.',
    'this.#machine.memory.watch(page, WATCH.TABLE);',
    '',
  ),
  mutant(
    'tables',
    'limit-unasked',
    'With paging on, LIMIT is not asked before a page is entered in the tables.',
    "if (named && machine.ring !== 0 && this.#beyondLimit(from)) return 'refused';",
    '',
  ),
  mutant(
    'spaces',
    'limit-forgotten',
    'Two address spaces that differ in LIMIT alone are taken for one.',
    'space.limit === limit && ',
    '',
  ),
  mutant(
    'spaces',
    'spaces-kept',
    'A write to a page table leaves the address spaces that are known.',
    '    this.#known.length = 0;\n    this.#translation = -1;',
    '    this.#translation = -1;',
  ),
  mutant(
    'regions',
    'mapping-unchecked',
    'A region is entered in another address space without a look at whether its code is mapped there.',
    'for (const [virtual, page] of pages) if (this.#parts.builder.codePage(virtual) !== page) return false;',
    '',
  ),
  mutant(
    'access',
    'crossing-unchecked',
    'With paging on, an access across two pages is made as if the second followed the first.',
    'if (span === 1) return;',
    'return;',
  ),

  // ---- Spans ----
  mutant(
    'regions',
    'span-unchecked',
    'A region is entered in another address space without a look at whether its spans are true there.',
    'for (const span of region.spans) if (!spans.holds(span)) return this.#dropShared(region);',
    '',
  ),
  mutant(
    'access',
    'span-end-off',
    "An access may begin at a span's last bytes and end beyond them.",
    'constant((to - from - (high - low)) | 0)',
    'constant((to - from) | 0)',
  ),
  mutant(
    'spans',
    'span-watched',
    'A span for stores stays when one of its pages comes to be watched.',
    '({ store, from, to, offset }) => store && at >=',
    '({ store, from, to, offset }) => !store && at >=',
  ),
  mutant(
    'spans',
    'span-rights-lost',
    'A span stays when an entry that is written takes a right away and leaves the frame.',
    'return (entry & needed) === needed && tables',
    'return tables',
  ),
  mutant(
    'spans',
    'span-any-ring',
    "A span is one for all rings: ring 3 has the supervisor's.",
    'machine.ring === 2 ? 1 : machine.ring',
    '0',
  ),

  // ---- Bounds, with paging off ----
  mutant(
    'access',
    'bound-unchecked',
    'With paging off, an access is not compared with the bound of R.',
    'if (first !== undefined) this.#emitBoundCheck(node, first);',
    '',
  ),
  mutant(
    'regions',
    'room-unasked',
    'A region is entered under a bound that is less than what its comparisons take from it.',
    "return addressing === 'paged' || this.#parts.machine.namedBound >= leastBound;",
    'return true;',
  ),
  mutant(
    'checks',
    'check-shifted',
    'What is known of an address moves the wrong way when a constant is added to its register.',
    'low: fact.low - constant, high: fact.high - constant',
    'low: fact.low + constant, high: fact.high + constant',
  ),
  mutant(
    'checks',
    'check-too-low',
    'A check that was made covers what lies below it.',
    'fact.span === wanted.span && fact.low <= wanted.low && fact.high',
    'fact.span === wanted.span && fact.high',
  ),

  // ---- Steps ----
  mutant(
    'fast',
    'deadline-passed',
    'A region runs past the next event: its fuel is not bounded by the horizon.',
    'const fuel = Math.min(machine.horizon - machine.steps, slice);',
    'const fuel = slice;',
  ),
  mutant(
    'fast',
    'wait-uncounted',
    'Steps that a system instruction did not take are counted.',
    '    this.#uncounted += steps - machine.steps;\n',
    '',
  ),
  mutant(
    'body',
    'fuel-kept',
    'A region that ends before an instruction counts it and the rest of its block.',
    '    this.giveBack(this.ahead);\n    this.leaveTo(pc, 0);',
    '    this.leaveTo(pc, 0);',
  ),
  mutant(
    'nodes',
    'choice-uncounted',
    'Instructions that a short branch skips are counted.',
    '    code.get(FUEL).get(condition).constant(skipped.length).op(OP.i32_mul, OP.i32_add).set(FUEL);\n',
    '',
  ),

  // ---- System instructions, jumps, breakpoints ----
  mutant(
    'fast',
    'ring-change-unseen',
    'A region goes on after an instruction that changed the ring.',
    'const isSame = machine.ring === ring && this.#spaces.stamp',
    'const isSame = this.#spaces.stamp',
  ),
  mutant(
    'fast',
    'translation-change-unseen',
    'A region goes on after an instruction that changed the address space.',
    'this.#spaces.stamp === stamp && this.#watches',
    'this.#watches',
  ),
  mutant(
    'access',
    'address-not-wrapped',
    'With paging off, an access that is checked by itself adds its offset without wrapping around.',
    'const offset = this.#target.alone.has(node.pc) ? this.#addWrapping(at.imm) : at.imm;',
    'const offset = at.imm;',
  ),
  mutant(
    'fast',
    'event-unseen',
    'A region goes on after a system instruction that has made something due.',
    'const isEarly = machine.horizon - machine.steps < fuel;',
    'const isEarly = false;',
  ),
  mutant(
    'fast',
    'event-earlier',
    'A region goes on with all its fuel after a system instruction that has made something due earlier.',
    'const isEarly = machine.horizon - machine.steps < fuel;',
    'const isEarly = machine.horizon === 0;',
  ),
  mutant(
    'builder',
    'handler-changes-little',
    'A handler of the host finds registers with their values of before, and does not change them.',
    '  if (hosted) return true;\n',
    '',
  ),
  mutant(
    'nodes',
    'result-unstored',
    'A system instruction that traps leaves in its result register what was there before the region.',
    'dirty & (readBy(node) | writtenBy(node))',
    'dirty & readBy(node)',
  ),
  mutant(
    'moves',
    'mask-lost',
    'A move to a system register stores bits that the register does not have.',
    'code.constant(move.mask).op(OP.i32_and).memory(OP.i32_store, offset);',
    'code.memory(OP.i32_store, offset);',
  ),
  mutant(
    'moves',
    'acts-unseen',
    'A move to a system register that does more than hold a word is compiled as a store.',
    ' || target.acts !== undefined',
    '',
  ),
  mutant(
    'compile',
    'crooked-jump',
    'A jump to an address that is not a multiple of 4 does not trap.',
    '    body.code.get(PC).constant(3).op(OP.i32_and);\n    body.when(() => body.giveUp(node.pc));\n',
    '',
  ),
  mutant(
    'regions',
    'break-missed',
    'Regions that were compiled before breakpoints were set run over them.',
    'if (breaks !== this.#breaks) this.clear();',
    '',
  ),
  // ---- The first tier ----
  mutant(
    'cache',
    'batch-kept',
    'A write to code that the first tier has compiled is not seen: the old batch goes on.',
    'const batches = [...page.batches].filter((batch) => touches(batch, at, length));',
    'const batches: CompiledBatch[] = [];',
  ),
  mutant(
    'cache',
    'block-jump-kept',
    'A block that is dropped stays in the jump cache: other code goes on in it.',
    '      this.forgetJump(block);\n',
    '',
  ),
  mutant(
    'cache',
    'promoted-wrong',
    "A block that gets an entry of its own in the function table gets the next block's function.",
    'batch.functions.get(index - 1)',
    'batch.functions.get(index % batch.blocks.length)',
  ),
  mutant(
    'cache',
    'promoted-jump-kept',
    'A block with a new entry in the function table keeps its old one in the jump cache, also after it is dropped.',
    '    this.forgetJump(block);\n    block.slot = this.slot();',
    '    block.slot = this.slot();',
  ),
  mutant(
    'cache',
    'promoted-slot-shared',
    'A block that is dropped leaves its function in the table: an entry that another block gets is still its own.',
    '      if (block.slot !== slot) this.#freeSlot(block.slot);\n',
    '      if (block.slot !== slot) this.#free.push(block.slot, block.slot);\n',
  ),
  mutant(
    'first/block',
    'block-fuel-unasked',
    'A block does not ask whether there is fuel for it: it runs past the step at which the engine is to stop.',
    'code.get(FUEL).constant(size).op(OP.i32_lt_s, OP.if, VOID);',
    'code.constant(0).op(OP.if, VOID);',
  ),
  mutant(
    'first/block',
    'block-fuel-lost',
    'A block that gives up does not give back the fuel of the instructions that it has not executed.',
    'this.code.get(FUEL).constant(this.#rest).op(OP.i32_add);',
    'this.code.get(FUEL);',
  ),
  mutant(
    'first/block',
    'block-watch-unasked',
    'With paging off, a store in the first tier does not ask whether somebody watches its page.',
    'if (store) this.#emitWatchCheck(pc, width);',
    '',
  ),
  mutant(
    'first/block',
    'block-page-end-unasked',
    'With paging on, the first tier does not ask whether an access goes across the end of its page.',
    'if (width > 1) {',
    'if (false) {',
  ),
  mutant(
    'first/block',
    'block-bound-unasked',
    'With another R, the first tier compares no address with its bound.',
    '    this.#failIf(pc);\n    code.get(ADDRESS).constant(0).memory(OP.i32_load, SLOT.BASE)',
    '    code.op(OP.drop);\n    code.get(ADDRESS).constant(0).memory(OP.i32_load, SLOT.BASE)',
  ),
  mutant(
    'first/block',
    'block-operands-unloaded',
    'A register that is read in a part of an expression only is taken for loaded after it.',
    'if (!isOneInstruction(value)) for (const n of [at.rs1, at.rs2]) this.#load(n);',
    '',
  ),
  mutant(
    'first/blocks',
    'block-misaligned-target',
    'The first tier compiles a jump to an address that is not a multiple of 4, which should trap.',
    'return goesTo && isMisaligned(pc, at);',
    'return goesTo && false;',
  ),
];

/** The suite's tests of the engine. */
export const engineTests: readonly string[] = [
  'test/engines',
  'test/isa/breaks.test.ts',
  'test/isa/guest-mode.test.ts',
  'test/isa/rows.test.ts',
  'test/process/answered.test.ts',
  'test/property/engines.test.ts',
  'test/guests/kernel-lockstep.test.ts',
  'test/vmm/equivalence.test.ts',
];

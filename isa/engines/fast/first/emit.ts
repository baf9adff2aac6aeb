/**
 * The module of a batch: one function for each block, `(fuel, any) -> fuel left`. The second parameter is there because
 * the functions of regions have one, so that all can be in one table. A block reads the registers that it uses from
 * memory once and stores each result at once, so that it can be left anywhere. It goes on in another block of its
 * batch by a tail call, and elsewhere through the jump cache.
 *
 * A block counts down. When its counter is below 0, the block goes on in the region that the second tier has made for it,
 * or returns to the engine, which makes one.
 */
import { Code, codeType, OP, VOID } from '../emitter.ts';
import { findJump, sampleJump, takeJump } from '../jumps.ts';
import { jumpCache, SLOT } from '../layout.ts';
import { BlockEmitter, type BlockTarget, type CountedBlock, FUNCTION } from './block.ts';

/** Types of the functions: so many parameters, one result. */
const TYPE = { THREE: 0, TWO: codeType, FOUR: 2 } as const;

/** Parameters of the functions above. */
const FUEL = 0;
const PC = 1;
const SITE = 2;

export function batchModule(blocks: readonly CountedBlock[], target: BlockTarget, pages: number): Uint8Array {
  const module = new Code().append(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  const section = (id: number, content: Code) =>
    module.byte(id).unsigned(content.length).append(content.bytes());
  section(1, types());
  section(2, imports(pages));
  section(3, declarations(blocks.length));
  section(4, new Code().unsigned(1).byte(0x70).byte(1).unsigned(blocks.length).unsigned(blocks.length));
  const exports = new Code().unsigned(2).name('e').byte(0).unsigned(FUNCTION.ENTER);
  section(7, exports.name('t').byte(1).unsigned(1));
  section(9, elements(blocks.length));
  section(10, bodies(blocks, target));
  return module.bytes();
}

const I32 = 0x7f;

function types(): Code {
  const code = new Code().unsigned(3);
  for (const parameters of [3, 2, 4]) {
    code.byte(0x60).unsigned(parameters);
    for (let n = 0; n < parameters; n++) code.byte(I32);
    code.unsigned(1).byte(I32);
  }
  return code;
}

/** `r.system`, `r.memory`, and `r.table`: the table that all compiled code shares. */
function imports(pages: number): Code {
  const code = new Code().unsigned(3);
  code.name('r').name('system').byte(0).unsigned(TYPE.TWO);
  code.name('r').name('memory').byte(2).byte(1).unsigned(pages).unsigned(pages);
  return code.name('r').name('table').byte(1).byte(0x70).byte(0).unsigned(1);
}

function declarations(blocks: number): Code {
  const code = new Code().unsigned(FUNCTION.BLOCKS - 1 + blocks);
  code.op(TYPE.TWO, TYPE.TWO, TYPE.THREE, TYPE.TWO, TYPE.FOUR, TYPE.TWO);
  for (let n = 0; n < blocks; n++) code.byte(TYPE.TWO);
  return code;
}

/** The batch's own table, number 1: its blocks in their order. */
function elements(blocks: number): Code {
  const code = new Code().unsigned(1).byte(2).unsigned(1).constant(0).byte(OP.end).byte(0).unsigned(blocks);
  for (let n = 0; n < blocks; n++) code.unsigned(FUNCTION.BLOCKS + n);
  return code;
}

function bodies(blocks: readonly CountedBlock[], target: BlockTarget): Code {
  const all = new Code().unsigned(FUNCTION.BLOCKS - 1 + blocks.length);
  const add = (locals: number, body: Code) => {
    const head = locals === 0 ? new Code().unsigned(0) : new Code().unsigned(1).unsigned(locals).byte(I32);
    all.unsigned(head.length + body.length + 1);
    all.append(head.bytes()).append(body.bytes()).byte(OP.end);
  };
  add(0, goOut(new Code()));
  add(1, hop(new Code(), 2));
  add(1, jump());
  add(1, due());
  add(0, miss());
  add(0, enter());
  const functions = new Map(blocks.map(({ block }, n) => [block.pc, FUNCTION.BLOCKS + n]));
  for (const each of blocks) {
    const emitter = new BlockEmitter(each, functions, target);
    add(emitter.emit(), emitter.code);
  }
  return all;
}

function goOut(code: Code): Code {
  return code.constant(0).get(PC).memory(OP.i32_store, SLOT.PC).get(FUEL);
}

/** Goes on through the jump cache, or out; `entry` is a local for it. */
function hop(code: Code, entry: number): Code {
  findJump(code, PC, entry);
  code.op(OP.if, VOID);
  takeJump(code, FUEL, entry);
  return goOut(code.op(OP.end));
}

function jump(): Code {
  const code = new Code();
  const scratch = 3;
  sampleJump(code, PC, scratch, () => code.get(SITE));
  return hop(code, scratch);
}

/** What the jump cache has for a due block may be the block itself. */
function due(): Code {
  const entry = 2;
  const code = new Code();
  findJump(code, PC, entry);
  code
    .get(entry)
    .memory(OP.i32_load, jumpCache.at + 12)
    .op(OP.i32_eqz, OP.i32_and, OP.if, VOID);
  takeJump(code, FUEL, entry);
  return goOut(code.op(OP.end));
}

function miss(): Code {
  const code = new Code();
  code.constant(0).get(2).memory(OP.i32_store, SLOT.MISS_ADDRESS);
  code.constant(0).get(3).memory(OP.i32_store, SLOT.MISS);
  return goOut(code);
}

function enter(): Code {
  const code = new Code().get(FUEL).constant(0).get(1).constant(1).op(OP.i32_sub);
  return code.byte(OP.return_call_indirect).unsigned(TYPE.TWO).unsigned(1);
}

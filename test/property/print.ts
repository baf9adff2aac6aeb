/**
 * A guest as assembly that assembles to it, word for word, and runs from reset: registers,
 * system registers and page tables are set up by the text itself.
 */
import { disassemble, hex } from '../../isa/table/disassemble.ts';
import { registerName } from '../../isa/table/registers.ts';
import type { Instruction } from '../../isa/table/row.ts';
import { decode } from '../../isa/table/table.ts';
import { layout, placesOf, type Program, word } from './program.ts';

/** Instructions of the guest beside its set-up. */
export function sizeOf({ code, handler }: Program): number {
  return code.length + handler.length;
}

/** The guest's assembly, with a line of comment for each line of `head`. */
export function formatProgram(program: Program, head: readonly string[] = []): string {
  const lines = [...head.map((line) => `# ${line}`.trimEnd()), '        .globl _start'];
  const names = new Map<number, string>([
    [layout.setupAt, '_start'],
    [layout.codeAt, 'code'],
    [layout.handlerAt, 'handler'],
    [layout.rootAt, 'root'],
    [layout.tableAt, 'table'],
  ]);
  for (const [at, words] of placesOf(program)) {
    if (at !== layout.setupAt) lines.push(`        .org ${hex(at - layout.setupAt).replace(/x0+/, 'x')}`);
    if (at === layout.setupAt) {
      lines.push(...formatSetup(words, names));
      continue;
    }
    const isData = at === layout.rootAt || at === layout.tableAt;
    lines.push(...(isData ? formatData(words, at, names) : formatCode(words, at, names)));
  }
  return `${lines.join('\n')}\n`;
}

/** Set-up code: a constant, which takes an instruction or two, is one `li`. */
function formatSetup(words: readonly number[], names: ReadonlyMap<number, string>): string[] {
  const lines = ['_start:'];
  for (let n = 0; n < words.length; n++) {
    const at = decode(words[n] as number);
    const next = decode(words[n + 1] ?? 0);
    const isLow =
      next !== undefined && next.rd === at?.rd && next.rs1 === at.rd && next.word === lowPart(next);
    if (at?.row.name === 'lui') {
      lines.push(
        `        li ${registerName(at.rd)}, 0x${((at.imm + (isLow ? next.imm : 0)) >>> 0).toString(16)}`,
      );
      if (isLow) n += 1;
    } else if (at !== undefined && at.word === lowPart(at) && at.rs1 === 0) {
      lines.push(`        li ${registerName(at.rd)}, ${at.imm}`);
    } else {
      const pc = layout.setupAt + 4 * n;
      lines.push(
        `        ${disassemble(words[n] as number, pc, (to) => names.get(to) ?? `0x${to.toString(16)}`)}`,
      );
    }
  }
  return lines;
}

/** The word of `addi` with this instruction's fields: it is the instruction's own if it is one. */
function lowPart({ rd, rs1, imm }: Instruction): number {
  return imm >= -2048 && imm < 2048 ? word('addi', { rd, rs1, imm }) : -1;
}

function formatData(words: readonly number[], at: number, names: ReadonlyMap<number, string>): string[] {
  const lines = [`${names.get(at)}:`];
  for (let n = 0; n < words.length; n += 8) {
    lines.push(
      `        .word ${words
        .slice(n, n + 8)
        .map((word) => `0x${(word >>> 0).toString(16)}`)
        .join(', ')}`,
    );
  }
  return lines;
}

/** Instructions, their targets named, several of the same in a row as a repetition. */
function formatCode(words: readonly number[], at: number, places: ReadonlyMap<number, string>): string[] {
  const names = new Map(places);
  for (const [n, word] of words.entries()) {
    const row = decode(word);
    if (row === undefined || !row.row.operands.some(({ kind }) => kind === 'target')) continue;
    const target = at + 4 * n + row.imm;
    const inside = target >= at && target < at + 4 * words.length && target % 4 === 0;
    if (inside && !names.has(target)) names.set(target, `${places.get(at)}_${(target - at) / 4}`);
  }
  const lines: string[] = [];
  for (let n = 0; n < words.length; ) {
    const name = names.get(at + 4 * n);
    if (name !== undefined) lines.push(`${name}:`);
    let same = 1;
    while (words[n + same] === words[n] && !names.has(at + 4 * (n + same))) same += 1;
    const text = disassemble(words[n] as number, at + 4 * n, (to) => names.get(to) ?? `0x${to.toString(16)}`);
    const isRelative =
      decode(words[n] as number)?.row.operands.some(({ kind }) => kind === 'target') ?? false;
    if (isRelative) same = 1;
    lines.push(same === 1 ? `        ${text}` : `        .rept ${same}; ${text}; .endr`);
    n += same;
  }
  return lines;
}

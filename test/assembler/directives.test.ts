import { describe, expect, test } from 'vitest';
import { directiveNames } from '../../assembler/directives/table.ts';
import { build, data, message, sectionBytes, sectionsOf, words } from './kit.ts';
import { rarerDirectives } from './rarer-directives.ts';

const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)];
const readFile = (path: string): Uint8Array =>
  new TextEncoder().encode(path === 'nested.s' ? '.byte 7\n' : 'abcdef');

/** Statements in .data, and the bytes that they give. */
const cases: Readonly<Record<string, readonly [text: string, bytes: readonly number[]]>> = {
  '.byte': [".byte 1, -1, 255, 'a'", [1, 255, 255, 97]],
  '.half': ['.half 0x1234', [0x34, 0x12]],
  '.short': ['.short -2', [0xfe, 0xff]],
  '.2byte': ['.2byte 1', [1, 0]],
  '.hword': ['.hword 65535', [255, 255]],
  '.word': ['.word 0x12345678, -1', [0x78, 0x56, 0x34, 0x12, 255, 255, 255, 255]],
  '.long': ['.long 1', [1, 0, 0, 0]],
  '.int': ['.int 4294967295', [255, 255, 255, 255]],
  '.4byte': ['.4byte 2', [2, 0, 0, 0]],
  '.dword': ['.dword 0x3ff8000000000000', [0, 0, 0, 0, 0, 0, 0xf8, 0x3f]],
  '.quad': ['.quad -2', [0xfe, 255, 255, 255, 255, 255, 255, 255]],
  '.8byte': ['.8byte 3', [3, 0, 0, 0, 0, 0, 0, 0]],
  '.uleb128': ['.uleb128 300', [0xac, 2]],
  '.sleb128': ['.sleb128 -129', [0xff, 0x7e]],
  '.ascii': ['.ascii "a\\n\\101\\x41\\"", "é"', [97, 10, 65, 65, 34, ...bytesOf('é')]],
  '.asciz': ['.asciz "a", "b"', [97, 0, 98, 0]],
  '.asciiz': ['.asciiz "a", "b"', [97, 0, 98, 0]],
  '.string': ['.string "# no comment;nor two"', [...bytesOf('# no comment;nor two'), 0]],
  '.fill': ['.fill 2, 2, 0x1234', [0x34, 0x12, 0x34, 0x12]],
  '.incbin': ['.incbin "letters", 1, 3', bytesOf('bcd')],
  '.skip': ['.skip 2, 7', [7, 7]],
  '.space': ['.space 2', [0, 0]],
  '.zero': ['.zero 3', [0, 0, 0]],
  '.align': ['.byte 1; .align 2; .byte 2', [1, 0, 0, 0, 2]],
  '.p2align': ['.byte 1; .p2align 2, 9; .byte 2; .p2align 3, 0, 1', [1, 9, 9, 9, 2]],
  '.balign': ['.byte 1; .balign 4; .byte 2', [1, 0, 0, 0, 2]],
  '.org': ['.byte 1; .org 4; .byte 2; . = . + 1; .byte 3', [1, 0, 0, 0, 2, 0, 3]],
  '.text': ['.byte 1; .text; nop; .data; .byte 2', [1, 2]],
  '.data': ['.text; nop; .data; .byte 2', [2]],
  '.rodata': ['.rodata; .byte 9; .data; .byte 1', [1]],
  '.bss': ['.bss; .zero 9; .data; .byte 1', [1]],
  '.section': ['.section .data.rel,"aw",@progbits; .byte 2; .data; .byte 1', [2, 1].toReversed()],
  '.pushsection': ['.pushsection .text; nop; .popsection; .byte 1', [1]],
  '.popsection': ['.pushsection .rodata; .byte 5; .popsection; .byte 1', [1]],
  '.previous': ['.text; .previous; .byte 1; .previous; nop', [1]],
  '.set': ['.set x, 1; .byte x; .set x, x + 1; .byte x', [1, 2]],
  '.equ': ['.byte x; .equ x, 3', [3]],
  '.equiv': ['.equiv x, 3; .byte x', [3]],
  '.if': ['.if 1; .byte 1; .else; .byte 2; .endif', [1]],
  '.ifne': ['.ifne 0; .byte 1; .elseif 1; .byte 2; .else; .byte 3; .endif', [2]],
  '.ifeq': ['.ifeq 0; .byte 1; .endif', [1]],
  '.ifgt': ['.ifgt 0; .byte 1; .else; .byte 2; .endif', [2]],
  '.ifge': ['.ifge 0; .byte 1; .endif', [1]],
  '.iflt': ['.iflt -1; .byte 1; .endif', [1]],
  '.ifle': ['.ifle 1; .byte 1; .else; .byte 2; .endif', [2]],
  '.ifdef': ['.ifdef x; .byte 1; .endif; x = 1; .ifdef x; .byte 2; .endif', [2]],
  '.ifndef': ['.ifndef x; .byte 1; .endif', [1]],
  '.ifnotdef': ['.ifnotdef x; .byte 1; .endif', [1]],
  '.ifb': ['.ifb ; .byte 1; .endif', [1]],
  '.ifnb': ['.ifnb x; .byte 1; .endif', [1]],
  '.ifc': ['.ifc a, a; .byte 1; .endif', [1]],
  '.ifnc': ['.ifnc a, b; .byte 1; .endif', [1]],
  '.ifeqs': ['.ifeqs "a", "a"; .byte 1; .endif', [1]],
  '.ifnes': ['.ifnes "a", "b"; .byte 1; .endif', [1]],
  '.else': ['.if 0; .if 1; .byte 1; .else; .byte 2; .endif; .else; .byte 3; .endif', [3]],
  '.elseif': ['.if 1; .byte 1; .elseif nonsense; .byte 2; .endif', [1]],
  '.endif': ['.if 0; any nonsense (; .endif; .byte 1', [1]],
  '.macro': ['.macro m x, y=5; .byte \\x, \\y; .endm; m 1; m 2, 3; m y=4, x=6', [1, 5, 2, 3, 6, 4]],
  '.endm': ['.macro m; .byte \\@; .endm; m; m', [0, 1]],
  '.endmacro': ['.macro m; .byte 1; .endmacro; m', [1]],
  '.exitm': ['.macro m x; .if \\x; .byte 1; .exitm; .endif; .byte 2; .endm; m 0; m 1', [2, 1]],
  '.purgem': ['.macro m; .byte 1; .endm; .purgem m; .macro m; .byte 2; .endm; m', [2]],
  '.rept': ['.rept 3; .byte 1; .endr', [1, 1, 1]],
  '.rep': ['.rep 2; .rept 2; .byte 1; .endr; .byte 2; .endr', [1, 1, 2, 1, 1, 2]],
  '.irp': ['.irp x, 1, 2, 3; .byte \\x; .endr', [1, 2, 3]],
  '.irpc': ['.irpc x, 123; .byte 4\\x; .endr', [41, 42, 43]],
  '.endr': ['.rept 0; .byte 1; .endr', []],
  '.include': ['.include "nested.s"; .byte 8', [7, 8]],
  ...rarerDirectives,
};

/** Directives whose effect is not bytes in .data: tested below, in linking, or without effect. */
const elsewhere =
  '.globl .global .weak .local .hidden .internal .protected .type .size .comm .common .lcomm .insn .error .err .abort .warning ' +
  '.file .loc .ident .option .attribute .addrsig .addrsig_sym .version .variant_cc ' +
  '.altmacro .noaltmacro .eqv .nop .dtprelword .dtpreldword .extern .xref .xdef .common.s .xcom .fail .print .line .linefile .loc_mark_labels ' +
  '.func .endfunc .stabs .stabn .stabd .gnu_attribute .symver .attach_to_group .linkonce .list .nolist .title .sbttl ' +
  '.psize .plen .llen .eject .page .nopage .spc .lflags .format .noformat';

describe('directives', () => {
  test('every directive has a test', () => {
    expect([...Object.keys(cases), ...elsewhere.split(' ')].toSorted()).toEqual(
      [...directiveNames].toSorted(),
    );
  });

  test.each(Object.entries(cases))('%s', (_name, [text, expected]) => {
    expect(data(text.replaceAll('; ', '\n'), { readFile })).toEqual(expected);
  });

  test('statements may share a line', () => {
    expect(data('.byte 1; .byte 2;; .byte 3 ;')).toEqual([1, 2, 3]);
  });

  test('names of directives may be written in capitals', () => {
    expect(data('.BYTE 1; .If 1; .Byte 2; .ENDIF')).toEqual([1, 2]);
  });

  test('what compilers write for others is accepted and gives nothing', () => {
    const text =
      '.file "a.c"; .ident "GCC: (x) 1"; .option push; .option norvc; .attribute arch, "rv32i"\n.loc 1 5 3 is_stmt 0\n.cfi_startproc\n.cfi_def_cfa_offset 16\n.addrsig\n.addrsig_sym x\n.version "1"; .variant_cc f\nnop';
    expect(words(text)).toEqual([0x13]);
  });

  test('what is for printed listings, debuggers and shared libraries gives nothing', () => {
    const text =
      '.title "x"; .sbttl "y"; .psize 60; .list; .nolist; .eject; .line 5; .func f; .endfunc; .stabs "x",1,2,3,4\n' +
      '.extern a, b; .xref c; .xdef d; .symver a, a@V1; .gnu_attribute 4, 1; .attach_to_group g; d: nop';
    expect(words(text)).toEqual([0x13]);
  });

  test('.fill puts zeros above the lower four bytes of its value, as GNU as does', () => {
    expect(data('.fill 2, 5, -1')).toEqual([255, 255, 255, 255, 0, 255, 255, 255, 255, 0]);
    expect(data('.fill 1, 8, 0x1122334455667788')).toEqual([0x88, 0x77, 0x66, 0x55, 0, 0, 0, 0]);
    expect(data('.fill 3, 3, 0x12345678')).toEqual([0x78, 0x56, 0x34, 0x78, 0x56, 0x34, 0x78, 0x56, 0x34]);
  });

  test('sixty megabytes of elements are made at once, not one by one', () => {
    const bytes = sectionBytes(build('.data; .fill 7500000, 8, 0x01020304').elf, '.data');
    expect(bytes).toHaveLength(60_000_000);
    expect([...bytes.subarray(-8)]).toEqual([4, 3, 2, 1, 0, 0, 0, 0]);
  });

  test('the parts of a section that .text and .data number come in the order of their numbers', () => {
    expect(words('.text 2; nop; .text 1; .word 1; .text; .word 0')).toEqual([0, 1, 0x13]);
    expect(data('.pushsection .data, 1; .byte 1; .popsection; .byte 2; .data 1; .byte 3')).toEqual([2, 1, 3]);
  });

  test('.option pic takes addresses from the global offset table, .option push and pop keep it to a part', () => {
    const part = '.option push; .option pic; la a0, x; .option pop; la a0, x; x:';
    expect(words(part).map((word) => word & 0x7f)).toEqual([0x17, 0x03, 0x17, 0x13]);
    expect(message('.option pop')).toMatch(/^t\.s:1:9: error: `\.option pop` without `\.option push`/);
  });

  test('options that would change the bytes, and unknown ones, are warnings', () => {
    const { warnings } = build(
      '.option rvc; .option arch, +c; .option arch, +zicsr; .option nopick; .option norelax',
    );
    expect(warnings.map(({ message: said, hint }) => [said, hint])).toEqual([
      ['Ring32 has no compressed instructions: every instruction here takes 4 bytes', undefined],
      ['Ring32 has no compressed instructions: every instruction here takes 4 bytes', undefined],
      ['`nopick` is not an option', 'did you mean `nopic`?'],
    ]);
  });

  test('.fail is an error below 500, and a warning from there on; .print says its text', () => {
    expect(message('.fail 499')).toMatch(/error: `\.fail 499` here/);
    const { warnings } = build('.fail 500; .print "so far"');
    expect(warnings.map(({ message: said }) => said)).toEqual(['`.fail 500` here', 'so far']);
  });

  test('.align between instructions fills with instructions that do nothing', () => {
    expect(words('nop; .align 4; nop')).toEqual([0x13, 0x13, 0x13, 0x13, 0x13]);
  });

  test('.comm and .lcomm reserve room in .bss', () => {
    const { elf, symbols } = build(
      '.comm shared, 10, 8; .lcomm mine, 4; .local own; .comm own, 4, 4; .data; .byte 1',
    );
    const bss = sectionsOf(elf).find(({ name }) => name === '.bss');
    expect(bss?.size).toBe(18);
    expect([...symbols.keys()].toSorted()).toEqual(['mine', 'own', 'shared']);
    expect((symbols.get('shared') ?? 1) % 8).toBe(0);
  });

  test('.warning and a section that will not be in memory are warnings, with their places', () => {
    const { warnings } = build('.warning "take care"\n.section mine\n.word 1');
    expect(warnings.map(({ line, message }) => [line, message])).toEqual([
      [1, 'take care'],
      [2, 'section mine will not be in memory when the program runs'],
    ]);
  });

  test('an instruction off its multiple of four is a warning', () => {
    expect(build('.byte 1; nop; nop').warnings.map(({ message }) => message)).toEqual([
      'this instruction is not at a multiple of 4 bytes, and cannot be executed there',
    ]);
  });

  test('.bss may be given zeros, as Clang does, and nothing else', () => {
    const { elf } = build('.bss; .word 0; .byte 0, 0');
    expect(sectionBytes(elf, '.bss')).toHaveLength(0);
    expect(sectionsOf(elf).find(({ name }) => name === '.bss')?.size).toBe(6);
  });
});

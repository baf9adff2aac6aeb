import { describe, expect, test } from 'vitest';
import { assemble } from '../../assembler/index.ts';
import { build, messageOf, sectionBytes, sectionsOf, words } from './kit.ts';

const a = { name: 'a.s', text: '.globl _start\n_start: call shared\nlocal: j local\n' };

describe('linking', () => {
  test('files share .globl names and keep the others to themselves', () => {
    const b = { name: 'b.s', text: 'local: nop\n.globl shared\nshared: ret\n' };
    const { symbols, entry } = assemble([a, b]);
    expect(entry).toBe(0x10000);
    expect(symbols.get('shared')).toBe(0x10010);
    expect(symbols.get('local')).toBe(0x10008);
  });

  test('a name that no file defines is an error where it is used, once', () => {
    expect(messageOf([{ name: 'a.s', text: 'j there\nj there\nthese: nop' }])).toBe(
      'a.s:1:3: error: `there` is not defined anywhere\n  j there\n    ^\n  hint: did you mean `these`?',
    );
  });

  test('a name that another file has for itself is an error that says where', () => {
    expect(messageOf([a, { name: 'b.s', text: '\nshared: ret' }])).toContain(
      'hint: b.s:2 defines it, but only for that file; write `.globl shared` there',
    );
  });

  test('two definitions of a shared name are an error that names both places', () => {
    expect(
      messageOf([
        { name: 'a.s', text: '.globl f\nf: ret' },
        { name: 'b.s', text: '.globl f\n\nf: ret' },
      ]),
    ).toBe(
      [
        'b.s:3:1: error: `f` is already defined in another file: a.s:2',
        '  f: ret',
        '  ^',
        '  hint: only one file may define a `.globl` name; remove `.globl` if the name is used in one file only',
      ].join('\n'),
    );
  });

  test('a weak definition gives way to another, and a weak name without one is 0', () => {
    const weak = { name: 'a.s', text: '.weak f, g\nf: nop\nj f\n.data\n.word g' };
    const { symbols, elf } = assemble([weak, { name: 'b.s', text: '.globl f\nf: ret' }]);
    expect(symbols.get('f')).toBe(0x10008);
    expect([...sectionBytes(elf, '.data')]).toEqual([0, 0, 0, 0]);
    expect(assemble([weak]).symbols.get('f')).toBe(0x10000);
  });

  test('.comm of one name in two files is one area of the larger size', () => {
    const { elf, symbols } = assemble([
      { name: 'a.s', text: '.comm buffer, 8, 4' },
      { name: 'b.s', text: '.comm buffer, 64, 16' },
    ]);
    expect(sectionsOf(elf).find(({ name }) => name === '.bss')?.size).toBe(64);
    expect((symbols.get('buffer') ?? 1) % 16).toBe(0);
  });

  test('sections come in the order code, constants, variables, zeros, and variables begin a page', () => {
    const { elf } = build(
      '.bss; .zero 4; .data; .word 1; .section .rodata.x,"a"; .word 2; .text; nop; .section .text.y,"ax"; nop; .section .sdata,"aw"; .word 3; .section .sbss,"aw",@nobits; .zero 4',
    );
    const memory = sectionsOf(elf).filter(({ flags }) => (flags & 2) !== 0);
    expect(memory.map(({ name, address, size }) => [name, address, size])).toEqual([
      ['.text', 0x10000, 8],
      ['.rodata', 0x10008, 4],
      ['.data', 0x11000, 4],
      ['.sdata', 0x11004, 4],
      ['.sbss', 0x11008, 4],
      ['.bss', 0x1100c, 4],
    ]);
  });

  test('the base is an option, and the first instruction is the entry where there is no _start', () => {
    expect(build('nop\nfoo: nop', { base: 0x80000000 })).toMatchObject({ entry: 0x80000000 });
    expect(build('nop\n_start: nop', { base: 0 }).entry).toBe(4);
  });

  test('the linker provides the ends of the sections to those who ask', () => {
    const { symbols } = build(
      'la a0, _end; la a0, __bss_start; la a0, _edata; la a0, _etext; la a0, __global_pointer$; .data; .word 1; .bss; .zero 8',
    );
    expect(Object.fromEntries(symbols)).toEqual({
      _end: 0x1100c,
      __bss_start: 0x11004,
      _edata: 0x11004,
      _etext: 0x10028,
      __global_pointer$: 0x11800,
    });
    expect(build('nop').symbols.has('_end')).toBe(false);
    expect(words('_end: la a0, _end')).toEqual(words('.Lx: la a0, .Lx'));
  });

  test('the bytes of the file are the same every time', () => {
    expect(assemble([a, { name: 'b.s', text: '.globl shared\nshared: ret' }]).elf).toEqual(
      assemble([a, { name: 'b.s', text: '.globl shared\nshared: ret' }]).elf,
    );
  });
});

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatListing } from '../../assembler/index.ts';
import { build, gnuPrefix, hasGnu, inScratch, isInstalled } from './kit.ts';

const program = `
  .globl _start, table
  .type _start, @function
_start: la a0, table
  .macro twice reg
  addi \\reg, \\reg, 1
  addi \\reg, \\reg, 1
  .endm
  twice a0
loop: j loop
  .size _start, . - _start
  .section .rodata
  .type table, @object
table: .word 1, 2
  .size table, 8
  .data
counter: .word 0
  .bss
  .lcomm buffer, 64
  .weak maybe
  .equ answer, 42
  .comm common, 4, 4
`;

/** What a tool says of the program's file, with what it complains of. */
function toolOutput(tool: string, ...options: string[]): { output: string; complaints: string } {
  return inScratch((path) => {
    writeFileSync(path('t.elf'), build(program).elf);
    const { stdout, stderr } = spawnSync(tool, [...options, path('t.elf')], { encoding: 'utf8' });
    return { output: stdout, complaints: stderr };
  });
}

describe('the ELF file', () => {
  test.skipIf(!isInstalled('readelf'))('readelf finds nothing wrong in it', () => {
    const { output, complaints } = toolOutput('readelf', '-a', '-W', '--debug-dump=info,line,abbrev');
    expect(complaints).toBe('');
    expect(output).not.toMatch(/warning|error|corrupt/i);
    expect(output).toMatch(/Entry point address: +0x10000\n/);
    expect(output).toMatch(/Flags: +0x0\n/);
  });

  test.skipIf(!isInstalled('readelf'))('symbols keep their binding, type, size and section', () => {
    const { output } = toolOutput('readelf', '-s', '-W');
    const symbols = output
      .split('\n')
      .slice(4)
      .map((line) => line.trim().split(/\s+/).slice(1).join(' '));
    expect(symbols.filter((line) => line !== '')).toEqual([
      '00000000 0 FILE LOCAL DEFAULT ABS t.s',
      '00010010 0 NOTYPE LOCAL DEFAULT 1 loop',
      '00011000 0 NOTYPE LOCAL DEFAULT 3 counter',
      '00011008 64 OBJECT LOCAL DEFAULT 4 buffer',
      '0000002a 0 NOTYPE LOCAL DEFAULT ABS answer',
      '00010000 20 FUNC GLOBAL DEFAULT 1 _start',
      '00010014 8 OBJECT GLOBAL DEFAULT 2 table',
      '00011048 4 OBJECT GLOBAL DEFAULT 4 common',
    ]);
  });

  test.skipIf(!hasGnu)('objdump shows the instructions beside their source lines', () => {
    const { output, complaints } = toolOutput(`${gnuPrefix}objdump`, '-d', '-l');
    expect(complaints).toBe('');
    expect(output).toContain('<_start>:');
    expect(output).toMatch(/t\.s:4\n +10000:/);
    expect(output).toMatch(/t\.s:9\n +10008:/);
    expect(output).toMatch(/t\.s:10\n +10010:/);
  });

  test.skipIf(!isInstalled('gdb-multiarch'))('GDB finds the line of an address', () => {
    const { output } = toolOutput('gdb-multiarch', '-batch', '-ex', 'info line *0x10008');
    expect(output).toContain(
      'Line 9 of "t.s" starts at address 0x10008 <_start+8> and ends at 0x10010 <_start+16>',
    );
  });

  test('an empty source gives a file without segments', () => {
    expect(build('').elf.length).toBeGreaterThan(52);
    expect(build('# nothing\n').entry).toBe(0x10000);
  });
});

describe('the listing', () => {
  test('has a line for each source line that gave bytes or a label, by address', () => {
    const { listing } = build(
      '.data\nx: .word 1, 2, 3\n.text\nfoo:\n\tli a0, 0x12345678\n.equ n, 2\n  nop; nop # two\n',
    );
    expect(formatListing(listing)).toBe(
      [
        '00010000                       4  foo:',
        '00010000 3755341213058567      5      li a0, 0x12345678',
        '00010008 1300000013000000      7    nop; nop # two',
        '00011000 0100000002000000…     2  x: .word 1, 2, 3',
        '',
      ].join('\n'),
    );
    expect(listing.at(-1)?.bytes).toHaveLength(12);
  });

  test('a macro belongs to the line that uses it', () => {
    const { listing } = build('.macro m\nnop\nnop\n.endm\nm\nret');
    expect(listing.map(({ line, bytes }) => [line, bytes.length])).toEqual([
      [5, 8],
      [6, 4],
    ]);
  });
});

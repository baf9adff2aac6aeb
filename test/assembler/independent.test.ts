import { describe, expect, test } from 'vitest';
import { assemble } from '../../assembler/index.ts';
import { build, gist, gnuSections, hasGnu, sectionBytes, sectionsOf } from './kit.ts';

/** Position-independent code, thread-local variables, and the sections that they give. */
const sources: Readonly<Record<string, string>> = {
  'two names, one of them twice': `
1: auipc a0, %got_pcrel_hi(x)
   lw a0, %pcrel_lo(1b)(a0)
2: auipc a1, %got_pcrel_hi(y)
   lw a1, %pcrel_lo(2b)(a1)
3: auipc a2, %got_pcrel_hi(x)
   lw a2, %pcrel_lo(3b)(a2)
x: nop
y:`,
  'la under .option pic': '.option pic\nla a0, x\n.option nopic\nla a0, x\n.data\n.word 1\nx: .word 2',
  'a weak name that nothing defines': '.weak x\n.option pic\nla a0, x',
  'a thread’s variable, by its offset': `
   lui a0, %tprel_hi(y)
   add a0, a0, tp, %tprel_add(y)
   addi a1, a0, %tprel_lo(y)
   sw a1, %tprel_lo(y)(a0)
.section .tdata, "awT"
.word 1, 2
.section .tbss, "awT", @nobits
.zero 8
y: .zero 4`,
  'a thread’s variable, by the table':
    'la.tls.ie a0, y\nla.tls.gd a1, z\n.section .tdata, "awT"\n.word 1\ny: .word 2\nz: .word 3',
};

const names = ['.text', '.tdata', '.data', '.got'];

describe('position-independent code and thread-local variables', () => {
  test.skipIf(!hasGnu).each(Object.entries(sources))('%s: as GNU ld links it', (_title, source) => {
    const { elf } = build(source);
    expect(names.map((name) => sectionBytes(elf, name))).toEqual(gnuSections(source, names));
  });

  test('the table has a header of three words, then an address for each name that is asked for', () => {
    const { elf, symbols } = build(
      `.option pic\nla a0, x\nla a1, y\nla a2, x\nla a3, _GLOBAL_OFFSET_TABLE_\nx: nop\ny:`,
    );
    const got = sectionBytes(elf, '.got');
    const x = symbols.get('x') as number;
    const origin = (sectionsOf(elf).find(({ name }) => name === '.got')?.address as number) + 8;
    expect(new Uint32Array(got.slice().buffer)).toEqual(Uint32Array.of(0xffffffff, 0, 0, x, x + 4, origin));
  });

  test('files share the table’s entries, and an alias is its own', () => {
    const one = {
      name: 'a.s',
      text: '.option pic\nla a0, shared\n.globl alias\n.set alias, shared\nla a1, alias',
    };
    const other = { name: 'b.s', text: '.option pic\nla a0, shared\n.globl shared\n.data\nshared: .word 1' };
    const got = sectionBytes(assemble([one, other]).elf, '.got');
    expect(got.length / 4).toBe(3 + 1);
  });

  test('a program with threads’ variables has a segment PT_TLS, which .bss does not overlap', () => {
    const { elf, symbols } = build(
      '.section .tdata, "awT"\na: .word 1\n.section .tbss, "awT", @nobits\n.align 4\nb: .zero 64\n.data\nc: .word 2\n.bss\nd: .word 0',
    );
    const view = new DataView(elf.buffer, elf.byteOffset);
    const headers = Array.from({ length: view.getUint16(44, true) }, (_, n) =>
      Array.from({ length: 8 }, (_unused, field) => view.getUint32(52 + n * 32 + field * 4, true)),
    );
    const a = symbols.get('a') as number;
    expect(headers.at(-1)).toEqual([7, headers[0]?.[1], a, a, 4, 80, 4, 16]);
    expect(symbols.get('c')).toBe(a + 4);
    expect(symbols.get('d')).toBe(a + 8);
  });

  test('.dtprelword gives what __tls_get_addr adds to, 0x800 less than the offset', () => {
    const source =
      '.section .tdata, "awT"\n.word 1\nx: .word 2\n.data\n.dtprelword x, x+0x800\n.dtpreldword x+0x801';
    expect(new Int32Array(sectionBytes(build(source).elf, '.data').slice().buffer)).toEqual(
      Int32Array.of(4 - 0x800, 4, 5, 0),
    );
  });

  test('what is no name, and what is no thread’s variable, is told', () => {
    expect(gist('auipc a0, %got_pcrel_hi(x+4)\nx:')).toMatch(
      /`%got_pcrel_hi` takes only the name of a symbol/,
    );
    expect(gist('lui a0, %tprel_hi(x)\nx:')).toMatch(
      /this is not a thread-local variable\n *hint: such variables are in `\.tdata`/,
    );
    expect(gist('la.tls.ie a0, nowhere')).toMatch(/`nowhere` is not defined anywhere/);
  });
});

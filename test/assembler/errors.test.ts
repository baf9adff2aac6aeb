import { describe, expect, test } from 'vitest';
import { gist, message } from './kit.ts';

/** Each wrong source, and what is said of it: places, messages and hints. */
const cases: Readonly<Record<string, readonly [source: string, said: string]>> = {
  'a misspelt mnemonic': [
    'adi a0, a0, 1',
    ['t.s:1:1: error: there is no instruction `adi`', 'hint: did you mean `addi`?'].join('\n'),
  ],
  'a mnemonic without its dot': [
    'word 5',
    ['t.s:1:1: error: there is no instruction `word`', 'hint: did you mean the directive `.word`?'].join(
      '\n',
    ),
  ],
  'a directive that is an instruction': [
    '.addi a0, a0, 1',
    ['t.s:1:1: error: there is no directive `.addi`', 'hint: did you mean `addi`, without the dot?'].join(
      '\n',
    ),
  ],
  'a misspelt directive': [
    '.wrod 5',
    ['t.s:1:1: error: there is no directive `.wrod`', 'hint: did you mean `.word`?'].join('\n'),
  ],
  'a misspelt macro': [
    '.macro push r\n.endm\npsuh a0',
    ['t.s:3:1: error: there is no instruction `psuh`', 'hint: did you mean `push`?'].join('\n'),
  ],
  'a misspelt register': [
    'add a0, a7, sq',
    ['t.s:1:13: error: `sq` is not defined anywhere', 'hint: did you mean `sp`?'].join('\n'),
  ],
  'a misspelt base register': [
    'lw a0, 0(so)',
    ['t.s:1:10: error: `so` is not a register', 'hint: did you mean `sp`?'].join('\n'),
  ],
  'a misspelt system register': [
    'mfs a0, TIMRE',
    ['t.s:1:9: error: `TIMRE` is not a system register', 'hint: did you mean `TIMER`?'].join('\n'),
  ],
  'a misspelt label': [
    'loop: j lop',
    ['t.s:1:9: error: `lop` is not defined anywhere', 'hint: did you mean `loop`?'].join('\n'),
  ],
  'a misspelt relocation function': [
    'lui a0, %hj(foo)\nfoo:',
    ['t.s:1:9: error: `%hj` is not a relocation function', 'hint: did you mean `%hi`?'].join('\n'),
  ],
  'too few operands': [
    'add a0, a1',
    [
      't.s:1:1: error: `add` does not take 2 operands',
      'hint: write `add rd, rs1, rs2` or `add rd, rs1, imm`',
    ].join('\n'),
  ],
  'too many operands': [
    'jalr a0, a1, 1, 2',
    [
      't.s:1:1: error: `jalr` does not take 4 operands',
      'hint: write `jalr rd, imm(rs1)` or `jalr rs` or `jalr rs, imm`',
    ].join('\n'),
  ],
  'operands where there are none': ['ecall 5', 't.s:1:1: error: `ecall` takes no operands'],
  'no operands': [
    'addi',
    ['t.s:1:1: error: `addi` needs operands', 'hint: write `addi rd, rs1, imm`'].join('\n'),
  ],
  'a number for a register': [
    'mv a0, 5',
    ['t.s:1:8: error: expected a register, found `5`', 'hint: `li` takes such operands: `li a0, 5`'].join(
      '\n',
    ),
  ],
  'a register for a number': [
    'addi a0, a1, a2',
    [
      't.s:1:14: error: expected a number, found `a2`',
      'hint: `add` takes such operands: `add a0, a1, a2`',
    ].join('\n'),
  ],
  'a register for a label': ['beq a0, a1, a2', 't.s:1:13: error: expected a label or an address, found `a2`'],
  'no address': ['sw a0, 5', 't.s:1:8: error: expected an address like `8(sp)`, found `5`'],
  'a wrong set of fence': ['fence wx, r', 't.s:1:7: error: expected a set of i, o, r, w, found `wx`'],
  'an immediate out of range': [
    'addi a0, a0, 4096',
    [
      't.s:1:14: error: 4096 does not fit in a 12-bit signed immediate: -2048 to 2047',
      'hint: use `li`, which loads any 32-bit number into a register',
    ].join('\n'),
  ],
  'an offset out of range': [
    'lw a0, -2049(sp)',
    [
      't.s:1:8: error: -2049 does not fit in a 12-bit signed offset: -2048 to 2047',
      'hint: put the address in a register first, as with `li`',
    ].join('\n'),
  ],
  'an upper immediate out of range': [
    'lui a0, 0x100000',
    [
      't.s:1:9: error: 1048576 does not fit in 20 bits: 0 to 1048575',
      'hint: this operand is the upper 20 bits of the word, not the word; `li` loads any word',
    ].join('\n'),
  ],
  'an address as upper immediate': [
    'lui a0, foo\nfoo:',
    ['t.s:1:9: error: an address is not allowed here', 'hint: write `%hi(…)` for its upper 20 bits'].join(
      '\n',
    ),
  ],
  'a shift out of range': [
    'slli a0, a0, 32',
    ['t.s:1:14: error: a shift of 32 is out of range: 0 to 31', 'hint: a register has 32 bits'].join('\n'),
  ],
  'a number of more than 32 bits': [
    'li a0, 0x100000000',
    [
      't.s:1:8: error: 4294967296 does not fit in 32 bits',
      'hint: a register holds -2147483648 to 4294967295',
    ].join('\n'),
  ],
  'a system register out of range': [
    'mfs a0, 4096',
    't.s:1:9: error: 4096 is not a system register: 0 to 4095',
  ],
  'a jump out of range': [
    'j far\n.skip 0x100000\nfar:',
    [
      't.s:1:3: error: the target is 1048580 bytes away; this instruction reaches -1048576 to 1048574',
      'hint: a jump through a register reaches everything',
    ].join('\n'),
  ],
  'an odd target': [
    'j .+3',
    [
      't.s:1:4: error: the target is 3 bytes away, which is not a multiple of 2',
      'hint: align the target with `.align 2`',
    ].join('\n'),
  ],
  '%pcrel_lo of something else': [
    'addi a0, a0, %pcrel_lo(foo)\nfoo:',
    [
      't.s:1:24: error: `%pcrel_lo` needs the label of an instruction that has `%pcrel_hi`',
      'hint: `%pcrel_lo(1b)` goes with the instruction at `1:` that has `%pcrel_hi(x)`',
    ].join('\n'),
  ],
  'a datum out of range': ['.byte 256', 't.s:1:7: error: 256 does not fit in 1 byte: -128 to 255'],
  'a huge number': [
    '.word 99999999999999999999999999999999',
    't.s:1:7: error: this number of 32 digits does not fit in 4 bytes: -2147483648 to 4294967295',
  ],
  'a division by zero': ['.word 1 / 0', 't.s:1:9: error: division by zero'],
  'a name without definition': [
    '.word nothing_like_it',
    't.s:1:7: error: `nothing_like_it` is not defined anywhere',
  ],
  'a name defined in terms of itself': [
    'a = b\nb = a\n.word a',
    [1, 2, 3]
      .map((line) => `t.s:${line}:${line < 3 ? 5 : 7}: error: \`b\` is defined in terms of itself`)
      .join('\n'),
  ],
  'a size that is not known yet': [
    '.skip later\nlater = 4',
    't.s:1:7: error: `later` is not defined before this line, and its value is needed here',
  ],
  'a sum of addresses where a number is needed': [
    'a: nop\nb: .if a + b\n.endif',
    [
      't.s:2:10: error: this needs a number that is known here; addresses are known only after everything is read',
      'hint: a difference of two labels of one section, both already defined, is a number',
    ].join('\n'),
  ],
  'a label twice': [
    'foo:\n\nfoo:',
    [
      't.s:3:1: error: `foo` is already defined; it was first defined at t.s:1',
      'hint: rename one of the two, or use a numeric label like `1:`',
    ].join('\n'),
  ],
  'a label and a value': [
    'foo:\nfoo = 5',
    [
      't.s:2:1: error: `foo` is already defined; it was first defined at t.s:1',
      'hint: rename one of the two, or use a numeric label like `1:`',
    ].join('\n'),
  ],
  '.equiv twice': [
    '.equiv x, 1\n.equiv x, 2',
    [
      't.s:2:8: error: `x` is already defined; it was first defined at t.s:1',
      'hint: rename one of the two, or use a numeric label like `1:`',
    ].join('\n'),
  ],
  'a register as a name': [
    'a0 = 5',
    [
      't.s:1:1: error: `a0` is a register, and cannot be given a value',
      'hint: as an instruction: `li a0, …`',
    ].join('\n'),
  ],
  'no numeric label before': [
    'j 1b',
    [
      't.s:1:3: error: there is no label `1:` before this line',
      'hint: `1f` means the next one after it',
    ].join('\n'),
  ],
  'no numeric label after': [
    '1: j 1f',
    [
      't.s:1:6: error: there is no label `1:` after this line',
      'hint: `1b` means the last one before it',
    ].join('\n'),
  ],
  'a statement that ends too early': [
    'addi a0, a0,',
    ['t.s:1:13: error: an operand is missing here', 'hint: write `addi rd, rs1, imm`'].join('\n'),
  ],
  'two commas and nothing between them': [
    'addi a0,, 1',
    ['t.s:1:9: error: an operand is missing here', 'hint: write `addi rd, rs1, imm`'].join('\n'),
  ],
  'a name left out after a comma': ['.globl a,', 't.s:1:10: error: expected a name after this comma'],
  'a string left out between commas': [
    '.ascii "a",, "b"',
    't.s:1:12: error: expected a string in double quotes after this comma',
  ],
  'a size left out after a comma': [
    '.skip 1,',
    't.s:1:9: error: expected a number or an address after this comma',
  ],
  'an alignment left out before a comma': ['.align , 1', 't.s:1:1: error: `.align` needs an alignment'],
  'a missing comma': [
    'addi a0 a0, 1',
    ['t.s:1:9: error: a comma is missing before `a0`', 'hint: write `addi a0, a0, 1`'].join('\n'),
  ],
  'an unclosed parenthesis': [
    'lw a0, 4(sp',
    ['t.s:1:12: error: the statement ends too early', 'hint: expected `)`'].join('\n'),
  ],
  'an unclosed string': [
    '.ascii "abc',
    ['t.s:1:8: error: this string never ends', 'hint: close it with `"`'].join('\n'),
  ],
  'an unclosed comment': [
    'nop\n  /* for ever',
    ['t.s:2:3: error: this comment never ends', 'hint: close it with `*/`'].join('\n'),
  ],
  'a bad number': [
    'li a0, 0x',
    ['t.s:1:8: error: this is not a number', `hint: numbers are like 10, 0x1f, 0b101, 017 or 'a'`].join('\n'),
  ],
  'a number that is not octal': [
    '.word 08',
    't.s:1:7: error: `08` begins with 0, but is not an octal number',
  ],
  'a fraction': [
    '.word 1.5',
    ['t.s:1:7: error: this is not a number', 'hint: write fractions with `.float` or `.double`'].join('\n'),
  ],
  'an address as an immediate': [
    'addi a0, a0, foo\nfoo:',
    [
      't.s:1:14: error: the address 65540 does not fit in a 12-bit signed immediate: -2048 to 2047',
      'hint: write `%lo(…)` for the low part of an address',
    ].join('\n'),
  ],
  'no statement at all': [
    ')',
    ['t.s:1:1: error: `)` does not fit here', 'hint: expected an operand or the end of the statement'].join(
      '\n',
    ),
  ],
  'a string for a number': [
    '.word "abc"',
    [
      't.s:1:7: error: `abc` is not defined anywhere',
      'hint: a quoted word here is the name of a symbol; write text with `.ascii` or `.string`',
    ].join('\n'),
  ],
  'a string with a number behind': [
    '.byte "abc"(a0)',
    't.s:1:7: error: expected a number or an address, found `"abc"(a0)`',
  ],
  'an empty name': [
    'j ""',
    ['t.s:1:3: error: this cannot be the name of a symbol', 'hint: a name has one character or more'].join(
      '\n',
    ),
  ],
  'a register that no label has the name of': [
    'la a0, a1\n.word a2',
    [
      't.s:1:8: error: expected a label or an address, found `a1`',
      'hint: `mv` takes such operands: `mv a0, a1`',
      't.s:2:7: error: `a2` is not defined anywhere',
      'hint: `a2` is a register; its value is known only when the program runs',
    ].join('\n'),
  ],
  'a number for a string': ['.ascii 5', 't.s:1:8: error: expected a string in double quotes, found `5`'],
  'a directive without operands': ['.globl', 't.s:1:1: error: `.globl` needs the name of a symbol'],
  'too many operands of a directive': [
    '.skip 1, 2, 3',
    ['t.s:1:1: error: `.skip` does not take 3 operands', 'hint: write `.skip count, byte`'].join('\n'),
  ],
  'an alignment that is no power of two': ['.balign 3', 't.s:1:9: error: 3 is not a power of two'],
  'an alignment out of range': [
    '.align 99',
    't.s:1:8: error: 99 is out of range for a power of two: 0 to 26',
  ],
  'an origin that lies behind': [
    'nop\nnop\n.org 4',
    't.s:3:6: error: this is 4 bytes before the end of the section, and a section can only grow',
  ],
  'an unknown section flag': [
    '.section x, "q"',
    [
      't.s:1:13: error: `q` is not a section flag',
      'hint: the flags are a (in memory), w (writable), x (executable)',
    ].join('\n'),
  ],
  'an unknown section type': [
    '.section x, "a", @bits',
    ['t.s:1:18: error: `@bits` is not a section type', 'hint: write `@progbits` or `@nobits`'].join('\n'),
  ],
  'bytes in .bss': [
    '.bss\n.word 1',
    [
      't.s:2:1: error: section .bss holds no bytes, only reserved space',
      'hint: use `.zero` here, or put the data in `.data`',
    ].join('\n'),
  ],
  'an instruction in .bss': [
    '.bss\nnop',
    [
      't.s:2:1: error: section .bss holds no bytes, only reserved space',
      'hint: use `.zero` here, or put the data in `.data`',
    ].join('\n'),
  ],
  '.popsection alone': ['.popsection', 't.s:1:1: error: `.popsection` without `.pushsection`'],
  '.previous alone': ['.previous', 't.s:1:1: error: there is no previous section yet'],
  'an unknown symbol type': [
    '.type f, @functon',
    ['t.s:1:10: error: `@functon` is not a symbol type', 'hint: did you mean `function`?'].join('\n'),
  ],
  'an unclosed .if': [
    '.if 1',
    ['t.s:1:1: error: this condition never ends', 'hint: close it with `.endif`'].join('\n'),
  ],
  '.endif alone': ['.endif', 't.s:1:1: error: `.endif` without `.if`'],
  '.else twice': ['.if 1\n.else\n.else\n.endif', 't.s:3:1: error: `.else` after `.else`'],
  'an unclosed .macro': [
    '.macro m',
    ['t.s:1:1: error: this block never ends', 'hint: close it with `.endm`'].join('\n'),
  ],
  '.endm alone': ['.endm', 't.s:1:1: error: `.endm` without `.macro`'],
  'an unclosed .rept': [
    '.rept 3\nnop',
    ['t.s:1:1: error: this block never ends', 'hint: close it with `.endr`'].join('\n'),
  ],
  '.endr alone': ['.endr', 't.s:1:1: error: `.endr` without `.rept`'],
  '.exitm alone': ['.exitm', 't.s:1:1: error: `.exitm` is not inside a macro'],
  'a negative count': ['.rept -1\n.endr', 't.s:1:7: error: cannot repeat -1 times'],
  'a macro twice': [
    '.macro m\n.endm\n.macro m\n.endm',
    ['t.s:3:7: error: macro `m` is already defined', 'hint: `.purgem m` forgets it'].join('\n'),
  ],
  'a missing argument': ['.macro m a:req\n.endm\nm', 't.s:3:2: error: macro `m` needs its argument `a`'],
  'too many arguments': [
    '.macro m a\n.endm\nm 1, 2',
    ['t.s:3:6: error: macro `m` takes 1 argument', 'hint: write `m a`'].join('\n'),
  ],
  'a misspelt argument': [
    '.macro m value\n.endm\nm 1, vlaue=2',
    ['t.s:3:6: error: macro `m` takes 1 argument', 'hint: did you mean `value`?'].join('\n'),
  ],
  'a wrong kind of parameter': [
    '.macro m a:opt\n.endm',
    ['t.s:1:9: error: a parameter cannot be `opt`', 'hint: it is plain, `req` or `vararg`'].join('\n'),
  ],
  '.purgem of nothing': ['.purgem m', 't.s:1:8: error: there is no macro `m`'],
  'a file that cannot be included': [
    '.include "x.s"',
    't.s:1:10: error: cannot read `x.s`: files cannot be included here',
  ],
  'names that a missing file may define': [
    '.include "x.s"\nj there',
    't.s:1:10: error: cannot read `x.s`: files cannot be included here',
  ],
  'a file that cannot be inserted': [
    '.incbin "x"',
    't.s:1:9: error: cannot read `x`: files cannot be included here',
  ],
  'an unknown format': [
    '.insn q OP, 1',
    ['t.s:1:7: error: `q` is not an instruction format', 'hint: there are r, r4, i, s, b, sb, u, j, uj'].join(
      '\n',
    ),
  ],
  'an unknown opcode': [
    '.insn r CUSTM_0, 0, 0, x0, x0, x0',
    ['t.s:1:9: error: `CUSTM_0` is not an opcode', 'hint: did you mean `CUSTOM_0`?'].join('\n'),
  ],
  'an opcode of another length': [
    '.insn r 4, 0, 0, x0, x0, x0',
    't.s:1:9: error: 4 is not the opcode of a 32-bit instruction: 3 to 127, the low two bits 1',
  ],
  'a field out of range': [
    '.insn r OP, 8, 0, x0, x0, x0',
    't.s:1:13: error: 8 is out of range for funct3: 0 to 7',
  ],
  'too few fields': [
    '.insn r OP, 0, 0, x0',
    [
      't.s:1:1: error: `.insn r` does not take 4 operands',
      'hint: write `.insn r opcode, funct3, funct7, rd, rs1, rs2`',
    ].join('\n'),
  ],
  'no word': [
    '.insn',
    [
      't.s:1:1: error: `.insn` takes a format and fields, or a word',
      'hint: as in `.insn r CUSTOM_0, 0, 17, x0, a0, x0` or `.insn 0x00000013`',
    ].join('\n'),
  ],
  'the source’s own': ['.error "not on this machine"', 't.s:1:1: error: not on this machine'],
  '.err': ['.err', 't.s:1:1: error: `.err` here'],
  '.abort': ['.abort', 't.s:1:1: error: `.abort` here'],
};

describe('errors', () => {
  test.each(Object.entries(cases))('%s', (_title, [source, said]) => {
    expect(gist(source)).toBe(said);
  });

  test('a message shows the source line with a caret under the place, through tabs', () => {
    expect(message('foo:\taddi\ta0,\ta0, 4096 # too big')).toBe(
      [
        't.s:1:19: error: 4096 does not fit in a 12-bit signed immediate: -2048 to 2047',
        '  foo:\taddi\ta0,\ta0, 4096 # too big',
        '      \t    \t   \t    ^',
        '  hint: use `li`, which loads any 32-bit number into a register',
      ].join('\n'),
    );
  });

  test('the caret stands right after characters outside the basic plane, and with Windows line ends', () => {
    expect(message('.ascii "😀", 5\r\nnop\r\n').split('\n').slice(1)).toEqual([
      '  .ascii "😀", 5',
      '              ^',
    ]);
  });

  test('a line too long for the screen is shown around the place', () => {
    const [, line = '', caret = ''] = message(`.word ${'1, '.repeat(200)}1 2`).split('\n');
    expect(line.length).toBeLessThan(125);
    expect(line[caret.indexOf('^')]).toBe('2');
  });

  test('every error of a source is reported, in the order of its lines', () => {
    const said = gist('adi a0, a0, 1\nj nowhere\naddi a0, a0, 5000\n.wrod 1\nadd q0, q1, a0');
    expect(
      said
        .split('\n')
        .filter((line) => line.startsWith('t.s'))
        .map((line) => line.replace(/:.*/s, '') + line.slice(3, 8)),
    ).toEqual(['t.s:1:1:', 't.s:2:3:', 't.s:3:14', 't.s:4:1:', 't.s:5:5:', 't.s:5:9:']);
  });

  test('an error inside a macro shows the expanded line, and where the macro is used', () => {
    expect(
      message('.macro low r\n addi \\r, zero, 5000\n.endm\n.macro lower r\n low \\r\n.endm\n lower a0'),
    ).toBe(
      [
        't.s:2:17: error: 5000 does not fit in a 12-bit signed immediate: -2048 to 2047',
        '   addi a0, zero, 5000',
        '                  ^',
        '  hint: use `li`, which loads any 32-bit number into a register',
        '  in macro `low`, used at t.s:5: low a0',
        '  in macro `lower`, used at t.s:7: lower a0',
      ].join('\n'),
    );
  });

  test('of more than fifty errors fifty are shown, and the rest counted', () => {
    const said = message('adi\n'.repeat(60));
    expect(said.match(/there is no instruction/g)).toHaveLength(50);
    expect(said.split('\n').at(-1)).toBe('and 10 more errors');
  });
});

/** Sources as people have them, that GNU `as` accepts: each with the bytes of its .text, then those of its .data, in hexadecimal. */
export const accepted: Readonly<Record<string, readonly [source: string, text: string, data?: string]>> = {
  'an operand may be left out between two commas of an alignment': [
    'nop\n.p2align 4,,15\nnop\n.align 3,,4\nnop\n.balign 16,,8\nnop\n.balign 4,\n.p2align 2, , 15',
    '1300000013000000130000001300000013000000130000001300000013000000'.concat('13000000'),
  ],
  'a number left out is 0': ['.data\n.byte ,1,,2\n.half 5,\n', '', '00010002' + '05000000'],
  'strings beside each other are one': [
    '.data\n.ascii "a" "b", "c"\n.asciz "d" "e", "f"   "g"\n.string "h""i"',
    '',
    '616263' + '646500' + '666700' + '686900',
  ],
  'a string may go on over the end of a line': ['.data\n.ascii "x\ny", "z"\n.byte 1\n', '', '780a797a01'],
  'a backslash at the end of a line stays in the string, as GNU as has it': [
    '.data\n.ascii "x\\\ny\\\nz" # end\n.byte 1\n',
    '',
    '785c6e795c6e7a01',
  ],
  'so does the end of a Windows line': ['.data\r\n.ascii "x\\\r\ny"\r\n.byte 1\r\n', '', '780d0a7901'],
  'comments and semicolons in strings are text': [
    '.data\n.ascii "a;b#c" ; .ascii "/*" # "\n.ascii "//" /* " */\n',
    '',
    '613b6223632f2a2f2f',
  ],
  'names may stand in quotes, and have blanks then': [
    '"my label": nop\nj "my label"\n.globl "my label"\n"f": j f\nlui a0, %hi("f")\nlw a0, %lo("f")(a0)\n',
    '13000000' + '6ff0dfff' + '6f000000' + '37050100' + '03258500',
  ],
  'values may have names in quotes': [
    '.data\n "x y" = 5\n.set "q", 7\n.byte "x y", q, "q"+1, 3*"q"\n"at": .word "at" - "at"\n.size "at", .-"at"',
    '',
    '0507081500000000',
  ],
  'form feeds before statements are blanks': ['\f nop\n\f\nnop\n', '1300000013000000'],
  'labels may have the names of registers': [
    'a0: j a0\nbeq a0, a1, a0\njal a0\njal ra, a0\nbnez a0, a0\nj a2\na2: la a1, a0\nsw a1, a0, t0\n',
    '6f000000' +
      'e30eb5fe' +
      'eff09fff' +
      'eff05fff' +
      'e31805fe' +
      '6f004000' +
      '97050000938585fe' +
      '9702000023a0b2fe',
  ],
  'where a register can stand, the name is the register': [
    'a0: add a1, a2, a0\njr a0\njalr a0\nlw a1, %lo(a0)(a0)\n',
    'b305a600' + '67000500' + 'e7000500' + '83250500',
  ],
  'labels may have the names of instructions': [
    'add: j add\nnop: nop\nlw: beq a0, a1, lw\nli : li a0, 1\nret: ret\nla a0, li\n',
    '6f000000' + '13000000' + '6300b500' + '13051000' + '67800000' + '17050000130585ff',
  ],
  'bytes in comments may be in any encoding': [
    'nop # caf\udce9\n/* \udcff\udcfe */ nop\n',
    '1300000013000000',
  ],
  'instructions, directives and macros may be in any case of letters': [
    'ADDI a0, a1, 5\n.Word 1\n.macro Two\nNop\n.endm\ntwo\nTWO\n.purgem tWo\n',
    '13855500' + '01000000' + '13000000' + '13000000',
  ],
};

import { describe, expect, test } from 'vitest';
import { words } from '../../assembler/hints/words.ts';
import { allForms } from '../../assembler/instructions/forms.ts';
import { build, gist } from './kit.ts';

/** What people write, and what is said of it: places and messages, without the file's name, and hints. */
const cases: readonly (readonly [source: string, ...said: string[]])[] = [
  ['addi a0 a1, 3', '1:9: error: a comma is missing before `a1`', 'hint: write `addi a0, a1, 3`'],
  ['addi a0 a1 3', '1:9: error: a comma is missing before `a1`', 'hint: write `addi a0, a1, 3`'],
  [
    'addi a0, a1 -3',
    '1:1: error: `addi` does not take 2 operands',
    'hint: a comma is missing: `addi a0, a1, -3`',
  ],
  ['li a0 -5', '1:1: error: `li` does not take 1 operand', 'hint: a comma is missing: `li a0, -5`'],
  ['lw a0 (sp)', '1:1: error: `lw` does not take 1 operand', 'hint: a comma is missing: `lw a0, (sp)`'],
  ['lw a0 4(sp)', '1:7: error: a comma is missing before `4(sp)`', 'hint: write `lw a0, 4(sp)`'],
  ['.word 1 2 3', '1:9: error: a comma is missing before `2`', 'hint: write `.word 1, 2, 3`'],
  ['.ascii "a" 5', '1:12: error: a comma is missing before `5`', 'hint: write `.ascii "a", 5`'],
  [
    'addi, a0, a0, 1',
    '1:5: error: there is no comma before the first operand',
    'hint: write a blank instead',
  ],
  ['add a0, a1, a9', '1:13: error: `a9` is not defined anywhere', 'hint: there are `a0` to `a7`'],
  ['mv t7, a0', '1:4: error: `t7` is not a register', 'hint: there are `t0` to `t6`'],
  ['lw a0, 0(a9)', '1:10: error: `a9` is not a register', 'hint: there are `a0` to `a7`'],
  [
    'addi $a0, $a1, 5',
    '1:6: error: `$a0` is not a register',
    'hint: registers have no `$` here: `a0`',
    '1:11: error: `$a1` is not a register',
    'hint: registers have no `$` here: `a1`',
  ],
  [
    'addi A0, a1, 5',
    '1:6: error: `A0` is not a register',
    'hint: registers are written in small letters: `a0`',
  ],
  [
    'addi r5, r6, 1',
    '1:6: error: `r5` is not a register',
    'hint: the registers are x0 to x31: `x5`, or `t0`',
    '1:10: error: `r6` is not a register',
    'hint: the registers are x0 to x31: `x6`, or `t1`',
  ],
  [
    'mv %eax, a0',
    '1:4: error: expected a register, found `%eax`',
    'hint: this is a register of x86; RISC-V has `a0` to `a7`, `t0` to `t6`, `s0` to `s11`',
  ],
  [
    'mv a0, v0',
    '1:8: error: `v0` is not a register',
    'hint: in its place RISC-V has `a0`, which holds results; the number of a system call goes in `a7`',
  ],
  [
    'mv a0, fa0',
    '1:8: error: `fa0` is not a register',
    'hint: this is a floating-point register of the extensions F and D, which Ring32 does not have',
  ],
  ['mov a0, a1', '1:1: error: there is no instruction `mov`', 'hint: write `mv a0, a1`'],
  ['mov a0, 5', '1:1: error: there is no instruction `mov`', 'hint: write `li a0, 5`'],
  ['mov a0, label\nlabel:', '1:1: error: there is no instruction `mov`', 'hint: write `la a0, label`'],
  ['mov a0, 4(sp)', '1:1: error: there is no instruction `mov`', 'hint: write `lw a0, 4(sp)`'],
  [
    'mov r0, #5',
    '1:1: error: there is no instruction `mov`',
    'hint: `mv a0, a1` copies a register, `li a0, 5` loads a number',
  ],
  [
    'sw 0(a1), a0',
    '1:4: error: expected a register, found `0(a1)`',
    'hint: write the operands in this order: `sw a0, 0(a1)`',
  ],
  [
    'lw 0(a1), a0',
    '1:4: error: expected a register, found `0(a1)`',
    'hint: write the operands in this order: `lw a0, 0(a1)`',
  ],
  [
    'li 5, a0',
    '1:4: error: expected a register, found `5`',
    'hint: write the operands in this order: `li a0, 5`',
  ],
  [
    'beq label, a0, a1\nlabel:',
    '1:5: error: `label` is not a register',
    'hint: write the operands in this order: `beq a0, a1, label`',
  ],
  [
    'addi a0, 5, a1',
    '1:10: error: expected a register, found `5`',
    'hint: write the operands in this order: `addi a0, a1, 5`',
  ],
  [
    'addi a0, a1, a2',
    '1:14: error: expected a number, found `a2`',
    'hint: `add` takes such operands: `add a0, a1, a2`',
  ],
  [
    'sub a0, a1, 5',
    '1:13: error: expected a register, found `5`',
    'hint: to subtract a number, add its negative: `addi a0, a1, -5`',
  ],
  ['mv a0, 5', '1:8: error: expected a register, found `5`', 'hint: `li` takes such operands: `li a0, 5`'],
  ['li a0, a1', '1:8: error: expected a number, found `a1`', 'hint: `mv` takes such operands: `mv a0, a1`'],
  [
    'j a0',
    '1:3: error: expected a label or an address, found `a0`',
    'hint: `jr` takes such operands: `jr a0`',
  ],
  ['jr label\nlabel:', '1:4: error: `label` is not a register', 'hint: `j` takes such operands: `j label`'],
  [
    'call a0',
    '1:6: error: expected a label or an address, found `a0`',
    'hint: `jalr` takes such operands: `jalr a0`',
  ],
  [
    'beq a0, label\nlabel:',
    '1:1: error: `beq` does not take 2 operands',
    'hint: `beqz` takes such operands: `beqz a0, label`',
  ],
  [
    'bnez a0, a1, label\nlabel:',
    '1:1: error: `bnez` does not take 3 operands',
    'hint: `bne` takes such operands: `bne a0, a1, label`',
  ],
  [
    'beq a0, 5, label\nlabel:',
    '1:9: error: expected a register, found `5`',
    'hint: load the number into a register first: `li t0, 5`',
  ],
  [
    'lw a0, a1',
    '1:8: error: expected an address like `8(sp)`, found `a1`',
    'hint: an address in memory is an offset and a register: `lw a0, 0(a1)`',
  ],
  [
    'lw a0, sp+4',
    '1:8: error: expected an address like `8(sp)`, found `sp+4`',
    'hint: an address in memory is an offset and a register: `lw a0, 4(sp)`',
  ],
  [
    'lw a0, 4, sp',
    '1:1: error: `lw` does not take 3 operands',
    'hint: an address in memory is an offset and a register: `lw a0, 4(sp)`',
  ],
  [
    'lw a0, sp, 4',
    '1:1: error: `lw` does not take 3 operands',
    'hint: an address in memory is an offset and a register: `lw a0, 4(sp)`',
  ],
  [
    'lw a0, [sp, 4]',
    '1:8: error: an address has no brackets',
    'hint: it is an offset and a register, as in `4(sp)`',
  ],
  [
    'sw a0, x\nx:',
    '1:8: error: expected an address like `8(sp)`, found `x`',
    'hint: a store to a name needs one more register, for its address: `sw a0, x, t0`',
  ],
  [
    'addi a0, (a1), 5',
    '1:10: error: expected a register, found `(a1)`',
    'hint: a register has no parentheses here: `addi a0, a1, 5`',
  ],
  [
    'loop\n j loop',
    '1:1: error: there is no instruction `loop`',
    'hint: a label ends with a colon: `loop:`',
    '2:4: error: `loop` is not defined anywhere',
  ],
  [
    'loop addi a0, a0, -1',
    '1:1: error: there is no instruction `loop`',
    'hint: a label ends with a colon: `loop:`',
  ],
  [
    'x equ 5',
    '1:1: error: there is no instruction `x`',
    'hint: a value is given to a name with `=`: `x = 5`',
  ],
  ['rett', '1:1: error: there is no instruction `rett`', 'hint: did you mean `ret`?'],
  [
    'halt',
    '1:1: error: there is no instruction `halt`',
    'hint: a guest ends with a write to the power port, `li t0, 1; out t0, zero`; a process ends with the call exit, `li a7, 93; ecall`; a label ends with a colon, `halt:`',
  ],
  [
    ' exit',
    '1:2: error: there is no instruction `exit`',
    'hint: a guest ends with a write to the power port, `li t0, 1; out t0, zero`; a process ends with the call exit, `li a7, 93; ecall`; a label ends with a colon, `exit:`',
  ],
  [
    'stop 5',
    '1:1: error: there is no instruction `stop`',
    'hint: a guest ends with a write to the power port, `li t0, 1; out t0, zero`; a process ends with the call exit, `li a7, 93; ecall`',
  ],
  [
    'nop ; this is a comment',
    '1:7: error: there is no instruction `this`',
    'hint: `;` begins another statement; a comment begins with `#`',
  ],
  [
    '; this is a comment, and it is long',
    '1:3: error: there is no instruction `this`',
    'hint: `;` begins another statement; a comment begins with `#`',
  ],
  [
    'li a0, 5 ; load the "value',
    '1:21: error: this string never ends',
    'hint: `;` begins another statement; a comment begins with `#`',
  ],
  [
    "li a0, 5 ; don't",
    "1:15: error: `'` does not fit here",
    'hint: `;` begins another statement; a comment begins with `#`',
  ],
  [
    'nop ; add one to the counter',
    '1:15: error: a comma is missing before `to`',
    'hint: `;` begins another statement; a comment begins with `#`',
  ],
  ['nop; adi a0, a0, 5', '1:6: error: there is no instruction `adi`', 'hint: did you mean `addi`?'],
  ['nop; rett', '1:6: error: there is no instruction `rett`', 'hint: did you mean `ret`?'],
  [
    'nop @ comment',
    '1:5: error: this is neither an operand nor a comment',
    'hint: a comment begins with `#`',
  ],
  [
    'addi a0, a0, #5',
    '1:13: error: an operand is missing here',
    'hint: `#` begins a comment; a number is written without it: `5`',
  ],
  [
    'li a0 #5',
    '1:1: error: `li` does not take 1 operand',
    'hint: `#` begins a comment; a number is written without it: `5`',
  ],
  [
    "li a0, 'ab'",
    '1:8: error: this is more than one character',
    'hint: write text in double quotes, with a directive: `.ascii "ab"`',
  ],
  [
    ".asciz 'hello'",
    '1:8: error: this is more than one character',
    'hint: write text in double quotes, with a directive: `.ascii "hello"`',
  ],
  ['.asciz hello', '1:8: error: expected a string in double quotes, found `hello`', 'hint: write `"hello"`'],
  [
    'li a0, "a"',
    '1:8: error: `a` is not defined anywhere',
    "hint: a quoted word here is the name of a symbol; write text with `.ascii` or `.string`, and a character is `'a'`",
  ],
  ['li a0, 0FFh', '1:8: error: this is not a number', 'hint: a hexadecimal number begins with 0x: `0x0FF`'],
  ['li a0, 1_000', '1:8: error: this is not a number', 'hint: a number has no `_` inside: `1000`'],
  ['li a0, 0o17', '1:8: error: this is not a number', 'hint: an octal number begins with 0: `017`'],
  ['.word 1.5', '1:7: error: this is not a number', 'hint: write fractions with `.float` or `.double`'],
  ['li a0 = 5', '1:7: error: `=` does not fit here', 'hint: operands are separated by commas'],
  [
    'a0 += 1',
    '1:1: error: there is no instruction `a0`',
    'hint: `a0` is a register; the instruction comes first, as in `li a0, 5`',
  ],
  [
    'ldr r0, =x',
    '1:1: error: there is no instruction `ldr`',
    'hint: `lw a0, 0(a1)` loads a word from memory, `li a0, 5` a number',
  ],
  [
    'li a0, =x',
    '1:8: error: `=` does not fit here',
    'hint: `li a0, 5` loads a number, `la a0, label` an address',
  ],
  [
    'printf("hello")',
    '1:7: error: operands have no parentheses around them',
    'hint: put a blank after the name, as in `li a0, 5`',
  ],
  [
    'call(foo)',
    '1:5: error: operands have no parentheses around them',
    'hint: put a blank after the name, as in `li a0, 5`',
  ],
  [
    'addi a0, a0, \\\n 5',
    '1:14: error: a backslash does not continue a statement on the next line',
    'hint: write the statement in one line',
    '2:3: error: the statement ends too early',
    'hint: expected `:`',
  ],
  [
    'cmp a0, a1',
    '1:1: error: there is no instruction `cmp`',
    'hint: there are no flags: a branch compares two registers itself, as in `beq a0, a1, label`',
  ],
  [
    'jne label',
    '1:1: error: there is no instruction `jne`',
    'hint: there are no flags: a branch compares two registers itself, as in `beq a0, a1, label`',
  ],
  [
    'push {r0}',
    '1:1: error: there is no instruction `push`',
    'hint: there are no stack instructions: `addi sp, sp, -4; sw a0, 0(sp)` pushes a word, `lw a0, 0(sp); addi sp, sp, 4` pops it',
  ],
  [
    'section .text',
    '1:1: error: there is no instruction `section`',
    'hint: did you mean the directive `.section`?',
  ],
  [
    'global _start',
    '1:1: error: there is no instruction `global`',
    'hint: did you mean the directive `.global`?',
  ],
  [
    'db 5',
    '1:1: error: there is no instruction `db`',
    'hint: `.byte 1` gives a byte, `.string "text"` a text with a zero byte',
  ],
  [
    '.db 5',
    '1:1: error: there is no directive `.db`',
    'hint: `.byte 1` gives a byte, `.string "text"` a text with a zero byte',
  ],
  [
    'int 0x80',
    '1:1: error: there is no instruction `int`',
    'hint: did you mean the directive `.int`? `ecall` calls the system; the number of the call is in a7',
  ],
  [
    'if (x == 5) {',
    '1:1: error: there is no instruction `if`',
    'hint: did you mean the directive `.if`? assembly has no statements of C: a condition is a branch, as in `beq a0, a1, label`, a loop a jump back, `j label`',
  ],
  [
    'аdd a0, a1, a2',
    '1:1: error: there is no instruction `аdd`',
    'hint: the `а` is a letter of another script that looks like `a`: type `add`',
  ],
  [
    'add а0, a1, a2',
    '1:5: error: `а0` is not a register',
    'hint: the `а` is a letter of another script that looks like `a`: type `a0`',
  ],
  ['ret a0', '1:1: error: `ret` takes no operands'],
  [
    'syscall',
    '1:1: error: there is no instruction `syscall`',
    'hint: `ecall` calls the system; the number of the call is in a7; a label ends with a colon, `syscall:`',
  ],
  [
    'sw a0, 4 sp',
    '1:10: error: `sp` does not fit here',
    'hint: an address in memory is an offset and a register: `4(sp)`',
  ],
  ['lw a0, 4(sp', '1:12: error: the statement ends too early', 'hint: expected `)`'],
  [
    'add a0, a1',
    '1:1: error: `add` does not take 2 operands',
    'hint: write `add rd, rs1, rs2` or `add rd, rs1, imm`',
  ],
  [
    'li a0, 5)',
    '1:9: error: `)` does not fit here',
    'hint: expected `(`, `,`, an operator or the end of the statement',
  ],
  ['li a0 5', '1:7: error: a comma is missing before `5`', 'hint: write `li a0, 5`'],
  ['beqz a0 loop\nloop:', '1:9: error: a comma is missing before `loop`', 'hint: write `beqz a0, loop`'],
  ['jal ra label\nlabel:', '1:8: error: a comma is missing before `label`', 'hint: write `jal ra, label`'],
  [
    'jal label, ra\nlabel:',
    '1:5: error: `label` is not a register',
    'hint: write the operands in this order: `jal ra, label`',
  ],
  ['jal label ra\nlabel:', '1:11: error: a comma is missing before `ra`', 'hint: write `jal label, ra`'],
  ['li a0, 2 3', '1:10: error: a comma is missing before `3`', 'hint: write `li a0, 2, 3`'],
  ['.globl a b', '1:10: error: a comma is missing before `b`', 'hint: write `.globl a, b`'],
  ['.equ x 5', '1:8: error: a comma is missing before `5`', 'hint: write `.equ x, 5`'],
  [
    'x: .space 4 ; reserve',
    '1:15: error: there is no instruction `reserve`',
    'hint: `.space 4` reserves four bytes; a label ends with a colon, `reserve:`',
  ],
];

describe('hints', () => {
  test.each(cases)('%s', (source, ...said) => {
    expect(
      gist(source)
        .replaceAll(/^t\.s:/gm, '')
        .split('\n'),
    ).toEqual(said);
  });

  test('every word of another machine has advice whose examples assemble', () => {
    for (const [word, { advice }] of words) {
      expect(allForms().has(word), word).toBe(false);
      const examples = [...advice.matchAll(/`([^`]+)`/g)].map(([, example = '']) => example);
      expect(examples.length, word).toBeGreaterThan(0);
      for (const example of examples) {
        expect(() => build(`${example}\nlabel:\n`), example).not.toThrow();
      }
    }
  });

  test('every word names instructions that there are', () => {
    for (const { names } of words.values()) {
      for (const name of names) expect(allForms().has(name), name).toBe(true);
    }
  });
});

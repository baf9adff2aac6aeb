/**
 * Words of other machines, other assemblers and C, and what to write instead. Text in backquotes is a
 * valid statement; the tests assemble each one.
 */

/** What to write instead of a word. */
export interface Meant {
  /** Instructions to try, in this order, with the operands of the word. */
  readonly names: readonly string[];
  /** The hint if none of these instructions takes the operands, or if there are none. */
  readonly advice: string;
}

const ending =
  'a guest ends with a write to the power port, `li t0, 1; out t0, zero`; a process ends with the call exit, `li a7, 93; ecall`';
const branches = 'there are no flags: a branch compares two registers itself, as in `beq a0, a1, label`';
const stack =
  'there are no stack instructions: `addi sp, sp, -4; sw a0, 0(sp)` pushes a word, `lw a0, 0(sp); addi sp, sp, 4` pops it';
const c =
  'assembly has no statements of C: a condition is a branch, as in `beq a0, a1, label`, a loop a jump back, `j label`';
const printing =
  "no instruction prints: a guest writes bytes to the console's port with `out t0, a0`, a process calls write, `li a7, 64; ecall`";

/** Each row: the words, the instructions that they may mean, the advice. */
const rows: readonly (readonly [words: string, names: string, advice: string])[] = [
  [
    'mov movl movw movb movq movs movabs copy cpy',
    'li mv la lw sw',
    '`mv a0, a1` copies a register, `li a0, 5` loads a number',
  ],
  ['ldr load ldw l', 'lw la', '`lw a0, 0(a1)` loads a word from memory, `li a0, 5` a number'],
  ['ldrb', 'lbu', '`lbu a0, 0(a1)` loads a byte'],
  ['ldrh', 'lhu', '`lhu a0, 0(a1)` loads half a word'],
  ['str store stw st', 'sw', '`sw a0, 0(a1)` stores a word: the register first, then the address'],
  ['strb', 'sb', '`sb a0, 0(a1)` stores a byte'],
  ['strh', 'sh', '`sh a0, 0(a1)` stores half a word'],
  ['lea adr leal', 'la', '`la a0, label` loads an address'],
  ['jmp b br ba goto bal bra', 'j jr', '`j label` jumps to a label, `jr a0` to where a register points'],
  ['bl blx jsr bsr', 'call jalr', '`call label` calls a function'],
  ['bx', 'jr', '`jr a0` jumps to where a register points'],
  ['retn rts leave return retq eret', '', '`ret` returns to the caller'],
  [
    'je jz jne jnz jg jge jl jle ja jae jb jbe jc jnc js bcs bcc bmi bpl bhi bls bvs cmp cmpl cmn test tst teq',
    '',
    branches,
  ],
  ['beqi bneq bnei blti bgei', '', 'a branch compares two registers: `li t0, 5; beq a0, t0, label`'],
  ['push pushl pushq pop popl popq pusha popa stmfd ldmfd', '', stack],
  ['inc incl incr', '', '`addi a0, a0, 1` adds one'],
  ['dec decl decr', '', '`addi a0, a0, -1` subtracts one'],
  ['addu addiu addl adds adc', 'add addi', '`add a0, a1, a2` adds; it never traps'],
  ['subu subl subs sbc', 'sub', '`sub a0, a1, a2` subtracts; it never traps'],
  ['subi subiu', '', 'to subtract a number, add its negative: `addi a0, a0, -5`'],
  ['rsb negu', 'neg', '`neg a0, a1` gives the negative of a number'],
  [
    'muli mulu mult multu imul',
    'mul',
    '`mul a0, a1, a2` multiplies registers; a number is loaded first, `li t0, 5`',
  ],
  [
    'mflo mfhi',
    '',
    '`mul a0, a1, a2` gives the low word of a product, `mulhu a0, a1, a2` the high one, `rem a0, a1, a2` a remainder',
  ],
  ['divi idiv sdiv', 'div', '`div a0, a1, a2` divides registers; a number is loaded first, `li t0, 5`'],
  ['udiv', 'divu', '`divu a0, a1, a2` divides'],
  ['mod modu remi', 'rem', '`rem a0, a1, a2` gives the remainder'],
  ['shl sal lsl sllv asl', 'slli sll', '`slli a0, a1, 2` and `sll a0, a1, a2` shift to the left'],
  [
    'shr lsr srlv',
    'srli srl',
    '`srli a0, a1, 2` and `srl a0, a1, a2` shift to the right, `srai a0, a1, 2` keeps the sign',
  ],
  ['sar asr srav', 'srai sra', '`srai a0, a1, 2` and `sra a0, a1, a2` shift to the right and keep the sign'],
  ['eor xorl', 'xor xori', '`xor a0, a1, a2` computes the exclusive or'],
  ['orr orl', 'or ori', '`or a0, a1, a2` computes the or'],
  ['andl ands', 'and andi', '`and a0, a1, a2` computes the and'],
  ['mvn notl com', 'not', '`not a0, a1` inverts every bit'],
  ['clr clear', '', '`li a0, 0` makes a register zero'],
  ['swap xchg xch', '', 'three moves exchange two registers: `mv t0, a0; mv a0, a1; mv a1, t0`'],
  ['int syscall swi svc sysenter trap scv', '', '`ecall` calls the system; the number of the call is in a7'],
  ['break brk int3 bkpt breakpoint', '', '`ebreak` stops in the debugger'],
  ['halt stop exit end quit abort die finish shutdown poweroff terminate hcf', '', ending],
  ['print printf puts putchar putc println cout echo write', '', printing],
  [
    'if else elif while for do switch case int8_t int32_t char void unsigned function func def let var const struct',
    '',
    c,
  ],
  ['db dcb defb fcb', '', '`.byte 1` gives a byte, `.string "text"` a text with a zero byte'],
  ['dw dcw defw', '', '`.half 1` gives two bytes, `.word 1` four'],
  ['dd dcd', '', '`.word 1` gives four bytes'],
  ['dq dcq', '', '`.dword 1` gives eight bytes'],
  ['resb resw resd ds defs reserve', '', '`.space 4` reserves four bytes'],
  ['public export', '', '`.globl label` makes a name visible to other files'],
  ['extrn import', '', 'a name of another file needs no declaration; that file must contain `.globl label`'],
  ['segment area code', '', '`.text` begins code, `.data` data'],
  ['define', '', '`.equ name, 5` gives a number a name'],
  ['stringz asciiz', '', '`.asciz "text"` is a text with a zero byte'],
];

/** What to write, by word. */
export const words: ReadonlyMap<string, Meant> = new Map(
  rows.flatMap(([list, names, advice]) => {
    const meant = { names: names.split(' ').filter((name) => name !== ''), advice };
    return list.split(' ').map((word) => [word, meant] as const);
  }),
);

/**
 * The fixed text of a witness program: the common start of both runs, the handler that reads the
 * symptom, printing, page tables, copying. program.ts writes the text between these.
 */

interface Run {
  readonly label: string;
  readonly setup: readonly string[];
  /** The instruction. */
  readonly text: string;
}

export interface ProgramFrame {
  readonly head: readonly string[];
  /** Assembly that reads the symptom into a0. */
  readonly symptom: readonly string[];
  /** The symptom's name. */
  readonly says: string;
  readonly runs: readonly [Run, Run];
}

/** The whole program. */
export function frame({ head, symptom, says, runs }: ProgramFrame): string {
  const setups = runs.flatMap(({ setup }) => setup);
  const body = [
    ...head.map((line) => `# ${line}`.trimEnd()),
    opening,
    ...runs.flatMap(formatRun),
    handler(symptom),
    printing,
    ...(setups.includes('call move') ? [moving] : []),
    ...(setups.includes('call page_tables') ? [paging] : []),
    texts(says, runs),
  ];
  return body.join('\n');
}

function formatRun({ label, setup, text }: Run, n: number): readonly string[] {
  return [
    `# ---- ${label} ----`,
    `run_${n}:`,
    '    call start',
    `    la   s4, try_${n}`,
    ...setup.map((line) => (line.endsWith(':') ? line : `    ${line}`)),
    `try_${n}:`,
    `    ${text}`,
    '    ecall',
    '',
  ];
}

const opening = `
    .equ BOUND, 0x100000          # of R, and how far a moved program moves

    .text
    .globl _start
_start:
    li   s1, 0                    # which run this is
`;

function handler(symptom: readonly string[]): string {
  return `here:                             # where jumps and returns go
    ecall
there:
    ecall

# The trap handler: a0 = what is to be seen after the instruction.
trap_2:
    j    trap
    .balign 4
trap:
    mfs  t0, EPC
    beq  t0, s4, refused          # the instruction itself trapped
${symptom.map((line) => `    ${line}\n`).join('')}    bnez s1, end
    li   s1, 1
    mv   s2, a0
    j    run_1
end:
    mv   s3, a0
    la   a0, text_0
    mv   a1, s2
    call report
    la   a0, text_1
    mv   a1, s3
    call report
    sub  t1, s2, s3
    seqz t1, t1                   # 0 if they differ
    j    off
refused:
    la   a0, text_2
    call print
    li   t1, 2
off:
    li   t0, 1                    # the power port
    out  t0, t1

# The state from which both runs set out.
start:
    cli
    mts  PTBR, zero
    la   t2, trap
    mts  TVEC, t2
    la   t2, here
    mts  EPC, t2
    mts  ESTATUS, zero
    mts  ERBASE, zero
    li   t2, BOUND
    mts  ERBOUND, t2
    mts  ECAUSE, zero
    mts  EVAL, zero
    mts  SCRATCH0, zero
    mts  SCRATCH1, zero
    mts  LIMIT, zero
    mts  TIMER, zero
    li   t2, 0x20                 # the disk's sector
    out  t2, zero
    li   t2, 0x32                 # the network's rings
    out  t2, zero
    li   a0, 0
    ret
`;
}

const printing = `# report: the text at a0, then a1 in hexadecimal.
report:
    mv   s5, ra
    call print
    li   t1, 28
1:  srl  t2, a1, t1
    andi t2, t2, 15
    addi t2, t2, '0'
    li   t3, '9'
    ble  t2, t3, 2f
    addi t2, t2, 'a' - '9' - 1
2:  out  t0, t2
    addi t1, t1, -4
    bgez t1, 1b
    li   t2, '\\n'
    out  t0, t2
    jr   s5

# print: the text at a0. Leaves the console's port in t0.
print:
    li   t0, 0x10
1:  lbu  t1, 0(a0)
    beqz t1, 2f
    out  t0, t1
    addi a0, a0, 1
    j    1b
2:  ret
`;

const moving = `# move: copies the program BOUND further on, and goes on there: R = (BOUND, BOUND).
move:
    la   t2, _start
    la   t3, data
    li   t4, BOUND
1:  lw   t5, 0(t2)
    add  t6, t2, t4
    sw   t5, 0(t6)
    addi t2, t2, 4
    bltu t2, t3, 1b
    lrel t4, t4
    ret
`;

const paging = `# page_tables: paging on with the root at a2. Every page stands for itself, with all rights,
# but the page \`data\`: it is frame a0, with the rights a1.
page_tables:
    la   t2, leaves
    li   t3, 0x1f                 # V R W X U
    li   t4, 0x1000
    add  t5, t2, t4
1:  sw   t3, 0(t2)
    add  t3, t3, t4
    addi t2, t2, 4
    bltu t2, t5, 1b
    la   t2, data
    srli t2, t2, 10
    la   t3, leaves
    add  t2, t2, t3
    or   a0, a0, a1
    sw   a0, 0(t2)
    addi t3, t3, 1
    sw   t3, 0(a2)
    addi a2, a2, 1
    mts  PTBR, a2
    ret

    .bss
    .balign 4096
root:     .space 4096
root_2:   .space 4096
leaves:   .space 4096
data_2:   .space 4096
`;

function texts(says: string, runs: readonly [Run, Run]): string {
  const width = Math.max(...runs.map(({ label }) => label.length)) + 1;
  return `    .section .rodata
${runs.map(({ label }, n) => `text_${n}:   .asciz "${`${label}:`.padEnd(width)} ${says} = 0x"\n`).join('')}text_2:   .asciz "it traps\\n"

    .bss
    .balign 4096
data:     .space 4096
`;
}

/*
 * Ring32: the kernel in ring 0, the program in ring 3. System instructions are in the
 * custom-0 opcode; isa/MANUAL.md has their bits.
 */
#define BASE   0
#define STEP   0x1000
#define FIRST  BASE
/* V R W X U A D */
#define TABLE  0x01
#define KERNEL 0x6f
#define USER   0x7f

#define TVEC     0
#define SPACE    1
#define EPC      4
#define ESTATUS  5
#define ECAUSE   8
#define SCRATCH  10
#define SCRATCH1 11

.macro get rd, register
    .insn i CUSTOM_0, 1, \rd, x0, \register
.endm
.macro put register, rs
    .insn i CUSTOM_0, 2, x0, \rs, \register
.endm
.macro out port, rs
    .insn r CUSTOM_0, 0, 6, x0, \port, \rs
.endm
.macro return_to_user
    .insn r CUSTOM_0, 0, 0, x0, x0, x0
.endm

.macro entry_of reg
.endm
.macro space_of reg
    addi \reg, \reg, 1
.endm
.macro map_devices root0, root1
.endm
.macro new_space
.endm

.macro set_up
    la   t0, trap
    put  TVEC, t0
.endm
.macro enter
    li   t0, 3
    put  ESTATUS, t0
    return_to_user
.endm

.macro swap_sp
    put  SCRATCH1, sp
    get  sp, SCRATCH
.endm
.macro swap_back
    get  sp, SCRATCH1
.endm
.macro user_sp reg
    get  \reg, SCRATCH1
.endm
/* t: 0 if the trap is a system call */
.macro is_call s, t
    get  \s, ECAUSE
    addi \t, \s, -8
.endm
.macro print_byte byte, t
    li   \t, 0x10
    out  \t, \byte
.endm
.macro power_off status, s, t
    li   \t, 1
    out  \t, \status
.endm

#include "kernel.inc"

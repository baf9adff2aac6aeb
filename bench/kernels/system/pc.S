/*
 * A PC, for a loader that knows multiboot: the kernel in ring 0, the program in ring 3, 32 bits, 4 KiB
 * pages. The same map and the same system calls as kernel.inc's, by int 0x80 and Linux's numbers for
 * i386: exit 1, write 4, getpid 20, yield 158. They keep every register but eax.
 *
 * What differs from kernel.inc's map: 0x2000 to 0x2fff are two stacks of the kernel, one a task; 0x3000 the
 * task-state segment, the task that runs and where each other's stack is; 0x3400 the interrupt table.
 * The repeat count is the loader's command line. The end is a byte after all that was printed: 4, or 24 if
 * something went wrong.
 */
#define BASE     0x1000000
#define STACKS   (BASE + 0x2800)
#define TSS      (BASE + 0x3000)
#define CURRENT  (BASE + 0x3100)
#define SAVED    (BASE + 0x3104)
#define IDT      (BASE + 0x3400)
#define ROOT0    (BASE + 0x4000)
#define TABLES0  (BASE + 0x5000)
#define ROOT1    (BASE + 0x9000)
#define TABLE1   (BASE + 0xa000)
#define PROGRAM  (BASE + 0x10000)
#define STACK    (BASE + 0xe10000 - 16)

/* Present, writable, accessed, dirty; and the user's. */
#define KERNEL 0x63
#define USER   0x67
#define SERIAL 0x3f8
#define MAGIC  0x1badb002

/* Selectors. */
#define CODE   0x08
#define DATA   0x10
#define USER_CODE 0x1b
#define USER_DATA 0x23
#define TASK   0x28

    .section .boot, "ax"
    .balign 4
    .long MAGIC, 0, -MAGIC

gdt:
    .quad 0, 0x00cf9a000000ffff, 0x00cf92000000ffff, 0x00cffa000000ffff, 0x00cff2000000ffff
    .word 0x67, TSS & 0xffff
    .byte TSS >> 16 & 0xff, 0x89, 0, TSS >> 24
gdt_end:
gdt_place:
    .word gdt_end - gdt - 1
    .long gdt
idt_place:
    .word 0x81 * 8 - 1
    .long IDT

    .globl boot
boot:
    cld
    mov  $STACKS - 64, %esp
    mov  16(%ebx), %esi
    xor  %eax, %eax
1:  movzbl (%esi), %ecx
    inc  %esi
    sub  $'0', %ecx
    cmp  $9, %ecx
    ja   2f
    imul $10, %eax
    add  %ecx, %eax
    jmp  1b
2:  mov  %eax, PARAMETER

    /* Leaves of space 0: 4096 pages, the first 16 the kernel's. */
    mov  $TABLES0, %edi
    mov  $BASE + KERNEL, %eax
    mov  $16, %ecx
1:  stosl
    add  $0x1000, %eax
    loop 1b
    add  $USER - KERNEL, %eax
    mov  $4096 - 16, %ecx
2:  stosl
    add  $0x1000, %eax
    loop 2b

    /* The fourth table of space 1: as space 0's, the private pages 16 frames further. */
    mov  $TABLES0 + 3 * 4096, %esi
    mov  $TABLE1, %edi
    mov  $1024, %ecx
    rep  movsl
    mov  $TABLE1 + 0x200 * 4, %edi
    mov  $16, %ecx
3:  addl $0x10000, (%edi)
    add  $4, %edi
    loop 3b

    /* Roots. */
    movl $TABLES0 + USER, ROOT0 + (BASE >> 22) * 4
    movl $TABLES0 + 0x1000 + USER, ROOT0 + (BASE >> 22) * 4 + 4
    movl $TABLES0 + 0x2000 + USER, ROOT0 + (BASE >> 22) * 4 + 8
    movl $TABLES0 + 0x3000 + USER, ROOT0 + (BASE >> 22) * 4 + 12
    movl $TABLES0 + USER, ROOT1 + (BASE >> 22) * 4
    movl $TABLES0 + 0x1000 + USER, ROOT1 + (BASE >> 22) * 4 + 4
    movl $TABLES0 + 0x2000 + USER, ROOT1 + (BASE >> 22) * 4 + 8
    movl $TABLE1 + USER, ROOT1 + (BASE >> 22) * 4 + 12
    mov  $ROOT0, %eax
    mov  %eax, %cr3
    mov  %cr0, %eax
    or   $0x80000000, %eax
    mov  %eax, %cr0

    /* Segments, the task-state segment, interrupts. */
    lgdt gdt_place
    ljmp $CODE, $6f
6:  mov  $DATA, %ax
    mov  %ax, %ss
    mov  $USER_DATA, %ax
    mov  %ax, %ds
    mov  %ax, %es
    movl $STACKS, TSS + 4
    movl $DATA, TSS + 8
    movw $0x68, TSS + 102
    mov  $TASK, %ax
    ltr  %ax
    mov  $IDT, %edi
    mov  $0x80, %ecx
    mov  $unexpected, %eax
7:  call gate
    loop 7b
    mov  $trap, %eax
    call gate
    movw $0xee00, IDT + 0x80 * 8 + 4
    lidt idt_place

    /* The second task, as if it had yielded before it began; then the first begins. */
    mov  $STACKS + 0x800 - 20, %edi
    call frame
    sub  $32, %edi
    mov  %edi, SAVED + 4
    mov  $STACKS - 20, %edi
    call frame
    mov  %edi, %esp
    iret

/* An interrupt gate for the handler eax at edi, which goes on to the next. */
gate:
    mov  %eax, (%edi)
    movw $CODE, 2(%edi)
    mov  %eax, 4(%edi)
    movw $0x8e00, 4(%edi)
    add  $8, %edi
    ret

/* What iret takes, at edi. */
frame:
    movl $PROGRAM, (%edi)
    movl $USER_CODE, 4(%edi)
    movl $2, 8(%edi)
    movl $STACK, 12(%edi)
    movl $USER_DATA, 16(%edi)
    ret

    .balign 4
trap:
    cmp  $20, %eax
    je   getpid
    cmp  $158, %eax
    je   yield
    cmp  $4, %eax
    je   write
    cmp  $1, %eax
    je   exit
    mov  $-38, %eax
    iret
getpid:
    mov  $1, %eax
    iret

write:
    push %ecx
    push %edx
    push %esi
    mov  %ecx, %esi
    mov  %edx, %ecx
    mov  $SERIAL, %edx
1:  jecxz 2f
    lodsb
    out  %al, %dx
    dec  %ecx
    jmp  1b
2:  pop  %esi
    pop  %edx
    pop  %ecx
    mov  %edx, %eax
    iret

unexpected:
    mov  $1, %ebx
exit:
    mov  $4, %al
    test %ebx, %ebx
    jz   1f
    mov  $24, %al
1:  mov  $SERIAL, %edx
    out  %al, %dx
2:  hlt
    jmp  2b

    /* All registers of this task are kept, all of the next taken back, in its address space. */
yield:
    xor  %eax, %eax
    pusha
    mov  CURRENT, %ecx
    mov  %esp, SAVED(, %ecx, 4)
    xor  $1, %ecx
    mov  %ecx, CURRENT
    mov  SAVED(, %ecx, 4), %esp
    mov  %ecx, %eax
    shl  $11, %eax
    add  $STACKS, %eax
    mov  %eax, TSS + 4
    imul $ROOT1 - ROOT0, %ecx, %eax
    add  $ROOT0, %eax
    mov  %eax, %cr3
    popa
    iret

# The end: prints what the kernel has counted, from a list of variables and texts, and powers off.

report:
    la   s0, report_list
1:  lw   t0, 0(s0)
    beqz t0, 2f
    lw   a0, 0(t0)
    call print_decimal
2:  lw   a0, 4(s0)
    call print
    lw   t0, 8(s0)
    addi s0, s0, 8
    li   t1, -1
    bne  t0, t1, 1b
    li   t0, PORT_POWER
    out  t0, zero

    .section .rodata
    .balign 4
report_list:                      # a variable, or 0 for none, and the text after it
    .word 0, report_kernel
    .word ticks, report_ticks, switches, report_switches, times_idle, report_idle
    .word system_calls, report_calls, demand_pages, report_demand
    .word pages_freed, report_freed, pages_dirtied, report_dirtied
    .word free_pages, report_free, free_at_boot, report_boot, -1
report_kernel:   .asciz "kernel:  "
report_ticks:    .asciz " ticks, "
report_switches: .asciz " process switches, "
report_idle:     .asciz " times idle\nkernel:  "
report_calls:    .asciz " system calls, "
report_demand:   .asciz " pages on demand, "
report_freed:    .asciz " given back, "
report_dirtied:  .asciz " of them dirty\nkernel:  "
report_free:     .asciz " pages free, at boot "
report_boot:     .asciz "\n"

    .bss
    .balign 4
switches:      .space 4
times_idle:    .space 4
system_calls:  .space 4
demand_pages:  .space 4
pages_freed:   .space 4
pages_dirtied: .space 4
free_at_boot:  .space 4
    .text

# greeter: reads a line from the console, if one comes in time.

    .equ PATIENCE, 40             # ticks

greeter:
    li   a0, HEAP
    li   a1, 40
    li   a2, PATIENCE
    system READ
    li   t0, HEAP
    add  t1, t0, a0
    la   a0, greeter_nobody
    beq  t1, t0, 1f               # nothing came
    sb   zero, 0(t1)
    lbu  t2, -1(t1)
    li   t3, '\n'
    bne  t2, t3, 2f
    sb   zero, -1(t1)             # put_line adds the end of the line
2:  la   a0, greeter_hello
    call put_text
    li   a0, HEAP
1:  call put_line
    li   a0, 0
    system EXIT

greeter_hello:  .asciz "console: hello, "
greeter_nobody: .asciz "console: nobody has typed anything"
    .balign 4

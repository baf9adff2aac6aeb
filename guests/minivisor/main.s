	.file	"main.c"
	.option nopic
	.attribute arch, "rv32i2p1_m2p0"
	.attribute unaligned_access, 0
	.attribute stack_align, 16
	.text
	.align	2
	.type	enter, @function
enter:
	addi	sp,sp,-32
	sw	s0,24(sp)
	sw	s1,20(sp)
	lla	s0,.L_main_ANCHOR0
	sw	s3,12(sp)
	sw	ra,28(sp)
	sw	s2,16(sp)
	lw	s2,132(s0)
	mv	s3,a0
	call	is_paging
	lw	a2,144(s0)
	lw	a5,252(s0)
	lw	a4,148(s0)
	andi	s2,s2,3
	mv	s1,a0
	li	a3,0
	bltu	a5,a2,.L_main_2
	sub	a3,a5,a2
	bgtu	a3,a4,.L_main_18
.L_main_2:
	lw	a4,128(s0)
	lw	a5,132(s0)
	sw	a4,264(s0)
	li	a4,65536
	addi	a4,a4,-256
	and	a5,a5,a4
	mv	a4,s2
	bne	s2,zero,.L_main_4
	li	a4,1
.L_main_4:
	or	a5,a5,a4
	ori	a5,a5,4
	sw	a5,268(s0)
	bne	s1,zero,.L_main_5
	lw	a5,248(s0)
	sw	a3,276(s0)
	add	a5,a5,a2
	sw	a5,272(s0)
	beq	s2,zero,.L_main_6
	lw	s2,208(s0)
.L_main_6:
	sw	s2,280(s0)
	li	a0,0
	j	.L_main_7
.L_main_5:
	lla	a5,trap_saved
	sw	a5,272(s0)
	sw	a3,276(s0)
	bne	s2,zero,.L_main_19
.L_main_8:
	sw	s2,280(s0)
	call	shadow_root
.L_main_7:
	slli	s1,s1,2
	add	s1,s0,s1
	lw	a5,300(s1)
	sw	a0,284(s0)
	add	a0,a5,s3
	sw	a0,288(s0)
	call	enter_guest
	lw	a3,292(s0)
	lw	a5,296(s0)
	lw	a2,308(s1)
	lw	a4,216(s0)
	sub	a5,a5,a3
	sub	a5,a5,a2
	lw	a3,220(s0)
	add	a4,a5,a4
	sltu	a5,a4,a5
	add	a5,a5,a3
	sw	a4,216(s0)
	sw	a5,220(s0)
	lw	ra,28(sp)
	lw	s0,24(sp)
	lw	s1,20(sp)
	lw	s2,16(sp)
	lw	s3,12(sp)
	addi	sp,sp,32
	jr	ra
.L_main_19:
	lw	s2,208(s0)
	j	.L_main_8
.L_main_18:
	mv	a3,a4
	j	.L_main_2
	.size	enter, .-enter
	.align	2
	.globl	take_frame
	.type	take_frame, @function
take_frame:
	lla	a4,.L_main_ANCHOR0
	lw	a0,316(a4)
	lw	a3,248(a4)
	li	a5,4096
	add	a5,a0,a5
	bgtu	a5,a3,.L_main_22
	sw	a5,316(a4)
	ret
.L_main_22:
	li	a0,0
	ret
	.size	take_frame, .-take_frame
	.section	.rodata.str1.4,"aMS",@progbits,1
	.align	2
.L_main_C0:
	.string	"minivisor: "
	.text
	.align	2
	.globl	die
	.type	die, @function
die:
	lla	a4,.L_main_C0
	li	a5,109
	li	a3,16
.L_main_24:
 #APP
# 63 "ring32.h" 1
	out a3, a5
# 0 "" 2
 #NO_APP
	lbu	a5,1(a4)
	addi	a4,a4,1
	bne	a5,zero,.L_main_24
	lbu	a5,0(a0)
	beq	a5,zero,.L_main_25
	li	a4,16
.L_main_26:
 #APP
# 63 "ring32.h" 1
	out a4, a5
# 0 "" 2
 #NO_APP
	lbu	a5,1(a0)
	addi	a0,a0,1
	bne	a5,zero,.L_main_26
.L_main_25:
	li	a5,16
	li	a4,10
 #APP
# 63 "ring32.h" 1
	out a5, a4
# 0 "" 2
 #NO_APP
	li	a4,1
	li	a5,255
.L_main_27:
 #APP
# 63 "ring32.h" 1
	out a4, a5
# 0 "" 2
# 63 "ring32.h" 1
	out a4, a5
# 0 "" 2
 #NO_APP
	j	.L_main_27
	.size	die, .-die
	.align	2
	.globl	stop
	.type	stop, @function
stop:
	lla	a5,.L_main_ANCHOR0
	sw	a0,224(a5)
	sw	a1,228(a5)
	li	a5,0
 #APP
# 144 "main.c" 1
	mts TVEC, a5
# 0 "" 2
 #NO_APP
	not	a0,a0
	srli	a0,a0,31
	slli	a0,a0,20
	tail	enter
	.size	stop, .-stop
	.section	.rodata.str1.4
	.align	2
.L_main_C1:
	.string	"no guest; name one with --guest FILE"
	.align	2
.L_main_C2:
	.string	"a trap in its own code"
	.align	2
.L_main_C3:
	.string	"the guest has other code than a gate in the last 4 MiB of its addresses"
	.section	.text.startup,"ax",@progbits
	.align	2
	.globl	main
	.type	main, @function
main:
	addi	sp,sp,-80
	sw	s0,72(sp)
	lla	s0,.L_main_ANCHOR0
	lw	a5,252(s0)
	sw	ra,76(sp)
	sw	s1,68(sp)
	sw	s2,64(sp)
	sw	s3,60(sp)
	sw	s4,56(sp)
	sw	s5,52(sp)
	sw	s6,48(sp)
	sw	s7,44(sp)
	sw	s8,40(sp)
	sw	s9,36(sp)
	sw	s10,32(sp)
	beq	a5,zero,.L_main_119
	lw	a4,256(s0)
	lla	a3,pool
	sw	a5,148(s0)
	sw	a4,128(s0)
	li	a5,-1
	li	a4,-1
	sw	a3,316(s0)
	sw	a4,232(s0)
	sw	a5,236(s0)
	li	s1,0
	call	make_own_space
 #APP
# 77 "main.c" 1
	mts PTBR, s1
# 0 "" 2
 #NO_APP
	lla	s4,trap_plain
 #APP
# 78 "main.c" 1
	mts TVEC, s4
# 0 "" 2
 #NO_APP
	sw	zero,.L_main_ANCHOR0+268,a5
	sw	zero,.L_main_ANCHOR0+272,a5
	sw	zero,.L_main_ANCHOR0+288,a5
	li	s8,5
	lla	s2,trap_saved
	li	s7,1000
	sw	s8,268(s0)
	sw	s2,272(s0)
	sw	s7,288(s0)
	sw	zero,.L_main_ANCHOR0+260,a5
	sw	zero,.L_main_ANCHOR0+264,a5
	sw	zero,.L_main_ANCHOR0+276,a5
	sw	zero,.L_main_ANCHOR0+280,a5
	sw	zero,.L_main_ANCHOR0+284,a5
	sw	zero,.L_main_ANCHOR0+292,a5
	sw	zero,.L_main_ANCHOR0+296,a5
	call	enter_guest
	lw	a4,292(s0)
	lw	a5,296(s0)
	lla	s6,spin
	li	s5,4
	sub	a5,a5,a4
	sw	a5,308(s0)
	sw	s6,272(s0)
	sw	s5,276(s0)
	sw	zero,.L_main_ANCHOR0+284,a5
	sw	zero,.L_main_ANCHOR0+264,a5
	call	enter_guest
	lw	a5,308(s0)
	lw	a3,292(s0)
	lw	a4,296(s0)
	lla	s3,own_root
	add	a5,a5,a3
	addi	a5,a5,1000
	sub	a5,a5,a4
	sw	a5,300(s0)
	lw	a5,0(s3)
 #APP
# 77 "main.c" 1
	mts PTBR, a5
# 0 "" 2
 #NO_APP
	li	a5,-2048
 #APP
# 78 "main.c" 1
	mts TVEC, a5
# 0 "" 2
 #NO_APP
	sw	zero,.L_main_ANCHOR0+268,a5
	sw	zero,.L_main_ANCHOR0+272,a5
	sw	zero,.L_main_ANCHOR0+284,a5
	sw	zero,.L_main_ANCHOR0+288,a5
	lw	a5,empty_root
	sw	a5,284(s0)
	sw	s8,268(s0)
	sw	s2,272(s0)
	sw	s7,288(s0)
	sw	zero,.L_main_ANCHOR0+260,a5
	sw	zero,.L_main_ANCHOR0+264,a5
	sw	zero,.L_main_ANCHOR0+276,a5
	sw	zero,.L_main_ANCHOR0+280,a5
	sw	zero,.L_main_ANCHOR0+292,a5
	sw	zero,.L_main_ANCHOR0+296,a5
	call	enter_guest
	lw	a3,292(s0)
	lw	a5,296(s0)
	lw	a4,0(s3)
	sw	s6,264(s0)
	sub	a5,a5,a3
	sw	a5,312(s0)
	sw	a4,284(s0)
	sw	s2,272(s0)
	sw	s5,276(s0)
	call	enter_guest
	lw	a5,312(s0)
	lw	a3,292(s0)
	lw	a4,296(s0)
	add	a5,a5,a3
	addi	a5,a5,1000
	sub	a5,a5,a4
	sw	a5,304(s0)
 #APP
# 77 "main.c" 1
	mts PTBR, s1
# 0 "" 2
# 78 "main.c" 1
	mts TVEC, s4
# 0 "" 2
 #NO_APP
	li	s1,-2147483648
	li	s2,65536
	addi	s1,s1,1
	addi	s2,s2,-256
.L_main_37:
	call	pass_events
	call	pending
	lw	a5,212(s0)
	beq	a5,zero,.L_main_38
.L_main_122:
	beq	a0,zero,.L_main_120
	sw	zero,.L_main_ANCHOR0+212,a5
.L_main_41:
	lw	a5,132(s0)
	andi	a5,a5,4
	beq	a5,zero,.L_main_42
	andi	a5,a0,1
	bne	a5,zero,.L_main_121
.L_main_43:
	mv	a3,a5
	addi	a5,a5,1
	srl	a4,a0,a5
	andi	a4,a4,1
	beq	a4,zero,.L_main_43
	add	a0,a3,s1
.L_main_44:
	li	a1,0
	call	take_trap
	call	pass_events
	call	pending
	lw	a5,212(s0)
	bne	a5,zero,.L_main_122
.L_main_38:
	bne	a0,zero,.L_main_41
.L_main_42:
	call	next_event
	lw	a5,216(s0)
	lw	a3,220(s0)
	mv	a4,a0
	sub	a0,a0,a5
	sgtu	a4,a0,a4
	sub	a5,a1,a3
	bne	a5,a4,.L_main_46
	li	a5,1048576
	bgtu	a0,a5,.L_main_46
.L_main_45:
	call	enter
 #APP
# 130 "main.c" 1
	mfs a4, ESTATUS
# 0 "" 2
 #NO_APP
	andi	a3,a4,3
	beq	a3,zero,.L_main_123
	lw	a5,132(s0)
	andi	a2,a5,3
	bne	a2,zero,.L_main_49
	addi	a2,a3,-1
	snez	a2,a2
	neg	a2,a2
	and	a3,a3,a2
.L_main_49:
 #APP
# 135 "main.c" 1
	mfs a2, EPC
# 0 "" 2
 #NO_APP
	and	a4,a4,s2
	andi	a5,a5,4
	or	a5,a5,a4
	or	a5,a5,a3
	sw	a2,128(s0)
	sw	a5,132(s0)
 #APP
# 210 "main.c" 1
	mfs s6, ECAUSE
# 0 "" 2
# 210 "main.c" 1
	mfs s7, EVAL
# 0 "" 2
 #NO_APP
	call	is_paging
	li	a5,1
	mv	s5,a0
	beq	s6,a5,.L_main_50
	li	a5,12
	beq	s6,a5,.L_main_51
	lw	a5,128(s0)
	li	a4,-4194304
	li	a3,5
	sltu	s8,a5,a4
	xori	s8,s8,1
	beq	s6,a3,.L_main_124
	li	a3,13
	bne	s6,a3,.L_main_55
	beq	a0,zero,.L_main_125
.L_main_53:
	sw	a5,4(sp)
	li	a5,4
	sw	zero,12(sp)
	sw	zero,16(sp)
	sw	zero,20(sp)
	sw	zero,24(sp)
	sw	zero,28(sp)
	sw	a5,8(sp)
	bne	s8,zero,.L_main_87
	addi	a0,sp,4
	call	decode_access
	mv	s9,a0
	mv	a1,sp
	addi	a0,sp,4
	call	locate
	bne	a0,zero,.L_main_126
.L_main_70:
	lw	s7,12(sp)
	lw	s6,4(sp)
	lw	s10,8(sp)
	addi	s7,s7,-2
	seqz	s7,s7
	mv	a1,s7
	mv	a0,s6
	call	enter_shadow
	beq	a0,zero,.L_main_76
	lw	a5,4(sp)
	add	a0,s6,s10
	addi	a0,a0,-1
	xor	a5,a0,a5
	li	a4,4096
	bltu	a5,a4,.L_main_71
	mv	a1,s7
	call	enter_shadow
	bne	a0,zero,.L_main_71
.L_main_76:
	beq	s8,zero,.L_main_127
	lw	a3,248(s0)
	lw	a5,20(sp)
	li	a4,11
	add	a5,a5,a3
	lw	a1,0(a5)
	andi	a5,a1,127
	bne	a5,a4,.L_main_128
	lw	a5,132(s0)
	andi	a5,a5,3
	bne	a5,zero,.L_main_78
	mv	a0,a1
	call	interpret
.L_main_71:
	call	is_paging
	beq	s5,a0,.L_main_37
	li	a5,0
 #APP
# 77 "main.c" 1
	mts PTBR, a5
# 0 "" 2
 #NO_APP
	bne	s5,zero,.L_main_85
	li	a5,-2048
.L_main_84:
 #APP
# 78 "main.c" 1
	mts TVEC, a5
# 0 "" 2
 #NO_APP
	j	.L_main_37
.L_main_120:
	call	wait_for_event
	j	.L_main_37
.L_main_46:
	li	a0,1048576
	j	.L_main_45
.L_main_66:
	mv	a1,s7
	mv	a0,s6
	call	take_trap
.L_main_81:
	call	is_paging
	beq	s5,a0,.L_main_37
	beq	s5,zero,.L_main_83
	li	a5,0
 #APP
# 77 "main.c" 1
	mts PTBR, a5
# 0 "" 2
 #NO_APP
.L_main_85:
	mv	a5,s4
 #APP
# 78 "main.c" 1
	mts TVEC, a5
# 0 "" 2
 #NO_APP
	j	.L_main_37
.L_main_121:
	li	a0,-2147483648
	j	.L_main_44
.L_main_51:
	beq	a0,zero,.L_main_129
	lw	a5,128(s0)
	sw	zero,12(sp)
	sw	zero,16(sp)
	sw	a5,4(sp)
	li	a5,4
	sw	zero,20(sp)
	sw	zero,24(sp)
	sw	zero,28(sp)
	sw	a5,8(sp)
.L_main_87:
	mv	a1,sp
	addi	a0,sp,4
	li	s8,1
	li	s9,0
	call	locate
	beq	a0,zero,.L_main_70
.L_main_126:
	lw	a1,0(sp)
	call	take_trap
	j	.L_main_71
.L_main_125:
	mv	a1,s7
	li	a0,13
	call	take_trap
	call	is_paging
	beq	a0,zero,.L_main_37
.L_main_83:
	lw	a5,0(s3)
 #APP
# 77 "main.c" 1
	mts PTBR, a5
# 0 "" 2
 #NO_APP
	li	a5,-2048
	j	.L_main_84
.L_main_55:
	li	a3,7
	bne	s6,a3,.L_main_57
	bne	a0,zero,.L_main_53
	mv	a1,s7
	li	a0,7
	call	take_trap
	call	is_paging
	bne	a0,zero,.L_main_83
	j	.L_main_37
.L_main_124:
	bne	a0,zero,.L_main_53
	mv	a1,s7
	li	a0,5
	call	take_trap
	call	is_paging
	bne	a0,zero,.L_main_83
	j	.L_main_37
.L_main_57:
	li	a3,15
	bne	s6,a3,.L_main_130
	bne	a0,zero,.L_main_53
	mv	a1,s7
	li	a0,15
	call	take_trap
	call	is_paging
	bne	a0,zero,.L_main_83
	j	.L_main_37
.L_main_129:
	mv	a1,s7
	li	a0,12
	call	take_trap
	call	is_paging
	bne	a0,zero,.L_main_83
	j	.L_main_37
.L_main_127:
	mv	a1,s9
	addi	a0,sp,4
	call	execute_access
	j	.L_main_71
.L_main_50:
	beq	a0,zero,.L_main_66
	li	s8,1
.L_main_65:
	lw	a5,128(s0)
	j	.L_main_53
.L_main_78:
	li	a0,24
	call	take_trap
	j	.L_main_71
.L_main_130:
	blt	s6,zero,.L_main_37
	beq	a0,zero,.L_main_67
	bgeu	a5,a4,.L_main_65
.L_main_67:
	li	a5,24
	bne	s6,a5,.L_main_66
	lw	a5,132(s0)
	andi	a5,a5,3
	bne	a5,zero,.L_main_66
	mv	a0,s7
	call	interpret
	j	.L_main_81
.L_main_128:
	lla	a0,.L_main_C3
	call	die
.L_main_123:
	lla	a0,.L_main_C2
	call	die
.L_main_119:
	lla	a0,.L_main_C1
	call	die
	.size	main, .-main
	.globl	world
	.globl	vcpu
	.globl	allocation
	.bss
	.align	3
	.set	.L_main_ANCHOR0,. + 0
	.type	vcpu, @object
	.size	vcpu, 248
vcpu:
	.zero	248
	.type	allocation, @object
	.size	allocation, 12
allocation:
	.zero	12
	.type	world, @object
	.size	world, 40
world:
	.zero	40
	.type	lead, @object
	.size	lead, 8
lead:
	.zero	8
	.type	overhead, @object
	.size	overhead, 8
overhead:
	.zero	8
	.type	next_frame, @object
	.size	next_frame, 4
next_frame:
	.zero	4

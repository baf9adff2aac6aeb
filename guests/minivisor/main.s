	.file	"main.c"
	.option nopic
	.attribute arch, "rv32i2p1_m2p0"
	.attribute unaligned_access, 0
	.attribute stack_align, 16
	.text
	.align	2
	.globl	take_frame
	.type	take_frame, @function
take_frame:
	lla	a4,.L_main_ANCHOR0
	lw	a0,0(a4)
	lw	a3,4(a4)
	li	a5,4096
	add	a5,a0,a5
	bgtu	a5,a3,.L_main_3
	sw	a5,0(a4)
	ret
.L_main_3:
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
.L_main_6:
 #APP
# 63 "ring32.h" 1
	out a3, a5
# 0 "" 2
 #NO_APP
	lbu	a5,1(a4)
	addi	a4,a4,1
	bne	a5,zero,.L_main_6
	lbu	a5,0(a0)
	beq	a5,zero,.L_main_7
	li	a4,16
.L_main_8:
 #APP
# 63 "ring32.h" 1
	out a4, a5
# 0 "" 2
 #NO_APP
	lbu	a5,1(a0)
	addi	a0,a0,1
	bne	a5,zero,.L_main_8
.L_main_7:
	li	a5,16
	li	a4,10
 #APP
# 63 "ring32.h" 1
	out a5, a4
# 0 "" 2
 #NO_APP
	li	a4,1
	li	a5,255
.L_main_9:
 #APP
# 63 "ring32.h" 1
	out a4, a5
# 0 "" 2
# 63 "ring32.h" 1
	out a4, a5
# 0 "" 2
 #NO_APP
	j	.L_main_9
	.size	die, .-die
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
	addi	sp,sp,-112
	sw	s0,104(sp)
	sw	ra,108(sp)
	sw	s1,100(sp)
	sw	s2,96(sp)
	sw	s3,92(sp)
	sw	s4,88(sp)
	sw	s5,84(sp)
	sw	s6,80(sp)
	sw	s7,76(sp)
	sw	s8,72(sp)
	sw	s9,68(sp)
	sw	s10,64(sp)
	sw	s11,60(sp)
	lla	s0,.L_main_ANCHOR0
	lw	a5,8(s0)
	beq	a5,zero,.L_main_111
	lw	a4,12(s0)
	lla	a3,pool
	sw	a5,164(s0)
	sw	a4,144(s0)
	li	a5,-1
	li	a4,-1
	sw	a3,0(s0)
	sw	a4,240(s0)
	sw	a5,244(s0)
	li	s1,0
	call	make_own_space
 #APP
# 77 "main.c" 1
	mts PTBR, s1
# 0 "" 2
 #NO_APP
	lla	s6,trap_plain
 #APP
# 78 "main.c" 1
	mts TVEC, s6
# 0 "" 2
 #NO_APP
	sw	zero,.L_main_ANCHOR0+264,a5
	sw	zero,.L_main_ANCHOR0+268,a5
	sw	zero,.L_main_ANCHOR0+284,a5
	li	s8,5
	lla	s4,trap_saved
	li	s7,1000
	sw	s8,264(s0)
	sw	s4,268(s0)
	sw	s7,284(s0)
	sw	zero,.L_main_ANCHOR0+256,a5
	sw	zero,.L_main_ANCHOR0+260,a5
	sw	zero,.L_main_ANCHOR0+272,a5
	sw	zero,.L_main_ANCHOR0+276,a5
	sw	zero,.L_main_ANCHOR0+280,a5
	sw	zero,.L_main_ANCHOR0+288,a5
	sw	zero,.L_main_ANCHOR0+292,a5
	call	enter_guest
	lw	a4,288(s0)
	lw	a5,292(s0)
	lla	s3,spin
	li	s2,4
	sub	a5,a5,a4
	sw	a5,296(s0)
	sw	s3,268(s0)
	sw	s2,272(s0)
	sw	zero,.L_main_ANCHOR0+280,a5
	sw	zero,.L_main_ANCHOR0+260,a5
	call	enter_guest
	lw	a5,296(s0)
	lw	a3,288(s0)
	lw	a4,292(s0)
	lla	s5,own_root
	add	a5,a5,a3
	addi	a5,a5,1000
	sub	a5,a5,a4
	sw	a5,304(s0)
	lw	a5,0(s5)
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
	sw	zero,.L_main_ANCHOR0+264,a5
	sw	zero,.L_main_ANCHOR0+268,a5
	sw	zero,.L_main_ANCHOR0+280,a5
	sw	zero,.L_main_ANCHOR0+284,a5
	lw	a5,empty_root
	sw	a5,280(s0)
	sw	s8,264(s0)
	sw	s4,268(s0)
	sw	s7,284(s0)
	sw	zero,.L_main_ANCHOR0+256,a5
	sw	zero,.L_main_ANCHOR0+260,a5
	sw	zero,.L_main_ANCHOR0+272,a5
	sw	zero,.L_main_ANCHOR0+276,a5
	sw	zero,.L_main_ANCHOR0+288,a5
	sw	zero,.L_main_ANCHOR0+292,a5
	call	enter_guest
	lw	a3,288(s0)
	lw	a5,292(s0)
	lw	a4,0(s5)
	sw	s3,260(s0)
	sub	a5,a5,a3
	sw	a5,300(s0)
	sw	a4,280(s0)
	sw	s4,268(s0)
	sw	s2,272(s0)
	call	enter_guest
	lw	a5,300(s0)
	lw	a3,288(s0)
	lw	a4,292(s0)
	add	a5,a5,a3
	addi	a5,a5,1000
	sub	a5,a5,a4
	sw	a5,308(s0)
 #APP
# 77 "main.c" 1
	mts PTBR, s1
# 0 "" 2
# 78 "main.c" 1
	mts TVEC, s6
# 0 "" 2
 #NO_APP
	li	s2,-2147483648
	li	s3,65536
	addi	s2,s2,1
	mv	s1,s0
	addi	s3,s3,-256
.L_main_18:
	call	pass_events
	call	pending
	lw	a5,228(s0)
	beq	a5,zero,.L_main_19
.L_main_114:
	beq	a0,zero,.L_main_112
	sw	zero,.L_main_ANCHOR0+228,a5
.L_main_22:
	lw	a5,148(s0)
	andi	a4,a5,4
	beq	a4,zero,.L_main_24
	andi	a5,a0,1
	bne	a5,zero,.L_main_113
.L_main_25:
	mv	a3,a5
	addi	a5,a5,1
	srl	a4,a0,a5
	andi	a4,a4,1
	beq	a4,zero,.L_main_25
	add	a0,a3,s2
.L_main_26:
	li	a1,0
	call	take_trap
	call	pass_events
	call	pending
	lw	a5,228(s0)
	bne	a5,zero,.L_main_114
.L_main_19:
	bne	a0,zero,.L_main_22
	lw	a5,148(s0)
.L_main_24:
	andi	s7,a5,3
	call	is_paging
	lw	s11,160(s0)
	lw	s10,8(s0)
	lw	a5,164(s0)
	mv	s8,a0
	bleu	s11,s10,.L_main_27
	li	s10,0
.L_main_28:
	call	next_event
	lw	s9,232(s0)
	lw	a5,236(s0)
	sub	s9,a0,s9
	sgtu	a0,s9,a0
	sub	a5,a1,a5
	bne	a5,a0,.L_main_31
	li	a5,1048576
	bgtu	s9,a5,.L_main_31
.L_main_30:
	lw	a3,144(s0)
	lw	a5,148(s1)
	mv	a4,s7
	sw	a3,260(s0)
	and	a5,a5,s3
	mv	s0,s1
	bne	s7,zero,.L_main_32
	li	a4,1
.L_main_32:
	or	a5,a5,a4
	ori	a5,a5,4
	sw	a5,264(s1)
	bne	s8,zero,.L_main_33
	lw	a5,4(s1)
	sw	s10,272(s1)
	add	a5,a5,s11
	sw	a5,268(s1)
	beq	s7,zero,.L_main_34
	lw	s7,224(s1)
.L_main_34:
	sw	s7,276(s1)
	li	a0,0
.L_main_35:
	slli	s7,s8,2
	add	s7,s1,s7
	lw	a5,304(s7)
	sw	a0,280(s1)
	add	a5,a5,s9
	sw	a5,284(s1)
	call	enter_guest
	lw	a3,288(s1)
	lw	a5,292(s1)
	lw	a2,296(s7)
	lw	a4,232(s1)
	sub	a5,a5,a3
	sub	a5,a5,a2
	lw	a3,236(s1)
	add	a4,a5,a4
	sltu	a5,a4,a5
	add	a5,a5,a3
	sw	a4,232(s1)
	sw	a5,236(s1)
 #APP
# 125 "main.c" 1
	mfs a4, ESTATUS
# 0 "" 2
 #NO_APP
	andi	a3,a4,3
	beq	a3,zero,.L_main_115
	lw	a5,148(s1)
	andi	a2,a5,3
	bne	a2,zero,.L_main_37
	addi	a2,a3,-1
	snez	a2,a2
	neg	a2,a2
	and	a3,a3,a2
.L_main_37:
 #APP
# 130 "main.c" 1
	mfs a2, EPC
# 0 "" 2
 #NO_APP
	and	a4,a4,s3
	andi	a5,a5,4
	or	a5,a5,a4
	or	a5,a5,a3
	sw	a2,144(s1)
	sw	a5,148(s1)
 #APP
# 196 "main.c" 1
	mfs s8, ECAUSE
# 0 "" 2
# 196 "main.c" 1
	mfs s9, EVAL
# 0 "" 2
 #NO_APP
	call	is_paging
	li	a5,1
	mv	s7,a0
	beq	s8,a5,.L_main_38
	li	a5,12
	beq	s8,a5,.L_main_39
	li	a4,5
	lw	a5,144(s1)
	beq	s8,a4,.L_main_116
	li	a4,13
	bne	s8,a4,.L_main_43
	beq	a0,zero,.L_main_117
.L_main_41:
	li	a4,4
	sw	a4,24(sp)
	sw	zero,28(sp)
	sw	zero,32(sp)
	sw	zero,36(sp)
	sw	zero,40(sp)
	sw	zero,44(sp)
	sw	a5,20(sp)
	li	a4,-4194304
	bgeu	a5,a4,.L_main_56
	addi	s9,sp,20
	mv	a0,s9
	call	decode_access
	mv	s10,a0
	addi	a1,sp,16
	mv	a0,s9
	li	s11,0
	call	locate
	bne	a0,zero,.L_main_118
.L_main_59:
	lw	a1,28(sp)
	lw	s8,20(sp)
	lw	a5,24(sp)
	addi	a1,a1,-2
	seqz	a1,a1
	mv	a0,s8
	sw	a5,12(sp)
	sw	a1,8(sp)
	call	enter_shadow
	lw	a1,8(sp)
	lw	a5,12(sp)
	beq	a0,zero,.L_main_65
	add	a0,s8,a5
	lw	a5,20(sp)
	addi	a0,a0,-1
	li	a4,4096
	xor	a5,a0,a5
	bltu	a5,a4,.L_main_60
	call	enter_shadow
	bne	a0,zero,.L_main_60
.L_main_65:
	beq	s11,zero,.L_main_119
	lw	a3,4(s1)
	lw	a5,36(sp)
	li	a4,11
	add	a5,a5,a3
	lw	a1,0(a5)
	andi	a5,a1,127
	bne	a5,a4,.L_main_120
	lw	a5,148(s1)
	andi	a5,a5,3
	bne	a5,zero,.L_main_67
	mv	a0,a1
	call	interpret
.L_main_60:
	call	is_paging
	beq	s7,a0,.L_main_18
	li	a5,0
 #APP
# 77 "main.c" 1
	mts PTBR, a5
# 0 "" 2
 #NO_APP
	bne	s7,zero,.L_main_75
	li	a5,-2048
.L_main_74:
 #APP
# 78 "main.c" 1
	mts TVEC, a5
# 0 "" 2
 #NO_APP
	j	.L_main_18
.L_main_112:
	call	wait_for_event
	j	.L_main_18
.L_main_31:
	li	s9,1048576
	j	.L_main_30
.L_main_123:
	blt	s8,zero,.L_main_18
	beq	a0,zero,.L_main_55
	li	a4,-4194304
	bgeu	a5,a4,.L_main_51
.L_main_55:
	li	a5,24
	bne	s8,a5,.L_main_70
	lw	a5,148(s1)
	andi	a5,a5,3
	beq	a5,zero,.L_main_121
.L_main_70:
	mv	a1,s9
	mv	a0,s8
	call	take_trap
.L_main_71:
	call	is_paging
	beq	s7,a0,.L_main_18
	beq	s7,zero,.L_main_73
	li	a5,0
 #APP
# 77 "main.c" 1
	mts PTBR, a5
# 0 "" 2
 #NO_APP
.L_main_75:
	mv	a5,s6
 #APP
# 78 "main.c" 1
	mts TVEC, a5
# 0 "" 2
 #NO_APP
	j	.L_main_18
.L_main_113:
	li	a0,-2147483648
	j	.L_main_26
.L_main_27:
	sub	s10,s10,s11
	bleu	s10,a5,.L_main_28
	mv	s10,a5
	j	.L_main_28
.L_main_33:
	sw	s4,268(s1)
	sw	s10,272(s1)
	beq	s7,zero,.L_main_77
	lw	s7,224(s1)
.L_main_77:
	sw	s7,276(s1)
	call	shadow_root
	j	.L_main_35
.L_main_39:
	beq	a0,zero,.L_main_122
.L_main_51:
	lw	a5,144(s1)
	sw	zero,28(sp)
	sw	zero,32(sp)
	sw	a5,20(sp)
	li	a5,4
	sw	zero,36(sp)
	sw	zero,40(sp)
	sw	zero,44(sp)
	sw	a5,24(sp)
.L_main_56:
	addi	s9,sp,20
	addi	a1,sp,16
	mv	a0,s9
	li	s11,1
	li	s10,0
	call	locate
	beq	a0,zero,.L_main_59
.L_main_118:
	lw	a1,16(sp)
	call	take_trap
	j	.L_main_60
.L_main_117:
	mv	a1,s9
	li	a0,13
	call	take_trap
	call	is_paging
	beq	a0,zero,.L_main_18
.L_main_73:
	lw	a5,0(s5)
 #APP
# 77 "main.c" 1
	mts PTBR, a5
# 0 "" 2
 #NO_APP
	li	a5,-2048
	j	.L_main_74
.L_main_43:
	li	a4,7
	bne	s8,a4,.L_main_45
	bne	a0,zero,.L_main_41
	mv	a1,s9
	li	a0,7
	call	take_trap
	call	is_paging
	bne	a0,zero,.L_main_73
	j	.L_main_18
.L_main_116:
	bne	a0,zero,.L_main_41
	mv	a1,s9
	li	a0,5
	call	take_trap
	call	is_paging
	bne	a0,zero,.L_main_73
	j	.L_main_18
.L_main_45:
	li	a4,15
	bne	s8,a4,.L_main_123
	bne	a0,zero,.L_main_41
	mv	a1,s9
	li	a0,15
	call	take_trap
	call	is_paging
	bne	a0,zero,.L_main_73
	j	.L_main_18
.L_main_122:
	mv	a1,s9
	li	a0,12
	call	take_trap
	call	is_paging
	bne	a0,zero,.L_main_73
	j	.L_main_18
.L_main_119:
	mv	a1,s10
	mv	a0,s9
	call	execute_access
	j	.L_main_60
.L_main_38:
	bne	a0,zero,.L_main_51
	mv	a1,s9
	li	a0,1
	call	take_trap
	call	is_paging
	bne	a0,zero,.L_main_73
	j	.L_main_18
.L_main_67:
	li	a0,24
	call	take_trap
	j	.L_main_60
.L_main_111:
	lla	a0,.L_main_C1
	call	die
.L_main_121:
	mv	a0,s9
	call	interpret
	j	.L_main_71
.L_main_120:
	lla	a0,.L_main_C3
	call	die
.L_main_115:
	lla	a0,.L_main_C2
	call	die
	.size	main, .-main
	.globl	world
	.globl	vcpu
	.globl	allocation
	.bss
	.align	3
	.set	.L_main_ANCHOR0,. + 0
	.type	next_frame, @object
	.size	next_frame, 4
next_frame:
	.zero	4
	.type	allocation, @object
	.size	allocation, 12
allocation:
	.zero	12
	.type	vcpu, @object
	.size	vcpu, 240
vcpu:
	.zero	240
	.type	world, @object
	.size	world, 40
world:
	.zero	40
	.type	overhead, @object
	.size	overhead, 8
overhead:
	.zero	8
	.type	lead, @object
	.size	lead, 8
lead:
	.zero	8

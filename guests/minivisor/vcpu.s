	.file	"vcpu.c"
	.option nopic
	.attribute arch, "rv32i2p1_m2p0"
	.attribute unaligned_access, 0
	.attribute stack_align, 16
	.text
	.align	2
	.type	walk, @function
walk:
	lla	a7,allocation
	li	t1,-4096
	srli	a4,a0,22
	lw	a5,vcpu+140
	lw	a6,4(a7)
	and	a5,t1,a5
	slli	a4,a4,2
	add	a5,a5,a4
	bleu	a6,a5,.L_vcpu_7
	lw	a4,0(a7)
	li	a6,1
	add	a5,a4,a5
	lw	a5,0(a5)
	andi	a4,a5,15
	bne	a4,a6,.L_vcpu_8
	srli	a0,a0,12
	andi	a0,a0,1023
	slli	a0,a0,2
	and	a5,a5,t1
	add	a0,a0,a5
	sw	a0,0(a3)
	lw	a4,4(a7)
	bgeu	a0,a4,.L_vcpu_7
	lw	a5,0(a7)
	add	a5,a5,a0
	lw	a5,0(a5)
	and	a3,a5,a2
	bne	a3,a2,.L_vcpu_8
	and	a5,a5,t1
	bleu	a4,a5,.L_vcpu_7
	li	a0,0
	ret
.L_vcpu_7:
	lla	a5,.L_vcpu_ANCHOR0
	add	a5,a5,a1
	lbu	a0,0(a5)
	ret
.L_vcpu_8:
	lla	a5,.L_vcpu_ANCHOR0
	add	a5,a5,a1
	lbu	a0,4(a5)
	ret
	.size	walk, .-walk
	.align	2
	.globl	is_paging
	.type	is_paging, @function
is_paging:
	lw	a0,vcpu+140
	andi	a0,a0,1
	ret
	.size	is_paging, .-is_paging
	.align	2
	.globl	read_system
	.type	read_system, @function
read_system:
	li	a5,15
	beq	a0,a5,.L_vcpu_12
	bgtu	a0,a5,.L_vcpu_13
	li	a5,13
	beq	a0,a5,.L_vcpu_14
	li	a5,14
	bne	a0,a5,.L_vcpu_28
	lla	a5,vcpu
	lw	a0,232(a5)
	li	a4,-1
	lw	a3,236(a5)
	beq	a0,a4,.L_vcpu_29
.L_vcpu_23:
	lw	a5,216(a5)
	sub	a0,a0,a5
	ret
.L_vcpu_13:
	li	a5,16
	beq	a0,a5,.L_vcpu_18
	li	a5,17
	bne	a0,a5,.L_vcpu_17
 #APP
# 35 "vcpu.c" 1
	mfs a0, CPUID
# 0 "" 2
 #NO_APP
	ret
.L_vcpu_28:
	li	a5,12
	bne	a0,a5,.L_vcpu_17
	lw	a0,vcpu+216
	ret
.L_vcpu_17:
	addi	a0,a0,32
	slli	a0,a0,2
	lla	a5,vcpu
	add	a5,a5,a0
	lw	a0,8(a5)
	ret
.L_vcpu_14:
	lw	a0,vcpu+220
	ret
.L_vcpu_12:
	addi	sp,sp,-16
	sw	s0,8(sp)
	sw	ra,12(sp)
	lw	s0,vcpu+240
	call	device_lines
	lw	ra,12(sp)
	or	a0,s0,a0
	lw	s0,8(sp)
	addi	sp,sp,16
	jr	ra
.L_vcpu_18:
	lw	a0,allocation+4
	ret
.L_vcpu_29:
	bne	a3,a0,.L_vcpu_23
	li	a0,0
	ret
	.size	read_system, .-read_system
	.align	2
	.globl	write_system
	.type	write_system, @function
write_system:
	slli	a4,a0,2
	lla	a5,.L_vcpu_ANCHOR0
	add	a5,a5,a4
	lw	a2,8(a5)
	lla	a4,vcpu
	addi	a5,a0,32
	lw	a3,140(a4)
	slli	a5,a5,2
	add	a5,a4,a5
	and	a2,a2,a1
	sw	a2,8(a5)
	li	a5,14
	andi	a3,a3,1
	beq	a0,a5,.L_vcpu_38
.L_vcpu_31:
	beq	a3,zero,.L_vcpu_30
	lw	a5,140(a4)
	andi	a5,a5,1
	beq	a5,zero,.L_vcpu_39
.L_vcpu_30:
	ret
.L_vcpu_38:
	bne	a1,zero,.L_vcpu_40
	li	a1,-1
	li	a5,-1
.L_vcpu_32:
	sw	a5,236(a4)
	sw	a1,232(a4)
	sw	zero,vcpu+240,a5
	j	.L_vcpu_31
.L_vcpu_40:
	lw	a2,216(a4)
	lw	a0,220(a4)
	addi	a5,a2,1
	sltu	a2,a5,a2
	add	a1,a5,a1
	add	a2,a2,a0
	sltu	a5,a1,a5
	add	a5,a5,a2
	j	.L_vcpu_32
.L_vcpu_39:
	tail	flush
	.size	write_system, .-write_system
	.align	2
	.globl	is_writable
	.type	is_writable, @function
is_writable:
	li	a5,18
	bgtu	a0,a5,.L_vcpu_43
	slli	a0,a0,2
	lla	a5,.L_vcpu_ANCHOR0
	add	a5,a5,a0
	lw	a0,8(a5)
	snez	a0,a0
	ret
.L_vcpu_43:
	li	a0,0
	ret
	.size	is_writable, .-is_writable
	.align	2
	.globl	take_trap
	.type	take_trap, @function
take_trap:
	addi	sp,sp,-16
	sw	s0,8(sp)
	sw	s1,4(sp)
	sw	s2,0(sp)
	sw	ra,12(sp)
	lla	s0,vcpu
	lw	a3,136(s0)
	mv	s2,a0
	mv	s1,a1
	beq	a3,zero,.L_vcpu_47
.L_vcpu_45:
	lw	a5,216(s0)
	lw	a1,132(s0)
	lw	t1,220(s0)
	li	a4,65536
	lw	a7,128(s0)
	lw	a6,144(s0)
	lw	a0,148(s0)
	addi	a2,a5,1
	addi	a4,a4,-256
	sw	a1,156(s0)
	and	a4,a1,a4
	sltu	a5,a2,a5
	sw	zero,vcpu+144,a1
	lw	a1,allocation+4
	add	a5,a5,t1
	sw	a7,152(s0)
	sw	a6,160(s0)
	sw	a0,164(s0)
	sw	s2,168(s0)
	sw	s1,172(s0)
	sw	a1,148(s0)
	sw	a4,132(s0)
	sw	a3,128(s0)
	sw	a2,216(s0)
	sw	a5,220(s0)
	lw	ra,12(sp)
	lw	s0,8(sp)
	lw	s1,4(sp)
	lw	s2,0(sp)
	addi	sp,sp,16
	jr	ra
.L_vcpu_47:
	call	stop
	lw	a3,136(s0)
	j	.L_vcpu_45
	.size	take_trap, .-take_trap
	.align	2
	.globl	locate
	.type	locate, @function
locate:
	addi	sp,sp,-64
	sw	s0,56(sp)
	sw	s5,36(sp)
	sw	ra,60(sp)
	sw	s1,52(sp)
	sw	s2,48(sp)
	sw	s3,44(sp)
	sw	s4,40(sp)
	sw	s6,32(sp)
	sw	s7,28(sp)
	sw	s8,24(sp)
	sw	s9,20(sp)
	sw	s10,16(sp)
	lw	a3,8(a0)
	mv	s0,a0
	lla	a4,.L_vcpu_ANCHOR0
	lla	a0,vcpu
	add	a3,a4,a3
	lw	s3,0(s0)
	lw	s1,4(s0)
	lw	a5,132(a0)
	lbu	a2,84(a3)
	lw	a3,12(s0)
	add	s1,s3,s1
	lw	a0,208(a0)
	mv	s5,a1
	andi	a5,a5,3
	addi	s1,s1,-1
	ori	a2,a2,1
	beq	a3,zero,.L_vcpu_49
	beq	a5,zero,.L_vcpu_63
	addi	a5,a5,-3
	seqz	a5,a5
	slli	a5,a5,4
	sw	zero,12(sp)
	sw	s3,0(a1)
	or	s4,a5,a2
	bgtu	s3,s1,.L_vcpu_51
	beq	a0,zero,.L_vcpu_52
	bleu	a0,s1,.L_vcpu_51
.L_vcpu_52:
	lw	s2,8(s0)
	addi	a3,sp,8
	mv	a2,s4
	mv	a1,s2
	mv	a0,s3
	call	walk
	mv	s6,a0
	bne	a0,zero,.L_vcpu_48
	lla	s8,allocation
	lw	s7,8(sp)
	lw	a4,0(s8)
	li	s10,4096
	addi	a3,s10,-1
	add	a4,s7,a4
	lw	a5,0(a4)
	lw	a2,4(s0)
	li	s9,-4096
	and	s3,s3,a3
	and	a5,s9,a5
	or	a5,a5,s3
	sw	a5,16(s0)
	sw	a2,20(s0)
	and	a3,s1,a3
	bleu	s3,a3,.L_vcpu_64
	and	a5,s1,s9
	sw	a5,0(s5)
	lw	s2,8(s0)
	addi	a3,sp,12
	mv	a2,s4
	mv	a1,s2
	mv	a0,s1
	call	walk
	bne	a0,zero,.L_vcpu_58
	lw	a4,0(s8)
	lw	a0,12(sp)
	sub	s10,s10,s3
	sw	s10,20(s0)
	add	a2,a0,a4
	lw	a3,0(a2)
	addi	a5,s2,-2
	seqz	a5,a5
	and	a3,a3,s9
	sw	a3,24(s0)
	lw	a1,0(a2)
	slli	a5,a5,6
	add	a4,s7,a4
	or	a3,a1,a5
	ori	a3,a3,32
	beq	a1,a3,.L_vcpu_55
	sw	a3,0(a2)
	li	a1,4
	call	written
	lw	a5,8(s0)
	lw	a4,0(s8)
	addi	a5,a5,-2
	seqz	a5,a5
	add	a4,s7,a4
	slli	a5,a5,6
	j	.L_vcpu_55
.L_vcpu_49:
	sw	zero,12(sp)
	sw	s3,0(a1)
	bleu	s3,s1,.L_vcpu_65
.L_vcpu_51:
	lw	a5,8(s0)
	add	a4,a4,a5
	lbu	s6,0(a4)
.L_vcpu_48:
	lw	ra,60(sp)
	lw	s0,56(sp)
	lw	s1,52(sp)
	lw	s2,48(sp)
	lw	s3,44(sp)
	lw	s4,40(sp)
	lw	s5,36(sp)
	lw	s7,28(sp)
	lw	s8,24(sp)
	lw	s9,20(sp)
	lw	s10,16(sp)
	mv	a0,s6
	lw	s6,32(sp)
	addi	sp,sp,64
	jr	ra
.L_vcpu_63:
	sw	zero,12(sp)
	sw	s3,0(a1)
	mv	s4,a2
	bleu	s3,s1,.L_vcpu_52
	j	.L_vcpu_51
.L_vcpu_64:
	addi	a5,s2,-2
	seqz	a5,a5
	slli	a5,a5,6
.L_vcpu_55:
	lw	a3,0(a4)
	or	a5,a3,a5
	ori	a5,a5,32
	beq	a3,a5,.L_vcpu_48
	sw	a5,0(a4)
	li	a1,4
	mv	a0,s7
	call	written
	j	.L_vcpu_48
.L_vcpu_65:
	addi	a5,a5,-3
	seqz	a5,a5
	slli	a5,a5,4
	or	s4,a5,a2
	j	.L_vcpu_52
.L_vcpu_58:
	mv	s6,a0
	j	.L_vcpu_48
	.size	locate, .-locate
	.align	2
	.globl	probe
	.type	probe, @function
probe:
	addi	sp,sp,-32
	sw	s0,24(sp)
	sw	s1,20(sp)
	sw	ra,28(sp)
	sw	zero,0(a1)
	lla	a4,vcpu
	lw	a5,140(a4)
	mv	s1,a1
	mv	s0,a0
	andi	a5,a5,1
	bne	a5,zero,.L_vcpu_67
	lw	a3,144(a4)
	lw	a5,allocation+4
	bltu	a5,a3,.L_vcpu_70
	lw	a4,148(a4)
	sub	a5,a5,a3
	bleu	a4,a0,.L_vcpu_70
	bgeu	a0,a5,.L_vcpu_70
	li	a5,30
	sw	a5,0(a1)
	lw	ra,28(sp)
	lw	s0,24(sp)
	lw	s1,20(sp)
	add	a0,a0,a3
	addi	sp,sp,32
	jr	ra
.L_vcpu_70:
	lw	ra,28(sp)
	lw	s0,24(sp)
	lw	s1,20(sp)
	li	a0,-1
	addi	sp,sp,32
	jr	ra
.L_vcpu_67:
	addi	a3,sp,12
	li	a2,1
	li	a1,1
	call	walk
	bne	a0,zero,.L_vcpu_70
	lla	a3,allocation
	lw	a4,12(sp)
	lw	a5,0(a3)
	slli	s0,s0,20
	srli	s0,s0,20
	add	a5,a5,a4
	lw	a5,0(a5)
	andi	a5,a5,30
	sw	a5,0(s1)
	lw	a5,0(a3)
	lw	ra,28(sp)
	lw	s1,20(sp)
	add	a5,a5,a4
	lw	a4,0(a5)
	li	a5,-4096
	and	a5,a5,a4
	or	a0,a5,s0
	lw	s0,24(sp)
	addi	sp,sp,32
	jr	ra
	.size	probe, .-probe
	.align	2
	.globl	pending
	.type	pending, @function
pending:
	addi	sp,sp,-16
	sw	s0,8(sp)
	sw	ra,12(sp)
	lw	s0,vcpu+240
	call	device_lines
	lw	ra,12(sp)
	or	a0,s0,a0
	lw	s0,8(sp)
	addi	sp,sp,16
	jr	ra
	.size	pending, .-pending
	.align	2
	.globl	next_event
	.type	next_event, @function
next_event:
	addi	sp,sp,-16
	sw	ra,12(sp)
	call	device_event
	lla	a4,vcpu
	lw	a5,236(a4)
	lw	a3,232(a4)
	mv	a4,a0
	bgtu	a5,a1,.L_vcpu_76
	beq	a5,a1,.L_vcpu_78
.L_vcpu_75:
	lw	ra,12(sp)
	mv	a0,a3
	mv	a1,a5
	addi	sp,sp,16
	jr	ra
.L_vcpu_78:
	bleu	a3,a0,.L_vcpu_75
.L_vcpu_76:
	lw	ra,12(sp)
	mv	a3,a4
	mv	a5,a1
	mv	a0,a3
	mv	a1,a5
	addi	sp,sp,16
	jr	ra
	.size	next_event, .-next_event
	.align	2
	.globl	pass_events
	.type	pass_events, @function
pass_events:
	lla	a5,vcpu
	lw	a3,236(a5)
	lw	a4,220(a5)
	bgtu	a3,a4,.L_vcpu_80
	beq	a3,a4,.L_vcpu_84
.L_vcpu_82:
	li	a2,-1
	li	a3,-1
	li	a4,1
	sw	a2,232(a5)
	sw	a3,236(a5)
	sw	a4,240(a5)
.L_vcpu_80:
	tail	pass_device_events
.L_vcpu_84:
	lw	a3,232(a5)
	lw	a4,216(a5)
	bleu	a3,a4,.L_vcpu_82
	tail	pass_device_events
	.size	pass_events, .-pass_events
	.align	2
	.globl	wait_for_event
	.type	wait_for_event, @function
wait_for_event:
	addi	sp,sp,-16
	sw	ra,12(sp)
	call	device_event
	lla	a5,vcpu
	lw	a4,236(a5)
	lw	a3,232(a5)
	bgtu	a4,a1,.L_vcpu_87
	beq	a4,a1,.L_vcpu_90
.L_vcpu_86:
	li	a2,-1
	beq	a3,a2,.L_vcpu_91
.L_vcpu_88:
	sw	a3,216(a5)
	sw	a4,220(a5)
	lw	ra,12(sp)
	addi	sp,sp,16
	jr	ra
.L_vcpu_90:
	bleu	a3,a0,.L_vcpu_86
.L_vcpu_87:
	mv	a3,a0
	li	a2,-1
	mv	a4,a1
	bne	a3,a2,.L_vcpu_88
.L_vcpu_91:
	bne	a4,a3,.L_vcpu_88
	lw	ra,12(sp)
	addi	sp,sp,16
	tail	wait_for_input
	.size	wait_for_event, .-wait_for_event
	.section	.rodata
	.align	2
	.set	.L_vcpu_ANCHOR0,. + 0
	.type	access_fault, @object
	.size	access_fault, 3
access_fault:
	.ascii	"\001\005\007"
	.zero	1
	.type	page_fault, @object
	.size	page_fault, 3
page_fault:
	.ascii	"\f\r\017"
	.zero	1
	.type	mask, @object
	.size	mask, 76
mask:
	.word	-4
	.word	-4095
	.word	-1
	.word	-1
	.word	-4
	.word	65287
	.word	-1
	.word	-1
	.word	-1
	.word	-1
	.word	-1
	.word	-1
	.zero	8
	.word	-1
	.zero	12
	.word	-1
	.type	needed_right, @object
	.size	needed_right, 3
needed_right:
	.ascii	"\b\002\004"

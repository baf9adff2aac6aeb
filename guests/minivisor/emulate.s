	.file	"emulate.c"
	.option nopic
	.attribute arch, "rv32i2p1_m2p0"
	.attribute unaligned_access, 0
	.attribute stack_align, 16
	.text
	.align	2
	.globl	interpret
	.type	interpret, @function
interpret:
	addi	sp,sp,-48
	sw	s0,40(sp)
	sw	s1,36(sp)
	sw	s2,32(sp)
	sw	s3,28(sp)
	sw	s4,24(sp)
	mv	s0,a0
	sw	ra,44(sp)
	sw	s5,20(sp)
	lla	s1,vcpu
	srli	s2,a0,20
	srli	a4,s0,13
	lw	a0,128(s1)
	andi	a5,s2,31
	andi	a4,a4,124
	slli	a5,a5,2
	srli	a3,s0,12
	srli	a6,s0,7
	add	a4,s1,a4
	add	a5,s1,a5
	andi	a3,a3,7
	li	a2,1
	lw	s5,0(a4)
	lw	a1,0(a5)
	andi	s3,a6,31
	addi	s4,a0,4
	beq	a3,a2,.L_emulate_74
	li	a5,2
	beq	a3,a5,.L_emulate_75
	srli	a0,s0,25
	li	a4,18
	beq	a0,a4,.L_emulate_8
	bgtu	a0,a4,.L_emulate_9
	li	a4,4
	beq	a0,a4,.L_emulate_10
	bleu	a0,a4,.L_emulate_76
	li	a5,16
	beq	a0,a5,.L_emulate_16
	li	a5,17
	bne	a0,a5,.L_emulate_77
	li	a5,65536
	addi	a5,a5,-252
	and	a5,s5,a5
	sw	a5,132(s1)
.L_emulate_6:
	lw	a5,216(s1)
	lw	a3,220(s1)
	sw	s4,128(s1)
	addi	a4,a5,1
	sltu	a5,a4,a5
	add	a5,a5,a3
	sw	a4,216(s1)
	sw	a5,220(s1)
	lw	ra,44(sp)
	lw	s0,40(sp)
	lw	s1,36(sp)
	lw	s2,32(sp)
	lw	s3,28(sp)
	lw	s4,24(sp)
	lw	s5,20(sp)
	addi	sp,sp,48
	jr	ra
.L_emulate_9:
	li	a5,23
	beq	a0,a5,.L_emulate_20
	bgtu	a0,a5,.L_emulate_21
	li	a5,21
	beq	a0,a5,.L_emulate_22
	li	a5,22
	bne	a0,a5,.L_emulate_78
	addi	a1,sp,12
	mv	a0,s5
	call	probe
	beq	s3,zero,.L_emulate_6
	j	.L_emulate_71
.L_emulate_76:
	beq	a0,a5,.L_emulate_12
	li	a5,3
	bne	a0,a5,.L_emulate_79
	lw	a5,132(s1)
	ori	a5,a5,4
	sw	a5,132(s1)
	j	.L_emulate_6
.L_emulate_77:
	li	a5,5
	beq	a0,a5,.L_emulate_18
	li	a5,6
	bne	a0,a5,.L_emulate_6
	li	a5,1
	beq	s5,a5,.L_emulate_80
.L_emulate_29:
	mv	a0,s5
	call	output
	j	.L_emulate_6
.L_emulate_21:
	li	a5,25
	beq	a0,a5,.L_emulate_26
	li	a5,26
	bne	a0,a5,.L_emulate_81
	andi	a5,s5,3
	bne	a5,zero,.L_emulate_82
	lw	a5,132(s1)
	andi	a1,a1,3
	mv	s4,s5
	or	a5,a5,a1
	sw	a5,132(s1)
	j	.L_emulate_6
.L_emulate_81:
	li	a5,24
	bne	a0,a5,.L_emulate_6
	addi	a1,sp,12
	mv	a0,s5
	call	probe
	beq	s3,zero,.L_emulate_6
	lw	a5,12(sp)
	slli	a4,s3,2
	add	a4,s1,a4
	srli	a5,a5,1
	andi	a5,a5,1
	sw	a5,0(a4)
	j	.L_emulate_6
.L_emulate_74:
	li	a5,18
	bgtu	s2,a5,.L_emulate_5
	mv	a0,s2
	call	read_system
	beq	s3,zero,.L_emulate_6
	slli	a6,s3,2
	add	a6,s1,a6
	sw	a0,0(a6)
	j	.L_emulate_6
.L_emulate_78:
	li	a5,19
	beq	a0,a5,.L_emulate_83
	beq	s3,zero,.L_emulate_6
	lw	a4,140(s1)
	slli	a5,s3,2
	add	a5,s1,a5
	sw	a4,0(a5)
	j	.L_emulate_6
.L_emulate_5:
	mv	a1,s0
	li	a0,2
.L_emulate_72:
	lw	s0,40(sp)
	lw	ra,44(sp)
	lw	s1,36(sp)
	lw	s2,32(sp)
	lw	s3,28(sp)
	lw	s4,24(sp)
	lw	s5,20(sp)
	addi	sp,sp,48
	tail	take_trap
.L_emulate_75:
	mv	a0,s2
	call	is_writable
	beq	a0,zero,.L_emulate_5
	mv	a1,s5
	mv	a0,s2
	call	write_system
	j	.L_emulate_6
.L_emulate_18:
	mv	a0,s5
	call	input
	beq	s3,zero,.L_emulate_6
.L_emulate_71:
	slli	a5,s3,2
	add	a5,s1,a5
	sw	a0,0(a5)
	j	.L_emulate_6
.L_emulate_16:
	beq	s3,zero,.L_emulate_6
	lw	a4,132(s1)
	slli	a5,s3,2
	add	a5,s1,a5
	andi	a4,a4,-4
	sw	a4,0(a5)
	j	.L_emulate_6
.L_emulate_12:
	lw	a5,132(s1)
	andi	a5,a5,-5
	sw	a5,132(s1)
	j	.L_emulate_6
.L_emulate_20:
	addi	a1,sp,12
	mv	a0,s5
	call	probe
	beq	s3,zero,.L_emulate_6
	lw	a4,12(sp)
	slli	a5,s3,2
	add	a5,s1,a5
	sw	a4,0(a5)
	j	.L_emulate_6
.L_emulate_10:
	sw	s5,144(s1)
	sw	a1,148(s1)
	j	.L_emulate_6
.L_emulate_22:
	call	is_paging
	beq	s3,zero,.L_emulate_6
	lw	a5,132(s1)
	slli	a4,s3,2
	add	a4,s1,a4
	srli	a5,a5,1
	andi	a5,a5,2
	or	a5,a5,a0
	sw	a5,0(a4)
	j	.L_emulate_6
.L_emulate_80:
	lw	a5,216(s1)
	lw	a3,220(s1)
	sw	s4,128(s1)
	addi	a4,a5,1
	sltu	a5,a4,a5
	add	a5,a5,a3
	sw	a4,216(s1)
	sw	a5,220(s1)
	j	.L_emulate_29
.L_emulate_82:
	mv	a1,s5
	li	a0,0
	j	.L_emulate_72
.L_emulate_26:
	addi	a1,sp,12
	mv	a0,s5
	call	probe
	beq	s3,zero,.L_emulate_6
	lw	a4,12(sp)
	slli	a5,s3,2
	add	a5,s1,a5
	srli	a4,a4,2
	andi	a4,a4,1
	sw	a4,0(a5)
	j	.L_emulate_6
.L_emulate_8:
	beq	s3,zero,.L_emulate_6
	slli	a5,s3,2
	add	a5,s1,a5
	sw	zero,0(a5)
	j	.L_emulate_6
.L_emulate_83:
	beq	s3,zero,.L_emulate_6
	lw	a4,136(s1)
	slli	a5,s3,2
	add	a5,s1,a5
	sw	a4,0(a5)
	j	.L_emulate_6
.L_emulate_79:
	beq	a0,zero,.L_emulate_84
	sw	a2,212(s1)
	j	.L_emulate_6
.L_emulate_84:
	lw	a3,156(s1)
	lw	a5,164(s1)
	lw	a4,160(s1)
	lw	s4,152(s1)
	sw	a3,132(s1)
	sw	a4,144(s1)
	sw	a5,148(s1)
	j	.L_emulate_6
	.size	interpret, .-interpret
	.align	2
	.globl	decode_access
	.type	decode_access, @function
decode_access:
	addi	sp,sp,-32
	sw	s0,24(sp)
	sw	s1,20(sp)
	sw	ra,28(sp)
	lla	s1,vcpu
	mv	s0,a0
	lw	a0,128(s1)
	addi	a1,sp,12
	call	probe
	lw	a5,allocation
	add	a5,a5,a0
	lw	a0,0(a5)
	li	a5,35
	srli	a4,a0,15
	andi	a3,a0,127
	andi	a4,a4,31
	beq	a3,a5,.L_emulate_89
	slli	a5,a4,2
	add	s1,s1,a5
	lw	a3,0(s1)
	srli	a2,a0,12
	srai	a5,a0,20
	andi	a2,a2,3
	add	a5,a5,a3
	li	a3,1
	sll	a3,a3,a2
	li	a2,1
.L_emulate_87:
	snez	a4,a4
	sw	a5,0(s0)
	sw	a3,4(s0)
	sw	a2,8(s0)
	sw	a4,12(s0)
	lw	ra,28(sp)
	lw	s0,24(sp)
	lw	s1,20(sp)
	addi	sp,sp,32
	jr	ra
.L_emulate_89:
	slli	a5,a4,2
	add	s1,s1,a5
	lw	a1,0(s1)
	srli	a5,a0,7
	srai	a3,a0,25
	slli	a3,a3,5
	andi	a5,a5,31
	srli	a2,a0,12
	or	a5,a5,a3
	andi	a2,a2,3
	li	a3,1
	sll	a3,a3,a2
	add	a5,a5,a1
	li	a2,2
	j	.L_emulate_87
	.size	decode_access, .-decode_access
	.align	2
	.globl	execute_access
	.type	execute_access, @function
execute_access:
	addi	sp,sp,-32
	sw	s0,24(sp)
	sw	s2,16(sp)
	sw	ra,28(sp)
	sw	s1,20(sp)
	sw	s3,12(sp)
	sw	s4,8(sp)
	srli	a5,a1,18
	lw	a3,8(a0)
	lla	s2,vcpu
	andi	a5,a5,124
	add	a5,s2,a5
	li	a4,2
	lw	s3,0(a5)
	lw	a6,4(a0)
	mv	s0,a0
	beq	a3,a4,.L_emulate_113
	srli	t1,a1,14
	andi	t1,t1,1
	beq	a6,zero,.L_emulate_105
	lw	a0,20(a0)
	lw	a7,allocation
	li	a4,0
	li	a3,0
.L_emulate_102:
	bleu	a0,a4,.L_emulate_100
	lw	a5,16(s0)
	add	a5,a4,a5
.L_emulate_101:
	add	a5,a7,a5
	lbu	a5,0(a5)
	slli	a2,a4,3
	addi	a4,a4,1
	sll	a5,a5,a2
	or	a3,a3,a5
	bne	a4,a6,.L_emulate_102
.L_emulate_99:
	srli	a1,a1,7
	andi	a1,a1,31
	bne	t1,zero,.L_emulate_103
	li	a5,4
	sub	a5,a5,a6
	slli	a5,a5,3
	sll	a3,a3,a5
	sra	a3,a3,a5
.L_emulate_103:
	beq	a1,zero,.L_emulate_93
	slli	a1,a1,2
	add	a1,s2,a1
	sw	a3,0(a1)
.L_emulate_93:
	lw	a5,216(s2)
	lw	a4,128(s2)
	lw	a2,220(s2)
	addi	a3,a5,1
	sltu	a5,a3,a5
	addi	a4,a4,4
	add	a5,a5,a2
	sw	a4,128(s2)
	sw	a3,216(s2)
	sw	a5,220(s2)
	lw	ra,28(sp)
	lw	s0,24(sp)
	lw	s1,20(sp)
	lw	s2,16(sp)
	lw	s3,12(sp)
	lw	s4,8(sp)
	addi	sp,sp,32
	jr	ra
.L_emulate_100:
	lw	a5,24(s0)
	sub	a5,a5,a0
	add	a5,a5,a4
	j	.L_emulate_101
.L_emulate_113:
	li	s1,0
	lla	s4,allocation
	bne	a6,zero,.L_emulate_92
	j	.L_emulate_93
.L_emulate_114:
	lw	a5,16(s0)
	lw	a4,0(s4)
	add	a5,s1,a5
	add	a5,a4,a5
	sb	s3,0(a5)
	lw	a5,20(s0)
	bleu	a5,s1,.L_emulate_96
.L_emulate_115:
	lw	a0,16(s0)
	add	a0,s1,a0
.L_emulate_97:
	li	a1,1
	call	written
	lw	a5,4(s0)
	addi	s1,s1,1
	srli	s3,s3,8
	bleu	a5,s1,.L_emulate_93
.L_emulate_92:
	lw	a4,20(s0)
	bgtu	a4,s1,.L_emulate_114
	lw	a5,24(s0)
	sub	a5,a5,a4
	lw	a4,0(s4)
	add	a5,a5,s1
	add	a5,a4,a5
	sb	s3,0(a5)
	lw	a5,20(s0)
	bgtu	a5,s1,.L_emulate_115
.L_emulate_96:
	lw	a0,24(s0)
	sub	a0,a0,a5
	add	a0,a0,s1
	j	.L_emulate_97
.L_emulate_105:
	li	a3,0
	j	.L_emulate_99
	.size	execute_access, .-execute_access

	.file	"shadow.c"
	.option nopic
	.attribute arch, "rv32i2p1_m2p0"
	.attribute unaligned_access, 0
	.attribute stack_align, 16
	.text
	.align	2
	.type	trace, @function
trace:
	lla	t1,allocation
	lw	a5,4(t1)
	lw	a4,0(t1)
	slli	a2,a0,12
	srli	a5,a5,12
	add	a2,a2,a4
	beq	a5,zero,.L_shadow_1
	lw	a6,.L_shadow_ANCHOR0
	addi	a6,a6,4
	li	a7,0
	li	t3,4096
	li	a0,-4096
	j	.L_shadow_6
.L_shadow_3:
	lw	a5,4(t1)
	addi	a7,a7,1
	addi	a6,a6,12
	srli	a5,a5,12
	bleu	a5,a7,.L_shadow_1
.L_shadow_6:
	lw	a5,0(a6)
	beq	a5,zero,.L_shadow_3
	add	a1,a5,t3
.L_shadow_5:
	lw	a4,0(a5)
	and	a3,a4,a0
	bne	a3,a2,.L_shadow_4
	andi	a4,a4,-5
	sw	a4,0(a5)
.L_shadow_4:
	addi	a5,a5,4
	bne	a1,a5,.L_shadow_5
	lw	a5,4(t1)
	addi	a7,a7,1
	addi	a6,a6,12
	srli	a5,a5,12
	bgtu	a5,a7,.L_shadow_6
.L_shadow_1:
	ret
	.size	trace, .-trace
	.align	2
	.type	root_of, @function
root_of:
	addi	sp,sp,-16
	sw	s1,4(sp)
	sw	ra,12(sp)
	sw	s0,8(sp)
	lla	s1,.L_shadow_ANCHOR0
	lw	s0,0(s1)
	slli	a5,a0,1
	add	a5,a5,a0
	slli	a5,a5,2
	add	s0,s0,a5
	lw	a5,0(s0)
	bne	a5,zero,.L_shadow_16
	lw	a5,4(s0)
	beq	a5,zero,.L_shadow_22
.L_shadow_18:
	lw	a5,8(s1)
	lw	a4,4(s1)
	slli	a3,a5,2
	add	a4,a4,a3
	lw	a3,0(a4)
	addi	a5,a5,1
	li	a4,4096
	sw	a5,8(s1)
	add	a4,a3,a4
	mv	a5,a3
.L_shadow_19:
	sw	zero,0(a5)
	addi	a5,a5,4
	bne	a4,a5,.L_shadow_19
	lw	a5,12(s1)
	li	a4,4096
	sw	a3,0(s0)
	ori	a5,a5,1
	add	a3,a3,a4
	sw	a5,-4(a3)
	lw	a5,0(s0)
.L_shadow_16:
	lw	ra,12(sp)
	lw	s0,8(sp)
	lw	s1,4(sp)
	mv	a0,a5
	addi	sp,sp,16
	jr	ra
.L_shadow_22:
	call	trace
	j	.L_shadow_18
	.size	root_of, .-root_of
	.section	.rodata.str1.4,"aMS",@progbits,1
	.align	2
.L_shadow_C0:
	.string	"too little memory"
	.text
	.align	2
	.globl	make_own_space
	.type	make_own_space, @function
make_own_space:
	addi	sp,sp,-32
	sw	s2,16(sp)
	sw	ra,28(sp)
	sw	s0,24(sp)
	sw	s1,20(sp)
	sw	s3,12(sp)
	sw	s4,8(sp)
	sw	s5,4(sp)
	sw	s6,0(sp)
	call	take_frame
	mv	s2,a0
	beq	a0,zero,.L_shadow_55
	call	take_frame
	mv	s0,a0
	beq	a0,zero,.L_shadow_56
.L_shadow_25:
	lla	a5,gate_code
	lla	a4,gate_end
	bleu	a4,a5,.L_shadow_30
	lla	a2,gate_end-1
	sub	a2,a2,a5
	li	a1,4096
	andi	a2,a2,-4
	lla	a4,gate_code+4
	addi	a1,a1,-2048
	add	a2,a2,a4
	sub	a1,a1,a5
.L_shadow_29:
	lw	a3,0(a5)
	add	a4,s0,a5
	add	a4,a4,a1
	sw	a3,0(a4)
	addi	a5,a5,4
	bne	a2,a5,.L_shadow_29
.L_shadow_30:
	li	a5,4096
	add	a5,a5,s2
	ori	s0,s0,41
	sw	s0,-4(a5)
	lla	s1,.L_shadow_ANCHOR0
	sw	s2,12(s1)
	call	take_frame
	mv	s0,a0
	beq	a0,zero,.L_shadow_57
.L_shadow_28:
	lw	a4,12(s1)
	li	a5,4096
	add	a5,a5,s0
	ori	a4,a4,1
	ori	s0,s0,1
	sw	a4,-4(a5)
	sw	s0,16(s1)
	call	take_frame
	mv	s0,a0
	beq	a0,zero,.L_shadow_58
.L_shadow_31:
	lw	a4,12(s1)
	li	a5,4096
	add	a5,a5,s0
	ori	a4,a4,1
	ori	s0,s0,1
	sw	a4,-4(a5)
	sw	s0,20(s1)
 #APP
# 65 "shadow.c" 1
	mfs s5, MEMSIZE
# 0 "" 2
 #NO_APP
	li	s3,0
	li	s4,-4096
	li	s6,4096
	bne	s5,zero,.L_shadow_32
	j	.L_shadow_37
.L_shadow_35:
	srli	a5,s3,12
	andi	a5,a5,1023
	and	a0,a0,s4
	slli	a5,a5,2
	ori	a4,s3,111
	add	a5,a5,a0
	sw	a4,0(a5)
	add	s3,s3,s6
	bleu	s5,s3,.L_shadow_37
.L_shadow_32:
	lw	s2,16(s1)
	srli	a5,s3,22
	slli	a5,a5,2
	and	s2,s4,s2
	add	s2,s2,a5
	lw	a0,0(s2)
	bne	a0,zero,.L_shadow_35
	call	take_frame
	mv	s0,a0
	beq	a0,zero,.L_shadow_59
.L_shadow_36:
	ori	a0,s0,1
	sw	a0,0(s2)
	j	.L_shadow_35
.L_shadow_37:
	lw	a5,16(s1)
 #APP
# 72 "shadow.c" 1
	mts SCRATCH1, a5
# 0 "" 2
 #NO_APP
	lw	s0,allocation+4
	call	take_frame
	srli	s0,s0,12
	mv	s3,a0
	beq	a0,zero,.L_shadow_60
.L_shadow_34:
	slli	s2,s0,1
	add	s2,s2,s0
	slli	s2,s2,2
	li	s0,4096
	sw	s3,0(s1)
	add	s0,s3,s0
	add	a0,s3,s2
	lla	s4,.L_shadow_C0
	li	s3,4096
	bltu	s0,a0,.L_shadow_38
	j	.L_shadow_42
.L_shadow_41:
	lw	a5,0(s1)
	add	a5,a5,s2
	bleu	a5,s0,.L_shadow_42
.L_shadow_38:
	call	take_frame
	add	s0,s0,s3
	bne	a0,zero,.L_shadow_41
	mv	a0,s4
	call	die
	lw	a5,0(s1)
	add	a5,a5,s2
	bgtu	a5,s0,.L_shadow_38
.L_shadow_42:
	call	take_frame
	mv	s0,a0
	beq	a0,zero,.L_shadow_61
.L_shadow_40:
	lw	a5,24(s1)
	sw	s0,4(s1)
	li	a4,1023
	mv	a0,s0
	li	s2,1023
	bleu	a5,a4,.L_shadow_43
	j	.L_shadow_23
.L_shadow_46:
	addi	a5,a5,1
	sw	a5,24(s1)
	bgtu	a5,s2,.L_shadow_45
	lw	a0,4(s1)
.L_shadow_43:
	slli	a5,a5,2
	add	s0,a0,a5
	call	take_frame
	sw	a0,0(s0)
	lw	a5,24(s1)
	bne	a0,zero,.L_shadow_46
.L_shadow_45:
	li	a4,7
	bleu	a5,a4,.L_shadow_62
.L_shadow_23:
	lw	ra,28(sp)
	lw	s0,24(sp)
	lw	s1,20(sp)
	lw	s2,16(sp)
	lw	s3,12(sp)
	lw	s4,8(sp)
	lw	s5,4(sp)
	lw	s6,0(sp)
	addi	sp,sp,32
	jr	ra
.L_shadow_59:
	lla	a0,.L_shadow_C0
	call	die
	j	.L_shadow_36
.L_shadow_55:
	lla	a0,.L_shadow_C0
	call	die
	call	take_frame
	mv	s0,a0
	bne	a0,zero,.L_shadow_25
.L_shadow_56:
	lla	a0,.L_shadow_C0
	call	die
	j	.L_shadow_25
.L_shadow_62:
	lw	s0,24(sp)
	lw	ra,28(sp)
	lw	s1,20(sp)
	lw	s2,16(sp)
	lw	s3,12(sp)
	lw	s4,8(sp)
	lw	s5,4(sp)
	lw	s6,0(sp)
	lla	a0,.L_shadow_C0
	addi	sp,sp,32
	tail	die
.L_shadow_61:
	lla	a0,.L_shadow_C0
	call	die
	j	.L_shadow_40
.L_shadow_60:
	lla	a0,.L_shadow_C0
	call	die
	j	.L_shadow_34
.L_shadow_58:
	lla	a0,.L_shadow_C0
	call	die
	j	.L_shadow_31
.L_shadow_57:
	lla	a0,.L_shadow_C0
	call	die
	j	.L_shadow_28
	.size	make_own_space, .-make_own_space
	.align	2
	.globl	flush
	.type	flush, @function
flush:
	lla	a2,allocation
	lw	a5,4(a2)
	srli	a5,a5,12
	beq	a5,zero,.L_shadow_64
	lw	a5,.L_shadow_ANCHOR0
	li	a3,0
.L_shadow_65:
	sw	zero,0(a5)
	sw	zero,4(a5)
	sw	zero,8(a5)
	lw	a4,4(a2)
	addi	a3,a3,1
	addi	a5,a5,12
	srli	a4,a4,12
	bgtu	a4,a3,.L_shadow_65
.L_shadow_64:
	sw	zero,.L_shadow_ANCHOR0+8,a5
	ret
	.size	flush, .-flush
	.align	2
	.globl	shadow_root
	.type	shadow_root, @function
shadow_root:
	lla	a2,allocation
	lw	a5,4(a2)
	lw	a0,vcpu+140
	srli	a0,a0,12
	srli	a5,a5,12
	bleu	a5,a0,.L_shadow_79
	addi	sp,sp,-16
	sw	ra,12(sp)
	lla	a5,.L_shadow_ANCHOR0
	lw	a3,8(a5)
	lw	a4,24(a5)
	beq	a3,a4,.L_shadow_80
	call	root_of
	lw	ra,12(sp)
	ori	a0,a0,1
	addi	sp,sp,16
	jr	ra
.L_shadow_79:
	lw	a0,.L_shadow_ANCHOR0+20
	ret
.L_shadow_80:
	lw	a5,0(a5)
	li	a3,0
.L_shadow_74:
	sw	zero,0(a5)
	sw	zero,4(a5)
	sw	zero,8(a5)
	lw	a4,4(a2)
	addi	a3,a3,1
	addi	a5,a5,12
	srli	a4,a4,12
	bltu	a3,a4,.L_shadow_74
	sw	zero,.L_shadow_ANCHOR0+8,a5
	call	root_of
	lw	ra,12(sp)
	ori	a0,a0,1
	addi	sp,sp,16
	jr	ra
	.size	shadow_root, .-shadow_root
	.align	2
	.globl	enter_shadow
	.type	enter_shadow, @function
enter_shadow:
	li	a5,-4194304
	bgeu	a0,a5,.L_shadow_119
	addi	sp,sp,-48
	sw	s0,40(sp)
	sw	s3,28(sp)
	sw	s5,20(sp)
	sw	s8,8(sp)
	sw	ra,44(sp)
	sw	s1,36(sp)
	sw	s2,32(sp)
	sw	s4,24(sp)
	sw	s6,16(sp)
	sw	s7,12(sp)
	lla	s8,.L_shadow_ANCHOR0
	lw	a5,8(s8)
	lw	a4,24(s8)
	lw	s2,0(s8)
	addi	a5,a5,2
	mv	s3,a0
	mv	s5,a1
	lla	s0,allocation
	bgtu	a5,a4,.L_shadow_122
.L_shadow_84:
	lw	s1,vcpu+140
	srli	s1,s1,12
	mv	a0,s1
	call	root_of
	slli	a5,s1,10
	lw	a3,0(s0)
	srli	s4,s3,22
	add	a5,a5,s4
	slli	a5,a5,2
	add	a5,a5,a3
	lw	t4,0(a5)
	mv	s6,a0
	srli	s7,t4,12
	slli	s1,s7,1
	add	s1,s1,s7
	slli	s1,s1,2
	add	s1,s2,s1
	lw	a4,4(s1)
	slli	t6,s7,10
	bne	a4,zero,.L_shadow_94
	lw	a5,0(s1)
	beq	a5,zero,.L_shadow_123
.L_shadow_89:
	lw	a5,8(s8)
	lw	a4,4(s8)
	slli	a3,a5,2
	add	a4,a4,a3
	lw	a4,0(a4)
	addi	a5,a5,1
	li	a3,4096
	sw	a5,8(s8)
	add	a3,a4,a3
	mv	a5,a4
.L_shadow_90:
	sw	zero,0(a5)
	addi	a5,a5,4
	bne	a3,a5,.L_shadow_90
	sw	a4,4(s1)
	slli	t6,s7,10
	slli	t4,s7,12
	li	a5,0
	li	a0,33
	li	t5,68
	li	a1,4096
	j	.L_shadow_95
.L_shadow_92:
	or	a4,t3,a4
	ori	a6,a4,96
.L_shadow_91:
	sw	a6,0(a3)
	lw	a4,4(s1)
	beq	a5,a1,.L_shadow_124
.L_shadow_95:
	lw	a2,0(s0)
	add	a3,a4,a5
	li	a6,0
	add	a4,a2,t4
	add	a4,a4,a5
	lw	a4,0(a4)
	addi	a5,a5,4
	andi	t1,a4,33
	srli	a7,a4,12
	bne	t1,a0,.L_shadow_91
	lw	t1,4(s0)
	slli	t3,a7,12
	add	t3,t3,a2
	srli	a2,t1,12
	andi	t1,a4,68
	bgeu	a7,a2,.L_shadow_91
	andi	a4,a4,27
	bne	t1,t5,.L_shadow_92
	slli	a2,a7,1
	add	a2,a2,a7
	slli	a2,a2,2
	add	a2,s2,a2
	lw	a6,0(a2)
	bne	a6,zero,.L_shadow_92
	lw	a2,4(a2)
	bne	a2,zero,.L_shadow_92
	ori	a4,a4,4
	j	.L_shadow_92
.L_shadow_124:
	lw	a3,0(s0)
.L_shadow_94:
	srli	s3,s3,12
	andi	s3,s3,1023
	add	a5,s3,t6
	slli	a5,a5,2
	add	a5,a5,a3
	lw	a5,0(a5)
	slli	s4,s4,2
	ori	a3,a4,1
	add	s4,s4,s6
	slli	s3,s3,2
	sw	a3,0(s4)
	andi	a0,a5,33
	li	a1,33
	add	a4,a4,s3
	srli	a2,a5,12
	li	a3,0
	bne	a0,a1,.L_shadow_96
	lw	a1,4(s0)
	srli	a1,a1,12
	bgeu	a2,a1,.L_shadow_96
	andi	a1,a5,68
	li	a3,68
	andi	a5,a5,27
	beq	a1,a3,.L_shadow_125
.L_shadow_97:
	lw	a1,0(s0)
	slli	a3,a2,12
	add	a3,a3,a1
	or	a3,a3,a5
	ori	a3,a3,96
.L_shadow_96:
	sw	a3,0(a4)
	sw	zero,8(s1)
	li	a0,1
	beq	s5,zero,.L_shadow_81
	slli	a5,a2,1
	add	a5,a5,a2
	slli	a5,a5,2
	add	a5,s2,a5
	lw	a4,0(a5)
	bne	a4,zero,.L_shadow_99
	lw	a4,4(a5)
	beq	a4,zero,.L_shadow_81
.L_shadow_99:
	lw	a4,8(a5)
	li	a3,8
	addi	a4,a4,1
	sw	a4,8(a5)
	bgtu	a4,a3,.L_shadow_126
	li	a0,0
.L_shadow_81:
	lw	ra,44(sp)
	lw	s0,40(sp)
	lw	s1,36(sp)
	lw	s2,32(sp)
	lw	s3,28(sp)
	lw	s4,24(sp)
	lw	s5,20(sp)
	lw	s6,16(sp)
	lw	s7,12(sp)
	lw	s8,8(sp)
	addi	sp,sp,48
	jr	ra
.L_shadow_122:
	lw	a4,4(s0)
	mv	a5,s2
	li	a3,0
	srli	a4,a4,12
	beq	a4,zero,.L_shadow_87
.L_shadow_86:
	sw	zero,0(a5)
	sw	zero,4(a5)
	sw	zero,8(a5)
	lw	a4,4(s0)
	addi	a3,a3,1
	addi	a5,a5,12
	srli	a4,a4,12
	bltu	a3,a4,.L_shadow_86
.L_shadow_87:
	sw	zero,.L_shadow_ANCHOR0+8,a5
	j	.L_shadow_84
.L_shadow_123:
	mv	a0,s7
	call	trace
	j	.L_shadow_89
.L_shadow_126:
	lw	a5,4(s0)
	li	a4,0
	srli	a5,a5,12
	beq	a5,zero,.L_shadow_103
.L_shadow_102:
	sw	zero,0(s2)
	sw	zero,4(s2)
	sw	zero,8(s2)
	lw	a5,4(s0)
	addi	a4,a4,1
	addi	s2,s2,12
	srli	a5,a5,12
	bltu	a4,a5,.L_shadow_102
.L_shadow_103:
	sw	zero,.L_shadow_ANCHOR0+8,a5
	li	a0,0
	j	.L_shadow_81
.L_shadow_125:
	slli	a3,a2,1
	add	a3,a3,a2
	slli	a3,a3,2
	add	a3,s2,a3
	lw	a1,0(a3)
	bne	a1,zero,.L_shadow_97
	lw	a3,4(a3)
	bne	a3,zero,.L_shadow_97
	ori	a5,a5,4
	j	.L_shadow_97
.L_shadow_119:
	li	a0,0
	ret
	.size	enter_shadow, .-enter_shadow
	.align	2
	.globl	written
	.type	written, @function
written:
	addi	a1,a1,-1
	add	a1,a1,a0
	srli	a1,a1,2
	srli	a0,a0,2
	bgtu	a0,a1,.L_shadow_127
	lw	a7,.L_shadow_ANCHOR0
	li	t1,1023
.L_shadow_131:
	srli	a4,a0,10
	slli	a5,a4,1
	add	a5,a5,a4
	slli	a5,a5,2
	add	a5,a7,a5
	lw	a3,0(a5)
	andi	a4,a0,1023
	slli	a4,a4,2
	andi	a2,a0,1023
	beq	a3,zero,.L_shadow_129
	add	a6,a4,a3
	beq	a2,t1,.L_shadow_129
	sw	zero,0(a6)
.L_shadow_129:
	lw	a5,4(a5)
	addi	a3,a0,1
	add	a4,a4,a5
	beq	a5,zero,.L_shadow_130
	sw	zero,0(a4)
.L_shadow_130:
	beq	a1,a0,.L_shadow_127
	mv	a0,a3
	j	.L_shadow_131
.L_shadow_127:
	ret
	.size	written, .-written
	.globl	empty_root
	.globl	own_root
	.bss
	.align	2
	.set	.L_shadow_ANCHOR0,. + 0
	.type	shadows, @object
	.size	shadows, 4
shadows:
	.zero	4
	.type	frames, @object
	.size	frames, 4
frames:
	.zero	4
	.type	frames_used, @object
	.size	frames_used, 4
frames_used:
	.zero	4
	.type	gate_table, @object
	.size	gate_table, 4
gate_table:
	.zero	4
	.type	own_root, @object
	.size	own_root, 4
own_root:
	.zero	4
	.type	empty_root, @object
	.size	empty_root, 4
empty_root:
	.zero	4
	.type	frame_count, @object
	.size	frame_count, 4
frame_count:
	.zero	4

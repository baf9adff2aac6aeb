	.file	"devices.c"
	.option nopic
	.attribute arch, "rv32i2p1_m2p0"
	.attribute unaligned_access, 0
	.attribute stack_align, 16
	.text
	.align	2
	.globl	wait_for_input
	.type	wait_for_input, @function
wait_for_input:
	li	a4,0
 #APP
# 26 "devices.c" 1
	mts TIMER, a4
# 0 "" 2
 #NO_APP
	li	a5,17
	lw	a3,.L_devices_ANCHOR0
 #APP
# 63 "ring32.h" 1
	out a5, a3
# 0 "" 2
# 68 "ring32.h" 1
	hlt
# 0 "" 2
# 63 "ring32.h" 1
	out a5, a4
# 0 "" 2
 #NO_APP
	ret
	.size	wait_for_input, .-wait_for_input
	.align	2
	.globl	device_lines
	.type	device_lines, @function
device_lines:
	lw	a0,.L_devices_ANCHOR0
	beq	a0,zero,.L_devices_4
	li	a0,17
 #APP
# 57 "ring32.h" 1
	in a0, a0
# 0 "" 2
 #NO_APP
	slli	a0,a0,1
	andi	a0,a0,2
.L_devices_4:
	lw	a5,.L_devices_ANCHOR1+8
	sltiu	a5,a5,2
	xori	a5,a5,1
	slli	a5,a5,2
	or	a0,a5,a0
	ret
	.size	device_lines, .-device_lines
	.align	2
	.globl	device_event
	.type	device_event, @function
device_event:
	lla	a5,.L_devices_ANCHOR1
	lw	a0,24(a5)
	lw	a1,28(a5)
	ret
	.size	device_event, .-device_event
	.align	2
	.globl	pass_device_events
	.type	pass_device_events, @function
pass_device_events:
	addi	sp,sp,-16
	sw	s0,8(sp)
	sw	ra,12(sp)
	sw	s1,4(sp)
	lla	s0,.L_devices_ANCHOR1
	lla	a3,vcpu
	lw	a4,28(s0)
	lw	a5,220(a3)
	bleu	a4,a5,.L_devices_19
.L_devices_9:
	lw	ra,12(sp)
	lw	s0,8(sp)
	lw	s1,4(sp)
	addi	sp,sp,16
	jr	ra
.L_devices_19:
	bne	a4,a5,.L_devices_17
	lw	a4,24(s0)
	lw	a5,216(a3)
	bgtu	a4,a5,.L_devices_9
.L_devices_17:
	li	a2,-1
	li	a3,-1
	lw	a4,16(s0)
	sw	a2,24(s0)
	sw	a3,28(s0)
	li	a5,36
 #APP
# 57 "ring32.h" 1
	in a5, a5
# 0 "" 2
 #NO_APP
	li	s1,3
	bgeu	a4,a5,.L_devices_12
	lla	a4,allocation
	lw	a5,4(a4)
	lw	a3,20(s0)
	addi	a5,a5,-512
	bgtu	a3,a5,.L_devices_12
	li	a3,0
 #APP
# 50 "devices.c" 1
	mts TIMER, a3
# 0 "" 2
 #NO_APP
	li	a5,32
	lw	a2,16(s0)
 #APP
# 63 "ring32.h" 1
	out a5, a2
# 0 "" 2
 #NO_APP
	lw	a5,0(a4)
	lw	a4,20(s0)
	add	a5,a5,a4
	li	a4,33
 #APP
# 63 "ring32.h" 1
	out a4, a5
# 0 "" 2
 #NO_APP
	li	a5,34
	lw	a4,12(s0)
 #APP
# 63 "ring32.h" 1
	out a5, a4
# 0 "" 2
# 68 "ring32.h" 1
	hlt
# 0 "" 2
 #NO_APP
	li	a5,35
 #APP
# 57 "ring32.h" 1
	in s1, a5
# 0 "" 2
# 63 "ring32.h" 1
	out a5, a3
# 0 "" 2
 #NO_APP
	lw	a4,12(s0)
	li	a5,1
	beq	a4,a5,.L_devices_20
.L_devices_12:
	sw	s1,8(s0)
.L_devices_21:
	lw	ra,12(sp)
	lw	s0,8(sp)
	lw	s1,4(sp)
	addi	sp,sp,16
	jr	ra
.L_devices_20:
	lw	a0,20(s0)
	li	a1,512
	call	written
	sw	s1,8(s0)
	j	.L_devices_21
	.size	pass_device_events, .-pass_device_events
	.align	2
	.globl	input
	.type	input, @function
input:
	li	a5,32
	beq	a0,a5,.L_devices_23
	bgtu	a0,a5,.L_devices_24
	li	a5,16
	beq	a0,a5,.L_devices_29
	li	a5,17
	bne	a0,a5,.L_devices_31
 #APP
# 57 "ring32.h" 1
	in a0, a0
# 0 "" 2
 #NO_APP
	andi	a0,a0,1
	ret
.L_devices_24:
	li	a5,35
	beq	a0,a5,.L_devices_28
	li	a5,36
	bne	a0,a5,.L_devices_32
.L_devices_29:
 #APP
# 57 "ring32.h" 1
	in a0, a0
# 0 "" 2
 #NO_APP
	ret
.L_devices_31:
	addi	a0,a0,-1
	snez	a0,a0
	neg	a0,a0
	ret
.L_devices_32:
	li	a5,33
	bne	a0,a5,.L_devices_33
	lw	a0,.L_devices_ANCHOR1+4
	ret
.L_devices_33:
	li	a0,-1
	ret
.L_devices_28:
	lw	a0,.L_devices_ANCHOR1+8
	ret
.L_devices_23:
	lw	a0,.L_devices_ANCHOR1
	ret
	.size	input, .-input
	.align	2
	.globl	output
	.type	output, @function
output:
	li	a5,32
	beq	a0,a5,.L_devices_35
	bleu	a0,a5,.L_devices_43
	li	a5,34
	beq	a0,a5,.L_devices_40
	li	a5,35
	bne	a0,a5,.L_devices_44
	lw	a4,.L_devices_ANCHOR1+8
	li	a5,1
	beq	a4,a5,.L_devices_34
	sw	zero,.L_devices_ANCHOR1+8,a5
.L_devices_34:
	ret
.L_devices_44:
	li	a5,33
	bne	a0,a5,.L_devices_45
	sw	a1,.L_devices_ANCHOR1+4,a5
	ret
.L_devices_43:
	li	a5,16
	beq	a0,a5,.L_devices_37
	li	a5,17
	bne	a0,a5,.L_devices_46
	andi	a1,a1,1
	sw	a1,.L_devices_ANCHOR0,a5
	ret
.L_devices_46:
	li	a5,1
	bne	a0,a5,.L_devices_34
.L_devices_37:
 #APP
# 63 "ring32.h" 1
	out a0, a1
# 0 "" 2
 #NO_APP
	ret
.L_devices_45:
	ret
.L_devices_35:
	sw	a1,.L_devices_ANCHOR1,a5
	ret
.L_devices_40:
	lla	a5,.L_devices_ANCHOR1
	lw	a4,8(a5)
	li	a3,1
	beq	a4,a3,.L_devices_34
	lla	a2,vcpu
	lw	a4,216(a2)
	lw	a7,220(a2)
	lw	a6,0(a5)
	addi	a2,a4,1001
	lw	a0,4(a5)
	sltu	a4,a2,a4
	add	a4,a4,a7
	sw	a1,12(a5)
	sw	a6,16(a5)
	sw	a0,20(a5)
	sw	a3,8(a5)
	sw	a2,24(a5)
	sw	a4,28(a5)
	ret
	.size	output, .-output
	.data
	.align	3
	.set	.L_devices_ANCHOR1,. + 0
	.type	disk, @object
	.size	disk, 32
disk:
	.zero	24
	.word	-1
	.word	-1
	.bss
	.align	2
	.set	.L_devices_ANCHOR0,. + 0
	.type	console_interrupts, @object
	.size	console_interrupts, 4
console_interrupts:
	.zero	4

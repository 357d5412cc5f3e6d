// SPDX-License-Identifier: BSD-2-Clause
// Every relocation of ia64 that is applied to a module, in each of its slots, against symbols here and
// elsewhere. The assembler keeps the order of instructions, and puts each where its kind can stand.
	.text
	.global visible#
	.type visible#, @function
	.proc visible#
visible:
	addl r14 = @gprel(small#), gp
	addl r15 = @gprel(small_bss# + 4), gp
	addl r16 = @gprel(.Llocal), gp
	movl r17 = @gprel(large#)
	movl r17 = @gprel(large# - 0x123456789)
	addl r18 = @ltoff(large#), gp
	addl r18 = @ltoff(large# + 24), gp
	addl r19 = @ltoff(far_data#), gp
	addl r19 = @ltoff(far_data# - 0x70000), gp
	addl r19 = @ltoff(absent_data#), gp
	movl r20 = @ltoff(far_data#)
	movl r20 = @ltoff(large#)
	addl r21 = @ltoffx(large#), gp
	addl r22 = @ltoffx(far_other_data#), gp
	ld8.mov r21 = [r21], large#
	ld8.mov r22 = [r22], far_other_data#
	addl r23 = @ltoff(@fptr(visible#)), gp
	addl r23 = @ltoff(@fptr(local)), gp
	addl r24 = @ltoff(@fptr(far_function#)), gp
	addl r24 = @ltoff(@fptr(absent_function#)), gp
	movl r25 = @ltoff(@fptr(far_function#))
	movl r25 = @ltoff(@fptr(local))
	movl r26 = @fptr(local)
	movl r26 = @fptr(also_visible#)
	movl r26 = @fptr(far_function#)
	movl r27 = large# + 0x1122334455
	movl r27 = far_data#
	movl r27 = visible#
	addl r28 = tiny#, r0
	addl r28 = tiny# - 0x1000, r0
	adds r29 = tiny#, r3
	br.call.sptk.many b0 = local
	br.call.sptk.many b0 = visible#
	br.call.sptk.many b0 = elsewhere
	br.call.sptk.many b0 = far_function#
	br.call.sptk.many b0 = far_other#
	br.call.sptk.many b0 = absent_function#
	br.cond.spnt.few elsewhere + 16
	brl.call.sptk.many b0 = far_function#
	brl.call.sptk.many b0 = elsewhere
	brl.cond.sptk.few visible#
	brl.call.sptk.many b0 = very_far#
	brl.cond.sptk.few very_near#
	chk.s.m r14, elsewhere
	chk.s.i r14, elsewhere
	chk.s f14, elsewhere
	chk.a.nc r14, elsewhere
	chk.a.clr f14, elsewhere
	fchkf elsewhere
	br.ret.sptk.many b0
	.endp visible#
	.global also_visible#
	also_visible = visible

	.proc local
local:
	nop 0
	br.ret.sptk.many b0
	.endp local

	.section .text.elsewhere, "ax", @progbits
	.align 16
	.proc elsewhere
elsewhere:
	addl r14 = @gprel(small_bss#), gp
	br.cond.sptk.few local
	.endp elsewhere
	// Each slot of a bundle of three branches, and of other templates.
	.explicit
	{ .bbb
	(p6) br.cond.sptk.few local
	(p7) br.cond.sptk.few visible#
	br.call.sptk.many b0 = far_function#
	;;
	}
	{ .mmi
	addl r2 = @gprel(small#), gp
	addl r3 = @ltoff(large#), gp
	addl r14 = @ltoff(@fptr(local)), gp
	;;
	}
	{ .mlx
	addl r2 = @ltoff(@fptr(visible#)), gp
	movl r3 = @gprel(far_data#)
	;;
	}
	{ .mfb
	chk.a.nc r2, local
	fchkf local
	br.call.sptk.many b0 = local
	;;
	}
	{ .mii
	chk.s.m r2, local
	chk.s.i r3, local
	addl r14 = @ltoffx(far_data#), gp
	;;
	}
	.default

	.section .sdata, "aws", @progbits
	.align 8
	.global small#
small:	data8 5
	.section .srodata, "as", @progbits
.Llocal:
	data8 7
	.section .sbss, "aws", @nobits
	.align 8
	.global small_bss#
small_bss:
	.skip 16
	.section .rodata, "a", @progbits
	.align 8
	data8 @fptr(visible#), @fptr(local), @fptr(far_function#), @fptr(absent_function#)
	data8 visible#, local, large# + 8, far_data# - 1, absent_data#
	data8 @segrel(visible#), @segrel(local + 32), @segrel(.Lsection)
	data8 @secrel(visible#), @secrel(.Lsection + 3), @secrel(large#)
	data8 local - ., @pcrel(far_data#), @pcrel(visible# + 1)
	data4 local - ., @secrel(.Lsection), @secrel(large# + 4), tiny#
	data1 0
	data8.ua @fptr(also_visible#), far_data#
	data4.ua @secrel(.Lsection + 1)
.Lsection:
	data8 0
	.data
	.align 16
	.skip 24
	.global large#
large:	.skip 300
	// Absolute addresses, too far for ld to make a short branch of a long one.
	.global very_far#, very_near#
	very_far = 0xe123456789abcde0
	very_near = 0x20
	.weak absent_data#
	.weak absent_function#

// SPDX-License-Identifier: BSD-2-Clause
	.text
	.proc b_hidden
b_hidden:
	br.call.sptk.many b0 = a_run#
	br.ret.sptk.many b0
	.endp b_hidden
	.global b_step#
	.proc b_step#
b_step:
	addl r14 = @ltoffx(a_count#), gp
	addl r15 = @ltoff(@fptr(a_run#)), gp
	addl r16 = @gprel(b_limit#), gp
	ld8.mov r14 = [r14], a_count#
	brl.call.sptk.many b0 = a_run#
	br.call.sptk.many b0 = b_hidden
	br.ret.sptk.many b0
	.endp b_step#
	.section .sbss, "aws", @nobits
	.align 8
	.global b_limit#
b_limit:
	.skip 8
	.data
	.align 8
	data8 @fptr(a_run#), @fptr(b_step#), a_calls# + 8

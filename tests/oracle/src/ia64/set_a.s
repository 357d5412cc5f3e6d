// SPDX-License-Identifier: BSD-2-Clause
// A set of two objects that use each other's functions and data.
	.text
	.global a_run#
	.proc a_run#
a_run:
	addl r14 = @ltoffx(b_limit#), gp
	addl r15 = @ltoff(@fptr(b_step#)), gp
	addl r16 = @ltoff(@fptr(a_run#)), gp
	ld8.mov r14 = [r14], b_limit#
	br.call.sptk.many b0 = b_step#
	br.call.sptk.many b0 = a_rest
	br.ret.sptk.many b0
	.endp a_run#
	.proc a_rest
a_rest:
	br.ret.sptk.many b0
	.endp a_rest
	.section .sdata, "aws", @progbits
	.align 8
	.global a_count#
a_count:
	data8 1
	.data
	.align 8
	.global a_calls#
a_calls:
	data8 @fptr(a_run#), @fptr(b_step#), @fptr(a_rest)
	data8 a_run#, b_limit#

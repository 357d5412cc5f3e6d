// SPDX-License-Identifier: BSD-2-Clause
// Every relocation of aarch64 that is applied to a module, against symbols here and elsewhere.
	.text
	.balign 16
	.global visible
	.type visible, %function
visible:
	movz x0, #:abs_g0:tiny
	movz x0, #:abs_g0_nc:far_data
	movk x0, #:abs_g0_nc:large + 0x1235
	movz x0, #:abs_g1:tiny
	movk x0, #:abs_g1_nc:far_data
	movz x0, #:abs_g2:tiny
	movk x0, #:abs_g2_nc:far_data + 0x123456789
	movz x0, #:abs_g3:far_data
	movz x1, #:abs_g0_s:tiny
	movz x1, #:abs_g0_s:tiny - 0x2000
	movn x1, #:abs_g0_s:tiny
	movz x1, #:abs_g1_s:tiny
	movz x1, #:abs_g1_s:tiny - 0x12345678
	movz x1, #:abs_g2_s:tiny
	movz x1, #:abs_g2_s:tiny - 0x123456789abc
	movz x2, #:prel_g0:visible
	movz x2, #:prel_g0:.Lnear
	movn x2, #:prel_g0:.Lnear
	movk x2, #:prel_g0_nc:far_data
	movz x2, #:prel_g1:far_data
	movz x2, #:prel_g1:visible
	movk x2, #:prel_g1_nc:far_data
	movz x2, #:prel_g2:far_data
	movz x2, #:prel_g2:visible
	movk x2, #:prel_g2_nc:far_data
	movz x2, #:prel_g3:far_data
	movz x2, #:prel_g3:visible
	ldr x3, .Lliteral
	ldr w3, visible
	ldrsw x3, large
	prfm pldl1keep, large + 8
	ldr q3, .Lliteral + 4
	adr x4, .Lnear
	adr x4, visible - 3
	adr x4, large + 5
	adr x4, absent_data
	adrp x5, large
	add x5, x5, #:lo12:large
	adrp x5, far_data + 0x1fff
	add x5, x5, #:lo12:far_data + 0x1fff
	adrp x5, :pg_hi21_nc:large
	adrp x5, :pg_hi21_nc:far_data - 0x123456
	adrp x5, absent_data
	add w6, w5, #:lo12:.Lliteral
	ldrb w6, [x5, #:lo12:large + 7]
	ldrsb x6, [x5, #:lo12:far_data]
	strb w6, [x5, #:lo12:far_data + 0xfff]
	ldrh w6, [x5, #:lo12:large + 6]
	strh w6, [x5, #:lo12:far_data]
	ldr w6, [x5, #:lo12:large + 4]
	str s6, [x5, #:lo12:far_data]
	ldr x6, [x5, #:lo12:large + 8]
	str d6, [x5, #:lo12:far_data]
	prfm pldl1keep, [x5, #:lo12:large + 16]
	ldr q6, [x5, #:lo12:large + 32]
	str q6, [x5, #:lo12:far_data]
	tbz x7, #63, .Lnear
	tbnz w7, #5, visible
	tbnz w7, #31, local
	cbz x7, visible
	cbnz w7, local
	b.eq .Lnear
	b.al visible
.Lnear:
	b local
	b far_function
	b visible + 4
	bl local
	bl visible
	bl far_function
	bl far_other + 8
	bl absent_function
	b absent_function
	adrp x8, :got:far_data
	ldr x8, [x8, #:got_lo12:far_data]
	adrp x9, :got:large
	ldr x9, [x9, #:got_lo12:large]
	adrp x9, :got:absent_data
	ldr x9, [x9, #:got_lo12:absent_data]
	adrp x10, _GLOBAL_OFFSET_TABLE_
	ldr x11, [x10, #:gotpage_lo15:far_data]
	ldr x12, [x10, #:gotpage_lo15:visible]
	ldr x13, :got:far_other_data
	ldr x14, :got:large
	.reloc ., R_AARCH64_NONE, large
	ret
	.size visible, . - visible
	.balign 8
.Lliteral:
	.xword far_function

	.section .text.elsewhere, "ax", %progbits
	.balign 4
	.type local, %function
local:
	cbz x0, visible
	tbz x0, #1, visible
	b visible
	bl far_function
	ret
	.word visible - ., tiny - 0x10

	.section .rodata, "a", %progbits
	.xword far_function, far_data + 5, visible, local + 4, absent_data, absent_function
	.xword visible - ., far_data - ., .Lhere - ., absent_data - .
	.word visible - ., .Lhere - . + 3, tiny, absent_data - .
	.hword tiny, visible - ., local + 1 - ., tiny + 1
.Lhere:
	.byte 0
	.xword far_data				// unaligned
	.word visible - .
	.hword tiny - 0x234
	.global visible_constant
visible_constant:
	.byte 1

	.data
	.balign 64
	.global large
large:	.skip 300
	.weak absent_data
	.weak absent_function

// SPDX-License-Identifier: BSD-2-Clause
// The console font, as the build found it (kernel.mk). framebuffer.c reads it.
    .section .rodata
    .balign 8
    .globl font_start, font_end
font_start:
    .incbin "font.psf"
font_end:
    .section .note.GNU-stack, "", %progbits

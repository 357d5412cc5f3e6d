// SPDX-License-Identifier: BSD-2-Clause
// The entry of one static module in the kernel's table (struct static_module of base/images.h). This
// file is compiled once for each module, with its name, and linked with the module by
// tools/static-module.sh, which defines the symbols.
    .section btl_static, "a"
    .balign 8
    .8byte name, btl_wrapper
    .8byte static_text, static_text_end
    .8byte static_constants, static_constants_end
    .8byte static_data, static_data_end

    .section .rodata.static_name, "a"
name:
    .asciz STATIC_MODULE
    .section .note.GNU-stack, "", %progbits

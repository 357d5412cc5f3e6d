// SPDX-License-Identifier: BSD-2-Clause
// Shared by the steps of opening a kernel: kernel_image.c checks its segments and loads it,
// kernel_dynamic.c finds and checks the relocations of an ET_DYN kernel.
#ifndef BTL_CORE_KERNEL_GATE_H
#define BTL_CORE_KERNEL_GATE_H

#include <btl/kernel_image.h>

#define kernel_report(kernel, diags, code, ...)                                                    \
    btl_report((diags), code, (kernel)->elf->place, __VA_ARGS__)

// Check the dynamic section and the type of every relocation. Fill in movable, rela_file_offset and
// rela_count. The segments must be listed.
bool kernel_check_dynamic(struct btl_kernel_image *kernel, struct btl_diags *diags);

#endif

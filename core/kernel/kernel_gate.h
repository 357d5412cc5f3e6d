// SPDX-License-Identifier: BSD-2-Clause
// What the steps of opening a kernel share: kernel_image.c looks at its segments and loads it,
// kernel_dynamic.c finds and checks the relocations of an ET_DYN kernel.
#ifndef BTL_CORE_KERNEL_GATE_H
#define BTL_CORE_KERNEL_GATE_H

#include <btl/kernel_image.h>

#define kernel_report(kernel, diags, code, ...)                                                    \
    btl_report((diags), code, (kernel)->elf->place, __VA_ARGS__)

// Checks the dynamic section and every relocation's type. Fills in movable, rela_file_offset and
// rela_count. Needs: segments.
bool kernel_check_dynamic(struct btl_kernel_image *kernel, struct btl_diags *diags);

#endif

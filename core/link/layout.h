// SPDX-License-Identifier: BSD-2-Clause
// Between layout.c and layout_check.c.
#ifndef BTL_CORE_LAYOUT_H
#define BTL_CORE_LAYOUT_H

#include <btl/link.h>

// Can the sections and symbols of this file be loaded at all? Reports each that cannot. Afterwards
// the alignment of a common symbol (its value) is 0 or a power of two up to BTL_ELF_ALIGN_MAX.
// image->section_offset must tell the loaded sections from the others.
bool btl_layout_check(const struct btl_image *image, struct btl_diags *diags);

#endif

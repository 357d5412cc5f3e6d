// SPDX-License-Identifier: BSD-2-Clause
// Shared by layout.c and layout_check.c.
#ifndef BTL_CORE_LAYOUT_H
#define BTL_CORE_LAYOUT_H

#include <btl/link.h>

// Check that the sections and symbols of the file can be loaded, and report those that cannot.
// After success the alignment of a common symbol (its value) is 0 or a power of two up to
// BTL_ELF_ALIGN_MAX. image->section_offset must be BTL_NO_OFFSET for sections that are not loaded.
bool btl_layout_check(const struct btl_image *image, struct btl_diags *diags);

#endif

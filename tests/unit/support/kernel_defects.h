// SPDX-License-Identifier: BSD-2-Clause
// Defects of kernels, each as a test of its own (elf_defects.h). Needs cmocka's headers.
#ifndef BTL_KERNEL_DEFECTS_H
#define BTL_KERNEL_DEFECTS_H

#include "elf_defects.h"
#include "kernel_samples.h"

// `make` as for kernel_sample().
static inline void check_defect_of(void (*make)(struct elf_builder *b),
                                   const struct elf_defect *defect)
{
    struct kernel_sample s;
    kernel_sample(&s, make, defect->spoil);
    check_outcome(defect, test_codes(&s.memory, &s.diags), test_diags_text(&s.memory, &s.diags),
                  s.good);
    kernel_sample_end(&s);
}

#endif

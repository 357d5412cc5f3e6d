// SPDX-License-Identifier: BSD-2-Clause
// Runs a table of defects, each as a test of its own, named by the defect. Needs cmocka's headers.
#ifndef BTL_ELF_DEFECTS_H
#define BTL_ELF_DEFECTS_H

#include <string.h>

#include "elf_samples.h"

#define SPOIL(name, statement)                                                                     \
    static void name(struct elf_builder *b)                                                        \
    {                                                                                              \
        statement;                                                                                 \
    }

// What came of it: is that what the table says?
static inline void check_outcome(const struct elf_defect *defect, const char *codes,
                                 const char *text, bool good)
{
    assert_string_equal(codes, defect->codes);
    assert_int_equal(good, defect->codes[0] == '\0');
    if (defect->says != NULL && strstr(text, defect->says) == NULL)
        fail_msg("\"%s\" is not in:\n%s", defect->says, text);
}

static inline void check_defect(const struct elf_defect *defect, enum btl_elf_kind kind)
{
    struct test_memory memory;
    const char *text;
    bool good;
    test_memory_begin(&memory);
    const char *codes = sample_open(&memory, kind, defect, &good, &text);
    check_outcome(defect, codes, text, good);
    test_memory_end(&memory);
}

static inline void check_module_defect(void **state)
{
    check_defect(*state, BTL_ELF_MODULE);
}

static inline void check_kernel_defect(void **state)
{
    check_defect(*state, BTL_ELF_KERNEL);
}

#endif

// SPDX-License-Identifier: BSD-2-Clause
// The sample module with other metadata.
#ifndef BTL_MODINFO_SAMPLES_H
#define BTL_MODINFO_SAMPLES_H

#include <btl/modinfo.h>

#include "elf_samples.h"

struct modinfo_sample {
    struct test_memory memory;
    struct btl_diags diags;
    struct elf_builder builder;
    struct btl_modinfo info;
    bool good; // what btl_modinfo_read() returned
};

// sample_module() with `strings` as its .modinfo (NULs inside, and one at the end, are the
// caller's), spoiled and read. `spoil` may be NULL.
void modinfo_sample(struct modinfo_sample *s, const char *strings, size_t size,
                    void (*spoil)(struct elf_builder *b));
// Only the first `allocations` succeed.
void modinfo_sample_limited(struct modinfo_sample *s, const char *strings, size_t size,
                            size_t allocations);
void modinfo_sample_end(struct modinfo_sample *s);

#endif

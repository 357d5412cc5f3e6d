// SPDX-License-Identifier: BSD-2-Clause
// A boot of any number of modules, made in memory: loader.conf, a kernel, and modules of one shape.
#ifndef BTL_BENCH_GENERATE_H
#define BTL_BENCH_GENERATE_H

#include <btl/types.h>

enum {
    GEN_KERNEL_EXPORTS = 32,
    GEN_CALLS_OUT = 8, // calls of a module to the kernel
    GEN_CALLS_IN = 24, // and within itself
    GEN_POINTERS = 8,  // absolute addresses in its data
    GEN_EXPORTS = 4,
    GEN_DEPENDENCIES = 3, // at most; module 0 has none
    GEN_RELOCATIONS = GEN_CALLS_OUT + GEN_CALLS_IN + GEN_POINTERS + GEN_DEPENDENCIES,
};

struct generated {
    uint32_t count;
    struct btl_str conf;
    struct btl_bytes kernel;
    struct btl_bytes *modules; // number i is called m%05u
    void **blocks;             // to free
    size_t block_count;
};

// The same count gives the same bytes. End the program when there is no memory.
void generate(struct generated *ret_boot, uint32_t count);
// generate() with `padding` more bytes of constants in each module, and all modules of one phase
// (NULL: of all four).
void generate_padded(struct generated *ret_boot, uint32_t count, size_t padding, const char *phase);
void generated_free(struct generated *boot);

#endif

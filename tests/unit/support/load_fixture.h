// SPDX-License-Identifier: BSD-2-Clause
// A boot of two modules for tests of btl/load.h: a manifest made by hand, and memory of phase 1 in
// which `first` is linked: a page of code that returns `result`, a page of constants with the
// wrapper, a page of data with the tunables.
#ifndef BTL_LOAD_FIXTURE_H
#define BTL_LOAD_FIXTURE_H

#include <btl/load.h>

#include "btl_test.h"

enum { LOAD_FIRST, LOAD_SECOND, LOAD_MODULES };

struct load_fixture {
    struct test_memory memory;
    struct btl_diags diags;
    struct btlm_header header;
    struct btlm_system system;
    struct btlm_module module[LOAD_MODULES]; // `second` needs `first`
    uint32_t depend[1];
    struct btlm_export exports[4];
    struct btlm_tunable tunable[2];
    char strings[256];
    uint32_t string_size;
    struct btl_manifest manifest;
    uint8_t *phase1; // memory of the images
    struct btl_module_image image;
};

// The tunables of `first`, in its page of data.
struct load_values {
    int64_t depth; // 1 to 64
    bool loud;
};

void load_begin(struct load_fixture *f);
void load_end(struct load_fixture *f);
struct btlm_str load_string(struct load_fixture *f, const char *text);
struct load_values *load_values(struct load_fixture *f);
void load_returns(struct load_fixture *f, int result); // of the load function
// loader.conf sets that tunable of `first`, in the next line.
void load_sets(struct load_fixture *f, const char *name, const char *value);
void load_exports(struct load_fixture *f, const char *name, uint64_t value, uint32_t owner);

#endif

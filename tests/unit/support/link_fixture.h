// SPDX-License-Identifier: BSD-2-Clause
// One module taken through the linker's passes: built, opened, laid out, linked in a buffer of
// exactly its size.
//
//     struct link_fixture f;
//     lf_begin(&f, SIZE_MAX);
//     … eb_section(&f.builder, …) …
//     assert_true(lf_link(&f, 0xffffffff81000000));
//     … lf_load32(&f, section, offset) …
//     lf_end(&f);
#ifndef BTL_LINK_FIXTURE_H
#define BTL_LINK_FIXTURE_H

#include <btl/link.h>

#include "btl_test.h"
#include "elf_builder.h"

#define LF_BASE  0xffffffff81000000ull
#define LF_CODE  (ELF_SHF_ALLOC | ELF_SHF_EXECINSTR)
#define LF_DATA  (ELF_SHF_ALLOC | ELF_SHF_WRITE)
#define LF_CONST ELF_SHF_ALLOC

struct link_fixture {
    struct elf_builder builder;
    struct test_memory memory;
    struct btl_diags diags;
    struct btl_symtab symtab;
    struct btl_scope scope; // of the table above, everything allowed; to be changed by the test
    struct btl_elf elf;
    struct btl_image image;
    uint8_t *block; // the image's memory, or NULL
    bool finished;
};

// An x86-64 module without sections. All allocations of the linker after the first `allocations`
// fail (SIZE_MAX: none).
void lf_begin(struct link_fixture *f, size_t allocations);
void lf_end(struct link_fixture *f);
// eb_finish(), once; needed before spoiling the finished file.
void lf_finish(struct link_fixture *f);

// Each does what is needed before it as well.
bool lf_open(struct link_fixture *f);
bool lf_layout(struct link_fixture *f);
bool lf_resolve(struct link_fixture *f, uint64_t base); // and places and copies
bool lf_link(struct link_fixture *f, uint64_t base);

void lf_export(struct link_fixture *f, const char *name, uint64_t value, uint32_t owner);
uint64_t lf_address(const struct link_fixture *f, uint32_t section);
uint32_t lf_load32(const struct link_fixture *f, uint32_t section, uint64_t offset);
uint64_t lf_load64(const struct link_fixture *f, uint32_t section, uint64_t offset);

#endif

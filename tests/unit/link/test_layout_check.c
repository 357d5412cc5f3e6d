// SPDX-License-Identifier: BSD-2-Clause
// Files that are sound ELF and cannot be modules: each defect has a code of its own.
#include "test_case.h"

#include <string.h>

#include "link_fixture.h"

static uint32_t section(struct link_fixture *f, const char *name, uint32_t type, uint64_t flags)
{
    return eb_section(&f->builder, name, type, flags, 1, NULL, 16);
}

static void refused(struct link_fixture *f, const char *codes, const char *named)
{
    assert_false(lf_layout(f));
    assert_codes(&f->memory, &f->diags, codes);
    assert_non_null(strstr(test_diags_text(&f->memory, &f->diags), named));
    lf_end(f);
}

TEST(a_writable_and_executable_section_is_refused)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    section(&f, ".wx", ELF_SHT_PROGBITS, LF_CODE | ELF_SHF_WRITE);
    refused(&f, "link-write-exec", ".wx");
}

TEST(a_thread_local_section_is_refused)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    section(&f, ".tbss", ELF_SHT_NOBITS, LF_DATA | ELF_SHF_TLS);
    refused(&f, "link-tls-section", ".tbss");
}

TEST(a_thread_local_symbol_is_refused)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    eb_symbol(&f.builder, "errno", EB_GLOBAL(ELF_STT_TLS), ELF_SHN_UNDEF, 0, 0);
    refused(&f, "link-tls-symbol", "errno");
}

TEST(a_compressed_section_is_refused_when_it_is_loaded)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    section(&f, ".data", ELF_SHT_PROGBITS, LF_DATA | ELF_SHF_COMPRESSED);
    refused(&f, "link-compressed-section", ".data");
    lf_begin(&f, SIZE_MAX);
    section(&f, ".debug_info", ELF_SHT_PROGBITS, ELF_SHF_COMPRESSED);
    assert_true(lf_layout(&f));
    lf_end(&f);
}

// Nothing would call these functions, so that the module would run with what they set up missing.
TEST(constructors_and_destructors_are_refused)
{
    static const struct {
        const char *name;
        uint32_t type;
        uint64_t flags;
        bool good;
    } cases[] = {
        {".init_array", ELF_SHT_INIT_ARRAY, LF_DATA, false},
        {".init_array.00100", ELF_SHT_INIT_ARRAY, LF_DATA, false},
        {".fini_array", ELF_SHT_FINI_ARRAY, LF_DATA, false},
        {".preinit_array", ELF_SHT_PREINIT_ARRAY, LF_DATA, false},
        {".made", ELF_SHT_INIT_ARRAY, LF_CONST, false},
        {".init_array", ELF_SHT_PROGBITS, LF_DATA, false},
        {".ctors", ELF_SHT_PROGBITS, LF_DATA, false},
        {".ctors.65435", ELF_SHT_PROGBITS, LF_CONST, false},
        {".dtors", ELF_SHT_PROGBITS, LF_DATA, false},
        {".init", ELF_SHT_PROGBITS, LF_CODE, false},
        {".fini", ELF_SHT_PROGBITS, LF_CODE, false},
        {".ctors", ELF_SHT_PROGBITS, 0, true}, // not loaded
        {".init.text", ELF_SHT_PROGBITS, LF_CODE, true},
        {".init_arrays", ELF_SHT_PROGBITS, LF_DATA, true},
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct link_fixture f;
        lf_begin(&f, SIZE_MAX);
        section(&f, cases[i].name, cases[i].type, cases[i].flags);
        if (!cases[i].good) {
            refused(&f, "link-constructor", cases[i].name);
            continue;
        }
        assert_true(lf_layout(&f));
        lf_end(&f);
    }
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    eb_section(&f.builder, ".init_array", ELF_SHT_INIT_ARRAY, LF_DATA, 8, NULL, 0);
    assert_true(lf_layout(&f)); // empty
    lf_end(&f);
}

TEST(relocations_without_addends_are_refused_for_loaded_sections)
{
    static const struct {
        uint32_t target; // 1: loaded, 2: not, 0 and 99: no section
        bool good;
    } cases[] = {{1, false}, {2, true}, {0, false}, {99, false}};
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct link_fixture f;
        lf_begin(&f, SIZE_MAX);
        section(&f, ".text", ELF_SHT_PROGBITS, LF_CODE);
        section(&f, ".debug_info", ELF_SHT_PROGBITS, 0);
        uint32_t rel = section(&f, ".rel.text", ELF_SHT_REL, 0);
        lf_finish(&f);
        eb_section_at(&f.builder, rel)->info = cases[i].target;
        if (!cases[i].good) {
            refused(&f, "link-rel-section", ".rel.text");
            continue;
        }
        assert_true(lf_layout(&f));
        lf_end(&f);
    }
}

TEST(relocations_of_a_section_without_contents_are_refused)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    uint32_t bss = section(&f, ".bss", ELF_SHT_NOBITS, LF_DATA);
    eb_rela(&f.builder, bss, 0, eb_symbol(&f.builder, "x", EB_LOCAL(0), bss, 0, 0), 1, 0);
    refused(&f, "link-reloc-nobits", ".rela.bss");
}

TEST(an_indirect_function_is_refused)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    uint32_t text = section(&f, ".text", ELF_SHT_PROGBITS, LF_CODE);
    eb_symbol(&f.builder, "chosen", EB_GLOBAL(10), text, 0, 0);
    refused(&f, "link-ifunc", "chosen");
}

TEST(the_alignment_of_a_common_symbol_is_checked)
{
    static const uint64_t bad[] = {3, 2ull * BTL_ELF_ALIGN_MAX, 1ull << 63, UINT64_MAX};
    for (size_t i = 0; i < BTL_COUNT(bad); i++) {
        struct link_fixture f;
        lf_begin(&f, SIZE_MAX);
        eb_symbol(&f.builder, "shared", EB_GLOBAL(ELF_STT_OBJECT), ELF_SHN_COMMON, bad[i], 8);
        refused(&f, "link-common-align", "shared");
    }
}

TEST(every_defect_of_a_file_is_reported)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    uint32_t text = section(&f, ".text", ELF_SHT_PROGBITS, LF_CODE);
    section(&f, ".wx", ELF_SHT_PROGBITS, LF_CODE | ELF_SHF_WRITE);
    section(&f, ".tdata", ELF_SHT_PROGBITS, LF_DATA | ELF_SHF_TLS);
    uint32_t foo = eb_symbol(&f.builder, "foo", EB_GLOBAL(10), text, 0, 0);
    eb_rela(&f.builder, text, 0, foo, 14, 0);
    refused(&f, "link-write-exec link-tls-section link-ifunc link-reloc-unsupported", ".tdata");
}

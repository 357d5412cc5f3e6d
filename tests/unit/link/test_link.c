// SPDX-License-Identifier: BSD-2-Clause
#include "test_case.h"

#include <string.h>

#include "link_fixture.h"

#define R_64   1
#define R_PC32 2

static uint32_t text_section(struct link_fixture *f, size_t size)
{
    return eb_section(&f->builder, ".text", ELF_SHT_PROGBITS, LF_CODE, 16, NULL, size);
}

// A symbol that the module takes from elsewhere, used by a 64-bit relocation at `offset`.
static uint32_t import(struct link_fixture *f, const char *name, bool weak, uint32_t section,
                       uint64_t offset)
{
    uint8_t info = weak ? EB_WEAK(ELF_STT_NOTYPE) : EB_GLOBAL(ELF_STT_NOTYPE);
    uint32_t symbol = eb_symbol(&f->builder, name, info, ELF_SHN_UNDEF, 0, 0);
    eb_rela(&f->builder, section, offset, symbol, R_64, 0);
    return symbol;
}

static bool even_owners_only(const struct btl_scope *scope, uint32_t owner)
{
    return owner % 2 == 0;
}

static struct btl_str owner_name(const struct btl_scope *scope, uint32_t owner)
{
    return owner == 3 ? BTL_STR("ring") : BTL_STR("clock");
}

TEST(copy_writes_contents_and_clears_everything_else)
{
    struct link_fixture f;
    uint8_t code[5] = {1, 2, 3, 4, 5};
    uint8_t data[3] = {6, 7, 8};
    lf_begin(&f, SIZE_MAX);
    uint32_t bss = eb_section(&f.builder, ".bss", ELF_SHT_NOBITS, LF_DATA, 64, NULL, 5000);
    uint32_t second = eb_section(&f.builder, ".data", ELF_SHT_PROGBITS, LF_DATA, 8, data, 3);
    uint32_t first =
        eb_section(&f.builder, ".text", ELF_SHT_PROGBITS, LF_CODE, 16, code, sizeof(code));
    assert_true(lf_link(&f, LF_BASE)); // the fixture fills the block with 0xa5 before
    assert_memory_equal(f.block + f.image.section_offset[first], code, sizeof(code));
    assert_memory_equal(f.block + f.image.section_offset[second], data, sizeof(data));
    assert_true(f.image.section_offset[bss] + 5000 <= f.image.size);
    size_t sum = 0, wanted = 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8;
    for (size_t i = 0; i < f.image.size; i++)
        sum += f.block[i];
    assert_int_equal(sum, wanted);
    lf_end(&f);
}

TEST(every_kind_of_symbol_gets_its_value)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    uint32_t text = text_section(&f, 32);
    uint32_t bss = eb_section(&f.builder, ".bss", ELF_SHT_NOBITS, LF_DATA, 1, NULL, 16);
    struct elf_builder *b = &f.builder;
    uint32_t section = eb_symbol(b, "", EB_LOCAL(ELF_STT_SECTION), text, 0, 0);
    uint32_t file = eb_symbol(b, "t.c", EB_LOCAL(ELF_STT_FILE), ELF_SHN_ABS, 0, 0);
    uint32_t local = eb_symbol(b, "l", EB_LOCAL(ELF_STT_FUNC), text, 8, 0);
    uint32_t at_end = eb_symbol(b, "e", EB_GLOBAL(ELF_STT_NOTYPE), text, 32, 0);
    uint32_t in_bss = eb_symbol(b, "b", EB_WEAK(ELF_STT_OBJECT), bss, 4, 4);
    uint32_t absolute = eb_symbol(b, "a", EB_GLOBAL(0), ELF_SHN_ABS, 0xfeedfacecafef00d, 0);
    uint32_t common = eb_symbol(b, "c", EB_GLOBAL(ELF_STT_OBJECT), ELF_SHN_COMMON, 64, 4);
    uint32_t undefined = eb_symbol(b, "u", EB_GLOBAL(0), ELF_SHN_UNDEF, 0, 0);
    uint32_t unnamed = eb_symbol(b, "", EB_GLOBAL(0), ELF_SHN_UNDEF, 0, 0);
    lf_export(&f, "u", 0x4242, BTL_KERNEL);
    assert_true(lf_resolve(&f, LF_BASE));
    const uint64_t *value = f.image.value;
    assert_true(value[0] == 0);
    assert_true(value[section] == LF_BASE);
    assert_true(value[file] == 0);
    assert_true(value[local] == LF_BASE + 8);
    assert_true(value[at_end] == LF_BASE + 32);
    assert_true(value[in_bss] == LF_BASE + 0x1004);
    assert_true(value[absolute] == 0xfeedfacecafef00d);
    assert_true(value[common] == LF_BASE + 0x1040);
    assert_true(value[undefined] == 0x4242);
    assert_true(value[unnamed] == 0);
    lf_end(&f);
}

TEST(link_address_and_buffer_address_are_apart)
{
    for (uint64_t base = 0; base <= 0x10000000; base += 0x10000000) {
        struct link_fixture f;
        lf_begin(&f, SIZE_MAX);
        uint32_t text = text_section(&f, 16);
        uint32_t symbol = eb_symbol(&f.builder, "x", EB_LOCAL(0), text, 3, 0);
        eb_rela(&f.builder, text, 0, symbol, R_64, 0);
        eb_rela(&f.builder, text, 8, symbol, R_PC32, 0);
        assert_true(lf_link(&f, base));
        assert_true(lf_load64(&f, text, 0) == base + 3);
        assert_int_equal((int32_t)lf_load32(&f, text, 8), 3 - 8);
        assert_int_equal(f.image.relocation_count, 2);
        lf_end(&f);
    }
}

TEST(unresolved_symbols_are_all_named_once_with_their_first_use)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    uint32_t text = text_section(&f, 64);
    uint32_t data = eb_section(&f.builder, ".data", ELF_SHT_PROGBITS, LF_DATA, 8, NULL, 64);
    uint32_t one = import(&f, "one", false, text, 0);
    import(&f, "two", false, data, 0);
    import(&f, "here", false, text, 8);
    eb_rela(&f.builder, text, 16, one, R_64, 0);
    eb_rela(&f.builder, data, 8, one, R_64, 0);
    eb_symbol(&f.builder, "unused", EB_GLOBAL(0), ELF_SHN_UNDEF, 0, 0);
    lf_export(&f, "here", 1, BTL_KERNEL);
    assert_false(lf_resolve(&f, LF_BASE));
    assert_codes(&f.memory, &f.diags, "link-unresolved link-unresolved link-unresolved");
    const char *text_of_all = test_diags_text(&f.memory, &f.diags);
    assert_non_null(strstr(text_of_all, "one (first used in .text)"));
    assert_non_null(strstr(text_of_all, "two (first used in .data)"));
    assert_non_null(strstr(text_of_all, "unused (first used in no section)"));
    assert_null(f.image.value);
    lf_end(&f);
}

TEST(a_symbol_that_no_file_can_define_is_refused_where_it_is_used)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    uint32_t text = text_section(&f, 64);
    uint32_t nameless = eb_symbol(&f.builder, "", EB_GLOBAL(0), ELF_SHN_UNDEF, 0, 0);
    uint32_t local = eb_symbol(&f.builder, "here", EB_LOCAL(ELF_STT_FUNC), ELF_SHN_UNDEF, 0, 0);
    eb_symbol(&f.builder, "unused", EB_LOCAL(0), ELF_SHN_UNDEF, 0, 0);
    eb_rela(&f.builder, text, 0, nameless, R_64, 0);
    eb_rela(&f.builder, text, 8, local, R_64, 0);
    eb_rela(&f.builder, text, 16, local, R_PC32, 0);
    lf_export(&f, "here", 1, BTL_KERNEL);
    assert_false(lf_resolve(&f, LF_BASE));
    assert_codes(&f.memory, &f.diags, "link-symbol-lost link-symbol-lost");
    const char *text_of_all = test_diags_text(&f.memory, &f.diags);
    assert_non_null(strstr(text_of_all, "(\"\", first used in .text)"));
    assert_non_null(strstr(text_of_all, "(\"here\", first used in .text)"));
    lf_end(&f);
}

TEST(a_symbol_of_an_undeclared_dependency_is_named_with_its_module)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    uint32_t text = text_section(&f, 64);
    import(&f, "ring_put", false, text, 0);
    import(&f, "clock_now", false, text, 8);
    lf_export(&f, "ring_put", 1, 3);
    lf_export(&f, "clock_now", 1, 4);
    f.scope.allowed = even_owners_only;
    f.scope.owner_name = owner_name;
    assert_false(lf_resolve(&f, LF_BASE));
    assert_codes(&f.memory, &f.diags, "link-undeclared-dependency");
    const char *sentence = test_diags_text(&f.memory, &f.diags);
    assert_non_null(strstr(sentence, "ring_put"));
    assert_non_null(strstr(sentence, "exported by ring,"));
    lf_end(&f);
}

TEST(a_scope_without_names_still_reports)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    import(&f, "ring_put", false, text_section(&f, 64), 0);
    lf_export(&f, "ring_put", 1, 3);
    f.scope.allowed = even_owners_only;
    assert_false(lf_resolve(&f, LF_BASE));
    assert_codes(&f.memory, &f.diags, "link-undeclared-dependency");
    lf_end(&f);
}

TEST(a_weak_symbol_is_0_unless_somebody_in_scope_exports_it)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    uint32_t text = text_section(&f, 64);
    uint32_t absent = import(&f, "absent", true, text, 0);
    uint32_t outside = import(&f, "outside", true, text, 8);
    uint32_t inside = import(&f, "inside", true, text, 16);
    lf_export(&f, "outside", 0x1000, 3);
    lf_export(&f, "inside", 0x2000, 2);
    f.scope.allowed = even_owners_only;
    assert_true(lf_link(&f, LF_BASE));
    assert_true(f.image.value[absent] == 0);
    assert_true(f.image.value[outside] == 0);
    assert_true(f.image.value[inside] == 0x2000);
    assert_true(lf_load64(&f, text, 16) == 0x2000);
    assert_codes(&f.memory, &f.diags, "");
    lf_end(&f);
}

TEST(the_name_of_the_got_is_where_the_got_is)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    uint32_t text = text_section(&f, 64);
    uint32_t got = import(&f, "_GLOBAL_OFFSET_TABLE_", false, text, 0);
    eb_rela(&f.builder, text, 8, got, 9, 0);
    assert_true(lf_link(&f, LF_BASE));
    assert_true(lf_load64(&f, text, 0) == LF_BASE + f.image.got_offset);
    lf_end(&f);
}

TEST(debugging_information_is_neither_copied_nor_relocated)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    uint32_t text = text_section(&f, 16);
    uint32_t debug = eb_section(&f.builder, ".debug_info", ELF_SHT_PROGBITS, 0, 1, NULL, 16);
    uint32_t symbol = eb_symbol(&f.builder, "x", EB_LOCAL(0), text, 0, 0);
    eb_rela(&f.builder, debug, 999, symbol, 14, 0); // would be refused twice over
    assert_true(lf_link(&f, LF_BASE));
    assert_int_equal(f.image.relocation_count, 0);
    lf_end(&f);
}

TEST(section_addresses_are_found_by_name)
{
    struct link_fixture f;
    lf_begin(&f, SIZE_MAX);
    text_section(&f, 16);
    eb_section(&f.builder, ".data", ELF_SHT_PROGBITS, LF_DATA, 1, NULL, 1);
    eb_section(&f.builder, ".comment", ELF_SHT_PROGBITS, 0, 1, NULL, 1);
    assert_true(lf_link(&f, LF_BASE));
    assert_true(btl_image_section_address(&f.image, BTL_STR(".text")) == LF_BASE);
    assert_true(btl_image_section_address(&f.image, BTL_STR(".data")) == LF_BASE + 0x1000);
    assert_true(btl_image_section_address(&f.image, BTL_STR(".comment")) == 0);
    assert_true(btl_image_section_address(&f.image, BTL_STR(".absent")) == 0);
    lf_end(&f);
}

// A linked module with two exports, foo at .text + 4 and bar at .text + 8.
static void link_exporter(struct link_fixture *f, struct btl_modinfo *info, size_t allocations)
{
    lf_begin(f, allocations);
    uint32_t text = text_section(f, 16);
    eb_symbol(&f->builder, "foo", EB_GLOBAL(ELF_STT_FUNC), text, 4, 0);
    eb_symbol(&f->builder, "bar", EB_GLOBAL(ELF_STT_FUNC), text, 8, 0);
    static struct btl_str exports[3];
    exports[0] = BTL_STR("foo");
    exports[1] = BTL_STR("bar");
    *info = (struct btl_modinfo){.exports = exports, .export_count = 2};
}

TEST(exports_are_added_with_their_owner)
{
    struct link_fixture f;
    struct btl_modinfo info;
    link_exporter(&f, &info, SIZE_MAX);
    assert_true(lf_link(&f, LF_BASE));
    assert_true(btl_image_export(&f.image, &info, 5, NULL, &f.symtab, &f.diags));
    const struct btl_export *bar = btl_symtab_find(&f.symtab, BTL_STR("bar"));
    assert_true(bar->value == LF_BASE + 8);
    assert_int_equal(bar->owner, 5);
    assert_int_equal(f.symtab.count, 2);
    lf_end(&f);
}

TEST(exports_have_their_values_as_soon_as_the_image_is_placed)
{
    struct link_fixture f;
    struct btl_modinfo info;
    link_exporter(&f, &info, SIZE_MAX);
    uint32_t absolute =
        eb_symbol(&f.builder, "abs", EB_GLOBAL(ELF_STT_NOTYPE), ELF_SHN_ABS, 0x1234, 0);
    uint32_t common = eb_symbol(&f.builder, "c", EB_GLOBAL(ELF_STT_OBJECT), ELF_SHN_COMMON, 8, 8);
    assert_true(lf_layout(&f));
    assert_true(btl_image_place(&f.image, LF_BASE, NULL));
    assert_true(btl_symtab_init(&f.symtab, 0, &f.memory.arena));
    assert_true(btl_image_export(&f.image, &info, 5, NULL, &f.symtab, &f.diags));
    assert_true(btl_symtab_find(&f.symtab, BTL_STR("foo"))->value == LF_BASE + 4);
    assert_true(btl_image_export_value(&f.image, absolute) == 0x1234);
    assert_true(btl_image_export_value(&f.image, common) ==
                LF_BASE + f.image.common_offset[common]);
    lf_end(&f);
}

TEST(duplicate_exports_are_reported_with_both_owners_and_none_is_added)
{
    struct link_fixture f;
    struct btl_modinfo info;
    link_exporter(&f, &info, SIZE_MAX);
    lf_export(&f, "bar", 1, 3);
    f.scope.owner_name = owner_name;
    assert_true(lf_link(&f, LF_BASE));
    assert_false(btl_image_export(&f.image, &info, 5, &f.scope, &f.symtab, &f.diags));
    assert_codes(&f.memory, &f.diags, "link-duplicate-export");
    assert_non_null(
        strstr(test_diags_text(&f.memory, &f.diags), "bar is exported by both ring and t;"));
    assert_null(btl_symtab_find(&f.symtab, BTL_STR("foo")));
    assert_int_equal(btl_symtab_find(&f.symtab, BTL_STR("bar"))->owner, 3);
    lf_end(&f);
}

TEST(an_export_that_the_kernel_has_is_reported_as_the_kernels)
{
    struct link_fixture f;
    struct btl_modinfo info;
    link_exporter(&f, &info, SIZE_MAX);
    lf_export(&f, "foo", 1, BTL_KERNEL);
    lf_export(&f, "bar", 1, BTL_KERNEL);
    assert_true(lf_link(&f, LF_BASE));
    assert_false(btl_image_export(&f.image, &info, 5, NULL, &f.symtab, &f.diags));
    assert_codes(&f.memory, &f.diags, "link-duplicate-export link-duplicate-export");
    assert_non_null(strstr(test_diags_text(&f.memory, &f.diags), "by both the kernel and t;"));
    lf_end(&f);
}

// Each allocation of layout, resolve and export fails in turn.
TEST(out_of_memory_is_reported_by_each_pass)
{
    size_t failed = 0;
    for (size_t n = 0;; n++) {
        struct link_fixture f;
        struct btl_modinfo info;
        link_exporter(&f, &info, n);
        // The arena has room for diagnostics of its own, so that the report cannot be lost too.
        struct test_memory spare;
        test_memory_begin(&spare);
        f.diags.arena = &spare.arena;
        eb_symbol(&f.builder, "c", EB_GLOBAL(ELF_STT_OBJECT), ELF_SHN_COMMON, 8, 8);
        uint32_t symbol = eb_symbol(&f.builder, "u", EB_WEAK(0), ELF_SHN_UNDEF, 0, 0);
        eb_rela(&f.builder, 1, 0, symbol, 9, 0); // wants a GOT
        bool good = btl_symtab_init(&f.symtab, 0, &f.memory.arena) && lf_link(&f, LF_BASE) &&
                    btl_image_export(&f.image, &info, 5, NULL, &f.symtab, &f.diags);
        bool starved = f.memory.refused > 0;
        assert_true(good == !starved);
        if (starved && f.symtab.exports != NULL) {
            assert_codes(&spare, &f.diags, "no-memory");
            failed++;
        }
        test_memory_end(&spare);
        lf_end(&f);
        if (!starved)
            break;
    }
    assert_true(failed >= 5); // sections, order, common symbols, GOT, values, exports
}

// The table of first uses is a comfort: without memory for it the symbols are still named.
TEST(unresolved_symbols_are_named_even_without_memory_for_their_uses)
{
    for (size_t n = 0;; n++) {
        struct link_fixture f;
        struct test_memory spare;
        lf_begin(&f, n);
        test_memory_begin(&spare);
        f.diags.arena = &spare.arena;
        import(&f, "gone", false, text_section(&f, 16), 0);
        bool linked = btl_symtab_init(&f.symtab, 0, &f.memory.arena) && lf_link(&f, LF_BASE);
        assert_false(linked);
        bool starved = f.memory.refused > 0;
        bool named = test_count_code(&f.diags, BTL_LINK_UNRESOLVED) == 1;
        bool with_use = strstr(test_diags_text(&spare, &f.diags), "in .text") != NULL;
        assert_true(starved || (named && with_use));
        if (named && !with_use)
            assert_non_null(strstr(test_diags_text(&spare, &f.diags), "in no section"));
        test_memory_end(&spare);
        lf_end(&f);
        if (!starved)
            break;
    }
}

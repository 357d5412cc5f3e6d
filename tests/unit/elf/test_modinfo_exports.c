// SPDX-License-Identifier: BSD-2-Clause
// From the names of exports to symbols of the file.
#include "test_case.h"

#include "modinfo_samples.h"

static void check(const char *strings, size_t size, const char *codes)
{
    struct modinfo_sample s;
    modinfo_sample(&s, strings, size, NULL);
    assert_codes(&s.memory, &s.diags, codes);
    assert_int_equal(s.good, codes[0] == '\0');
    modinfo_sample_end(&s);
}

#define CHECK(strings, codes) check("name=sample\0" strings, sizeof("name=sample\0" strings), codes)

TEST(test_defined_global)
{
    CHECK("export=sample_load\0export=sample_count", "");
}

TEST(test_common_and_absolute_are_defined)
{
    CHECK("export=sample_common\0export=sample_answer", "");
}

TEST(test_missing)
{
    CHECK("export=sample_loa", "modinfo-export-missing");
    CHECK("export=sample_load2", "modinfo-export-missing");
}

TEST(test_undefined)
{
    CHECK("export=kprintf", "modinfo-export-undefined");
}

TEST(test_local)
{
    CHECK("export=sample_local", "modinfo-export-local");
}

static void spoil_data(struct elf_builder *b)
{
    eb_section_at(b, SAMPLE_BSS)->flags = ELF_SHF_WRITE;
}

// Its value would be none that the linker gave it.
TEST(test_not_loaded)
{
    static const char strings[] = "name=sample\0export=sample_load\0export=sample_count";
    struct modinfo_sample s;
    modinfo_sample(&s, strings, sizeof(strings), spoil_data);
    assert_false(s.good);
    assert_codes(&s.memory, &s.diags, "modinfo-export-unloaded");
    modinfo_sample_end(&s);
}

TEST(test_repeated)
{
    CHECK("export=sample_load\0export=sample_load", "modinfo-export-repeated");
}

TEST(test_every_bad_export_is_reported)
{
    CHECK("export=a\0export=sample_load\0export=b\0export=kprintf\0export=b",
          "modinfo-export-repeated modinfo-export-missing modinfo-export-missing "
          "modinfo-export-undefined");
}

TEST(test_indices_in_the_order_of_the_exports)
{
    struct test_memory memory;
    struct elf_builder b;
    struct btl_elf elf;
    struct btl_modinfo info;
    uint32_t symbols[3];
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    sample_module(&b);
    eb_modinfo(&b, "export=sample_count");
    eb_modinfo(&b, "export=twin");
    eb_modinfo(&b, "export=sample_load");
    // A local of the same name, as two files of one module may have, and a weak definition.
    eb_symbol(&b, "twin", EB_LOCAL(ELF_STT_FUNC), SAMPLE_TEXT, 0, 0);
    uint32_t twin = eb_symbol(&b, "twin", EB_WEAK(ELF_STT_FUNC), SAMPLE_TEXT, 4, 0);
    struct btl_bytes file = eb_finish(&b);
    assert_true(btl_elf_open(file, BTL_ELF_MODULE, 0, SAMPLE_PLACE, &elf, &diags));
    assert_true(btl_modinfo_read(&elf, &memory.arena, &info, &diags));
    assert_true(btl_modinfo_exports(&elf, &info, &memory.arena, symbols, &diags));
    assert_int_equal(symbols[0], SAMPLE_COUNT);
    assert_int_equal(symbols[1], twin);
    assert_int_equal(symbols[2], SAMPLE_LOAD);
    eb_end(&b);
    test_memory_end(&memory);
}

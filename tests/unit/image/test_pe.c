// SPDX-License-Identifier: BSD-2-Clause
// The PE gate.
#include "test_case.h"

#include <string.h>

#include "btl_test.h"
#include "pe_builder.h"
#include <btl/machine.h>
#include <btl/pe.h>

#define PLACE ((struct btl_place){.file = BTL_STR("/k.efi")})

// Open `size` bytes of the file, which must report `codes`.
static void expect(const struct pe_builder *builder, size_t size, const char *codes)
{
    struct test_memory memory;
    struct btl_pe pe;
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    struct btl_bytes file = test_block(&memory, builder->bytes, size);
    assert_int_equal(btl_pe_open(file, ELF_MACHINE_X86_64, PLACE, &pe, &diags), *codes == '\0');
    assert_codes(&memory, &diags, codes);
    assert_int_equal(btl_pe_open(file, ELF_MACHINE_X86_64, PLACE, &pe, NULL), *codes == '\0');
    test_memory_end(&memory);
}

TEST(test_sections_are_found)
{
    struct pe_builder builder;
    struct test_memory memory;
    struct btl_pe pe;
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    pb_begin(&builder);
    pb_section(&builder, ".text", "code", 4);
    pb_section(&builder, ".longest", "eight", 5);
    assert_true(
        btl_pe_open(test_block(&memory, builder.bytes, builder.size), 0, PLACE, &pe, &diags));
    assert_int_equal(pe.machine, ELF_MACHINE_X86_64);
    assert_int_equal(pe.section_count, 2);
    assert_str(&memory, btl_pe_section(&pe, 1).name, ".longest");
    assert_int_equal(btl_pe_section(&pe, 1).size, 5);
    struct btl_bytes found = btl_pe_find(&pe, BTL_STR(".longest"));
    assert_int_equal(found.size, 5); // without the padding
    assert_memory_equal(found.at, "eight", 5);
    assert_int_equal(btl_pe_find(&pe, BTL_STR(".long")).size, 0);
    test_memory_end(&memory);
}

TEST(test_section_that_is_larger_in_memory)
{
    struct pe_builder builder;
    struct test_memory memory;
    struct btl_pe pe;
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    pb_begin(&builder);
    pb_section(&builder, ".data", "abcd", 4);
    pb_put32(&builder, PB_TABLE + 8, 4096);
    assert_true(
        btl_pe_open(test_block(&memory, builder.bytes, builder.size), 0, PLACE, &pe, &diags));
    assert_int_equal(btl_pe_section(&pe, 0).size, 4096);
    assert_int_equal(btl_pe_section(&pe, 0).contents.size, 32);
    test_memory_end(&memory);
}

TEST(test_every_cut_is_reported)
{
    struct pe_builder builder;
    pb_begin(&builder);
    pb_section(&builder, ".text", "code", 4);
    expect(&builder, 0, "pe-not-pe");
    expect(&builder, 1, "pe-not-pe");
    for (size_t size = 2; size < PB_TABLE + 40; size++)
        expect(&builder, size, "pe-truncated");
    for (size_t size = PB_TABLE + 40; size < builder.size; size++)
        expect(&builder, size, "pe-section-range");
    expect(&builder, builder.size, "");
}

TEST(test_headers_with_faults)
{
    static const struct {
        size_t offset;
        uint16_t value;
        const char *codes;
    } faults[] = {
        {0, 0x4d5b, "pe-not-pe"},
        {PB_HEADER, 0x4550 + 1, "pe-not-pe"},
        {62, 0xffff, "pe-truncated"},
        {PB_HEADER + 4, 0x14c, "pe-machine"},
        {PB_HEADER + 4, 0xaa64, "pe-machine"},
        {PB_HEADER + 4, 0, "pe-machine"},
        {PB_HEADER + 6, 97, "pe-sections"},
        {PB_HEADER + 6, 96, "pe-truncated"},
        {PB_HEADER + 20, 69, "pe-truncated"},
        {PB_HEADER + 20, 0xffff, "pe-truncated"},
        {PB_HEADER + 24, 0x10b, "pe-not-64-bit"},
        {PB_HEADER + 24 + 68, 3, "pe-subsystem"},
        {PB_HEADER + 24 + 68, 11, "pe-subsystem"},
        {PB_TABLE + 18, 0xffff, "pe-section-range"},
        {PB_TABLE + 22, 0xffff, "pe-section-range"},
    };
    for (size_t i = 0; i < BTL_COUNT(faults); i++) {
        struct pe_builder builder;
        pb_begin(&builder);
        pb_section(&builder, ".text", "code", 4);
        pb_put16(&builder, faults[i].offset, faults[i].value);
        expect(&builder, builder.size, faults[i].codes);
    }
}

TEST(test_another_machine_that_btl_knows)
{
    struct pe_builder builder;
    struct test_memory memory;
    struct btl_pe pe;
    pb_begin(&builder);
    pb_put16(&builder, PB_HEADER + 4, 0x200);
    expect(&builder, builder.size, "pe-machine");
    test_memory_begin(&memory);
    assert_true(btl_pe_open(test_block(&memory, builder.bytes, builder.size), 0, PLACE, &pe, NULL));
    assert_int_equal(pe.machine, ELF_MACHINE_IA64);
    test_memory_end(&memory);
}

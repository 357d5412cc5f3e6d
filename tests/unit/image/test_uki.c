// SPDX-License-Identifier: BSD-2-Clause
// The parts of a unified kernel image.
#include "test_case.h"

#include <string.h>

#include "btl_test.h"
#include "pe_builder.h"
#include <btl/pe.h>

#define PLACE ((struct btl_place){.file = BTL_STR("/linux.efi")})

struct opened {
    struct test_memory memory;
    struct btl_diags diags;
    struct btl_uki uki;
    bool good;
};

static void open_uki(struct opened *o, const char *kernel_machine, const char *command_line,
                     size_t command_line_size)
{
    struct pe_builder kernel, builder;
    struct btl_pe pe;
    test_memory_begin(&o->memory);
    o->diags = (struct btl_diags){.arena = &o->memory.arena};
    pb_begin(&kernel);
    if (strcmp(kernel_machine, "ia64") == 0)
        pb_put16(&kernel, PB_HEADER + 4, 0x200);
    pb_linux(&kernel, "6.6 x");
    pb_begin(&builder);
    if (strcmp(kernel_machine, "none") != 0)
        pb_section(&builder, ".linux", kernel.bytes, kernel.size);
    pb_section(&builder, ".initrd", "archive", 7);
    pb_section(&builder, ".cmdline", command_line, command_line_size);
    pb_section(&builder, ".uname", "6.6", 3);
    pb_section(&builder, ".ucode", "u", 1);
    assert_true(
        btl_pe_open(test_block(&o->memory, builder.bytes, builder.size), 0, PLACE, &pe, &o->diags));
    o->good = btl_uki_open(&pe, &o->uki, &o->diags);
}

TEST(test_parts_are_found)
{
    struct opened o;
    open_uki(&o, "x86-64", "root=x quiet \n\0", 15);
    assert_true(o.good);
    assert_int_equal(o.uki.kernel.size, 0x400);
    assert_int_equal(o.uki.initrd.size, 7);
    assert_str(&o.memory, o.uki.command_line, "root=x quiet");
    assert_str(&o.memory, o.uki.release, "6.6");
    assert_str(&o.memory, o.uki.os_release, "");
    assert_true(o.uki.has_microcode && !o.uki.has_dtb);
    test_memory_end(&o.memory);
}

TEST(test_faults_are_reported)
{
    struct opened o;
    open_uki(&o, "none", "x", 1);
    assert_false(o.good);
    assert_codes(&o.memory, &o.diags, "uki-no-kernel");
    test_memory_end(&o.memory);
    open_uki(&o, "ia64", "x", 1);
    assert_false(o.good);
    assert_codes(&o.memory, &o.diags, "pe-machine");
    test_memory_end(&o.memory);
    open_uki(&o, "x86-64", "a\0b", 3);
    assert_false(o.good);
    assert_codes(&o.memory, &o.diags, "uki-command-line");
    test_memory_end(&o.memory);
}

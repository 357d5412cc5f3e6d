// SPDX-License-Identifier: BSD-2-Clause
// The boot header of a Linux kernel.
#include "test_case.h"

#include <string.h>

#include "btl_test.h"
#include "pe_builder.h"
#include <btl/pe.h>

#define PLACE   ((struct btl_place){.file = BTL_STR("/vmlinuz")})
#define VERSION "6.1.0-18-cloud-amd64 (builder@host) #1 SMP"

static void expect(const struct pe_builder *builder, size_t size, const char *codes,
                   const char *release)
{
    struct test_memory memory;
    struct btl_linux_image image;
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    struct btl_bytes file = test_block(&memory, builder->bytes, size);
    assert_int_equal(btl_linux_open(file, PLACE, &image, &diags), *codes == '\0');
    assert_codes(&memory, &diags, codes);
    if (*codes == '\0')
        assert_str(&memory, image.release, release);
    test_memory_end(&memory);
}

TEST(test_version_and_limits)
{
    struct pe_builder builder;
    struct test_memory memory;
    struct btl_linux_image image;
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    pb_begin(&builder);
    pb_linux(&builder, VERSION);
    assert_true(
        btl_linux_open(test_block(&memory, builder.bytes, builder.size), PLACE, &image, &diags));
    assert_str(&memory, image.version, VERSION);
    assert_str(&memory, image.release, "6.1.0-18-cloud-amd64");
    assert_int_equal(image.protocol, 0x20f);
    assert_int_equal(image.command_line, 2047);
    assert_int_equal(image.preferred_size, 0x3000000);
    test_memory_end(&memory);
}

TEST(test_old_headers_state_no_limits)
{
    struct pe_builder builder;
    struct test_memory memory;
    struct btl_linux_image image;
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    pb_begin(&builder);
    pb_linux(&builder, VERSION);
    pb_put16(&builder, 0x206, 0x205);
    assert_true(
        btl_linux_open(test_block(&memory, builder.bytes, builder.size), PLACE, &image, &diags));
    assert_int_equal(image.command_line, 0);
    assert_int_equal(image.preferred_size, 0);
    test_memory_end(&memory);
}

TEST(test_versions_of_every_shape)
{
    struct pe_builder builder;
    pb_begin(&builder);
    pb_linux(&builder, NULL);
    expect(&builder, builder.size, "", "");
    pb_linux(&builder, "6.6");
    expect(&builder, builder.size, "", "6.6");
    pb_linux(&builder, "");
    expect(&builder, builder.size, "", "");
    pb_linux(&builder, "6.6\n");
    expect(&builder, builder.size, "linux-bad-version", "");
    pb_linux(&builder, "6.6\xc3\xa4");
    expect(&builder, builder.size, "linux-bad-version", "");
    pb_linux(&builder, "6.6");
    memset(builder.bytes + 0x300, 'x', 0x100); // no NUL before the setup ends
    expect(&builder, builder.size, "linux-bad-version", "");
    pb_put16(&builder, 0x20e, 0x200); // behind the setup
    expect(&builder, builder.size, "linux-bad-version", "");
    pb_put16(&builder, 0x20e, 0xffff);
    expect(&builder, builder.size, "linux-bad-version", "");
}

TEST(test_every_cut_is_reported)
{
    struct pe_builder builder;
    pb_begin(&builder);
    pb_linux(&builder, VERSION);
    for (size_t size = 0; size < 0x264; size++)
        expect(&builder, size, "linux-no-header", "");
    for (size_t size = 0x264; size < 0x300 + sizeof(VERSION); size++)
        expect(&builder, size, "linux-bad-version", "");
    expect(&builder, 0x300 + sizeof(VERSION), "", "6.1.0-18-cloud-amd64");
}

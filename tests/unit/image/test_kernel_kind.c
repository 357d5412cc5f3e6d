// SPDX-License-Identifier: BSD-2-Clause
// The content of a file says which kind of kernel it is.
#include "test_case.h"

#include <string.h>

#include "btl_test.h"
#include "pe_builder.h"
#include <btl/kernel_kind.h>

static enum btl_kernel_kind kind_of(const void *bytes, size_t size)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    enum btl_kernel_kind kind = btl_kernel_kind_of(test_block(&memory, bytes, size));
    test_memory_end(&memory);
    return kind;
}

TEST(test_efi_programs)
{
    struct pe_builder builder, kernel;
    pb_begin(&kernel);
    assert_int_equal(kind_of(kernel.bytes, kernel.size), BTL_KERNEL_EFI);
    pb_linux(&kernel, "6.6");
    assert_int_equal(kind_of(kernel.bytes, kernel.size), BTL_KERNEL_LINUX);
    pb_begin(&builder);
    pb_section(&builder, ".text", "code", 4);
    pb_section(&builder, ".linux", kernel.bytes, kernel.size);
    assert_int_equal(kind_of(builder.bytes, builder.size), BTL_KERNEL_UKI);
    assert_int_equal(kind_of(builder.bytes, builder.size - 1), BTL_KERNEL_EFI); // cut short
    assert_int_equal(kind_of("MZ", 2), BTL_KERNEL_EFI);
}

TEST(test_elf_files)
{
    static const uint64_t common[] = {0xc7b1dd30df4c8b88, 0x0a82e883a194f07b};
    uint8_t file[64] = {0x7f, 'E', 'L', 'F'};
    assert_int_equal(kind_of(file, sizeof(file)), BTL_KERNEL_BTL);
    for (size_t i = 8; i <= sizeof(file) - sizeof(common); i++) {
        memset(file + 4, 0, sizeof(file) - 4);
        memcpy(file + i, common, sizeof(common));
        assert_int_equal(kind_of(file, sizeof(file)),
                         i % 8 == 0 ? BTL_KERNEL_LIMINE : BTL_KERNEL_BTL);
    }
    assert_int_equal(kind_of(file, sizeof(file) - 1), BTL_KERNEL_BTL); // half a request
}

TEST(test_anything_else_is_left_to_the_gate_of_elf)
{
    assert_int_equal(kind_of("", 0), BTL_KERNEL_BTL);
    assert_int_equal(kind_of("M", 1), BTL_KERNEL_BTL);
    assert_int_equal(kind_of("\x1f\x8b\x08", 3), BTL_KERNEL_BTL);
    for (int kind = 0; kind < BTL_KERNEL_KINDS; kind++) {
        assert_true(strlen(btl_kernel_kind_name((enum btl_kernel_kind)kind)) > 0);
        assert_true(strlen(btl_kernel_kind_text((enum btl_kernel_kind)kind)) > 0);
    }
}

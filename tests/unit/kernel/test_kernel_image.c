// SPDX-License-Identifier: BSD-2-Clause
// The kernel's segments: what is refused, and what lies in memory after loading.
#include "test_case.h"

#include <stdlib.h>

#include "kernel_defects.h"

#define SEG(name) eb_segment_at(b, SAMPLE_SEG_##name)

SPOIL(interpreter, SEG(RODATA)->type = ELF_PT_INTERP)
SPOIL(tls, SEG(RODATA)->type = ELF_PT_TLS)
SPOIL(
    empty, for (uint32_t i = 0; i < SAMPLE_SEGMENTS; i++) {
        eb_segment_at(b, i)->filesz = 0;
        eb_segment_at(b, i)->memsz = 0;
    })
SPOIL(too_large, SEG(DATA)->vaddr = SAMPLE_BASE + BTL_KERNEL_IMAGE_MAX - 0x7ff)
SPOIL(largest, SEG(DATA)->vaddr = SAMPLE_BASE + BTL_KERNEL_IMAGE_MAX - 0x800)
SPOIL(low_boot_segment, SEG(TEXT)->vaddr = 0x100000; eb_header(b)->entry = 0x100000)
SPOIL(align_3, SEG(DATA)->align = 3)
SPOIL(align_4M, SEG(DATA)->align = 4u << 20)
SPOIL(align_2M, SEG(DATA)->align = 2u << 20)
SPOIL(align_0, SEG(DATA)->align = 0)
SPOIL(write_and_execute, SEG(TEXT)->flags |= ELF_PF_W)
SPOIL(shared_page, SEG(RODATA)->vaddr = SAMPLE_BASE + 32)
SPOIL(shared_page_same_perm, SEG(RODATA)->vaddr = SAMPLE_BASE + 32; SEG(RODATA)->flags = 5)
SPOIL(last_byte_shared, SEG(TEXT)->memsz = 0x1001; SEG(RODATA)->vaddr = SAMPLE_BASE + 0x1001)
SPOIL(next_page, SEG(TEXT)->memsz = 0x1000)
SPOIL(entry_in_data, eb_header(b)->entry = SAMPLE_BASE + 0x2000)
SPOIL(entry_at_end, eb_header(b)->entry = SAMPLE_BASE + 32)
SPOIL(entry_last_byte, eb_header(b)->entry = SAMPLE_BASE + 31)
SPOIL(entry_0, eb_header(b)->entry = 0)
SPOIL(no_flags, SEG(RODATA)->flags = 0)
SPOIL(physical_address_anything, SEG(TEXT)->paddr = UINT64_MAX; SEG(DATA)->paddr = 1)
SPOIL(several, write_and_execute(b); align_3(b); entry_0(b); tls(b))

static const struct elf_defect defects[] = {
    {"kernel is sound", NULL, "", NULL, false},
    {"interpreter", interpreter, "kernel-interpreter", "segment 1", false},
    {"thread-local storage", tls, "kernel-tls", NULL, false},
    {"segments of no size", empty, "kernel-empty kernel-entry", NULL, false},
    {"image too large", too_large, "kernel-too-large", "fit into 1 GiB", false},
    {"image as large as can be", largest, "", NULL, false},
    {"a boot segment far below the rest", low_boot_segment, "kernel-too-large", "from 0x100000",
     false},
    {"segment alignment 3", align_3, "kernel-segment-align", "segment 2 has alignment 3", false},
    {"segment alignment 4 MiB", align_4M, "kernel-segment-align", NULL, false},
    {"segment alignment 2 MiB", align_2M, "", NULL, false},
    {"segment alignment 0", align_0, "", NULL, false},
    {"segment writable and executable", write_and_execute, "kernel-segment-wx",
     "segment 0 at 0xffffffff80000000", false},
    {"page of two permissions", shared_page, "kernel-segment-shared-page",
     "segment 1 at 0xffffffff80000020 begins in the last page of segment 0", false},
    {"page of one permission", shared_page_same_perm, "", NULL, false},
    {"page of two permissions by its first byte", last_byte_shared, "kernel-segment-shared-page",
     NULL, false},
    {"segment up to the next page", next_page, "", NULL, false},
    {"entry in data", entry_in_data, "kernel-entry", "0xffffffff80002000", false},
    {"entry at the end of text", entry_at_end, "kernel-entry", NULL, false},
    {"entry in the last byte of text", entry_last_byte, "", NULL, false},
    {"entry 0", entry_0, "kernel-entry", NULL, false},
    {"segment without permissions is read-only", no_flags, "", NULL, false},
    {"physical addresses are not looked at", physical_address_anything, "", NULL, false},
    {"several defects", several, "kernel-segment-wx kernel-tls kernel-segment-align kernel-entry",
     NULL, false},
};

static void test_defect(void **state)
{
    check_defect_of(sample_kernel, *state);
}
TEST_ROWS(defects, test_defect)

TEST(test_view)
{
    struct kernel_sample s;
    kernel_sample(&s, sample_kernel, align_2M);
    const struct btl_kernel_image *kernel = &s.kernel;
    assert_int_equal(kernel->link_base, SAMPLE_BASE);
    assert_int_equal(kernel->size, 0x3000);
    assert_int_equal(kernel->align, 2u << 20);
    assert_int_equal(kernel->entry, SAMPLE_BASE);
    assert_false(kernel->movable);
    assert_int_equal(kernel->segment_count, 3);
    assert_int_equal(kernel->segments[0].perm, BTL_PERM_READ | BTL_PERM_EXEC);
    assert_int_equal(kernel->segments[1].perm, BTL_PERM_READ);
    assert_int_equal(kernel->segments[2].perm, BTL_PERM_READ | BTL_PERM_WRITE);
    assert_int_equal(kernel->segments[2].offset, 0x2000);
    assert_int_equal(kernel->segments[2].size, 0x800);
    assert_int_equal(kernel->segments[2].file_size, 8);
    kernel_sample_end(&s);
}

static bool is_zero(const uint8_t *at, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (at[i] != 0)
            return false;
    }
    return true;
}

// The buffer is exactly as large as the image and full of other bytes before.
TEST(test_load_copies_and_clears)
{
    struct kernel_sample s;
    kernel_sample(&s, sample_kernel, NULL);
    uint8_t *memory = malloc(s.kernel.size);
    memset(memory, 0xee, s.kernel.size);
    assert_true(btl_kernel_load(&s.kernel, SAMPLE_BASE, memory, &s.diags));
    assert_memory_equal(memory, "\xf4\xeb\xfd", 3);
    assert_true(is_zero(memory + 3, 0x1000 - 3));
    assert_memory_equal(memory + 0x1000, "constant", 8);
    assert_true(is_zero(memory + 0x1008, 0xff8));
    assert_memory_equal(memory + 0x2000, "variable", 8);
    assert_true(is_zero(memory + 0x2008, 0xff8));
    free(memory);
    kernel_sample_end(&s);
}

TEST(test_fixed_kernel_runs_where_it_is_linked_only)
{
    struct kernel_sample s;
    kernel_sample(&s, sample_kernel, NULL);
    uint8_t *memory = malloc(s.kernel.size);
    assert_false(btl_kernel_load(&s.kernel, SAMPLE_BASE + 0x200000, memory, &s.diags));
    assert_codes(&s.memory, &s.diags, "kernel-base");
    free(memory);
    kernel_sample_end(&s);
}

// The sample takes 0x3000 bytes at its base.
TEST(test_base_is_the_linked_one_inside_the_window)
{
    static const struct {
        uint64_t window, size;
        bool movable, inside;
        uint64_t base;
    } cases[] = {
        {SAMPLE_BASE, 0x3000, false, true, SAMPLE_BASE},
        {SAMPLE_BASE - 0x1000, 0x4000, true, true, SAMPLE_BASE},
        {SAMPLE_BASE, 0x2fff, false, false, 0},
        {SAMPLE_BASE, 0x2fff, true, false, 0},
        {SAMPLE_BASE + 0x1000, 0x100000, false, false, 0},
        {SAMPLE_BASE + 0x1000, 0x100000, true, true, SAMPLE_BASE + 0x1000},
        {UINT64_MAX - 0xfff, 0x1000, true, false, 0},
        {UINT64_MAX - 0xff, 0x100, true, false, 0}, // rounding up leaves 64 bits
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct kernel_sample s;
        uint64_t base = 0;
        kernel_sample(&s, sample_kernel, NULL);
        s.kernel.movable = cases[i].movable;
        assert_int_equal(btl_kernel_choose_base(&s.kernel, cases[i].window, cases[i].size, NULL,
                                                &base, &s.diags),
                         cases[i].inside);
        assert_int_equal(base, cases[i].base);
        assert_codes(&s.memory, &s.diags, cases[i].inside ? "" : "boot-kernel-window");
        kernel_sample_end(&s);
    }
}

// The sample is linked at SAMPLE_BASE and takes 0x3000 bytes.
TEST(test_random_base)
{
    static const struct {
        uint64_t window, size, align, random;
        bool movable;
        uint64_t base;
    } cases[] = {
        {0x100000, 0x103000, 0x1000, 0, true, 0x100000},
        {0x100000, 0x103000, 0x1000, 0x80, true, 0x180000}, // the last base: half stays free
        {0x100000, 0x103000, 0x1000, 0x81, true, 0x100000}, // 0x81 bases
        {0x100000, 0x3000, 0x1000, 12345, true, 0x100000},  // the only base of a small window
        {0x100000, 0x4fff, 0x1000, 12345, true, 0x100000},
        {0x100000, 0x103000, 0x10000, 8, true, 0x180000}, // a larger alignment: fewer bases
        {0x108000, 0x103000, 0x10000, 1, true, 0x120000},
        {0, 1ull << 40, 0x1000, 1ull << 18, true, 1ull << 30}, // never above the first GiB
        {0, 1ull << 40, 0x1000, (1ull << 18) + 1, true, 0},
        {SAMPLE_BASE - 0x10000, 0x100000, 0x1000, 3, true, SAMPLE_BASE - 0x10000 + 0x3000},
        {SAMPLE_BASE - 0x10000, 0x100000, 0x1000, 3, false, SAMPLE_BASE},
        {SAMPLE_BASE, 0x2fff, 0x1000, 3, true, 0},
    };
    for (size_t i = 0; i < BTL_COUNT(cases); i++) {
        struct kernel_sample s;
        uint64_t base = 0;
        kernel_sample(&s, sample_kernel, NULL);
        s.kernel.movable = cases[i].movable;
        s.kernel.align = cases[i].align;
        bool inside = btl_kernel_choose_base(&s.kernel, cases[i].window, cases[i].size,
                                             &cases[i].random, &base, &s.diags);
        assert_int_equal(base, cases[i].base);
        assert_codes(&s.memory, &s.diags, inside ? "" : "boot-kernel-window");
        kernel_sample_end(&s);
    }
}

// A kernel linked in the middle of its alignment keeps that place.
TEST(test_base_keeps_the_alignment)
{
    struct kernel_sample s;
    uint64_t base, random = 2;
    kernel_sample(&s, sample_kernel, NULL);
    s.kernel.movable = true;
    s.kernel.align = 2u << 20;
    s.kernel.link_base = 0x1000;
    assert_true(btl_kernel_choose_base(&s.kernel, SAMPLE_BASE, 1u << 30, NULL, &base, &s.diags));
    assert_int_equal(base, SAMPLE_BASE + 0x1000);
    assert_true(btl_kernel_choose_base(&s.kernel, SAMPLE_BASE, 1u << 30, &random, &base, &s.diags));
    assert_int_equal(base, SAMPLE_BASE + 0x401000);
    kernel_sample_end(&s);
}

TEST(test_no_memory)
{
    struct test_memory memory;
    struct elf_builder b;
    struct btl_elf elf;
    struct btl_kernel_image kernel;
    test_memory_begin_limited(&memory, 0);
    struct btl_diags diags = {.arena = &memory.arena};
    sample_kernel(&b);
    assert_true(btl_elf_open(eb_finish(&b), BTL_ELF_KERNEL, 0, SAMPLE_PLACE, &elf, &diags));
    assert_false(btl_kernel_open(&elf, &memory.arena, &kernel, &diags));
    assert_int_equal(diags.errors, 1);
    eb_end(&b);
    test_memory_end(&memory);
}

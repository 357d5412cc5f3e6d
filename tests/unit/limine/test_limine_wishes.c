// SPDX-License-Identifier: BSD-2-Clause
// What a Limine kernel requests for itself.
#include "test_case.h"

#include "limine_sample.h"

static struct btl_limine_wishes check_wishes(struct limine_sample *s,
                                             enum btl_limine_paging_mode mode, const char *codes)
{
    struct btl_limine_wishes wishes;
    assert_true(limine_found(s));
    bool good = btl_limine_check(&s->kernel, &s->requests, mode, &wishes, &s->diags);
    assert_codes(&s->memory, &s->diags, codes);
    assert_int_equal(good, s->diags.errors == 0);
    limine_sample_end(s);
    return wishes;
}

TEST(without_requests)
{
    struct limine_sample s;
    limine_sample(&s, 2);
    struct btl_limine_wishes wishes = check_wishes(&s, BTL_LIMINE_4_LEVELS, "");
    assert_int_equal(wishes.entry, LIMINE_BASE + 16);
    assert_int_equal(wishes.stack_size, 64 << 10);
    assert_int_equal(wishes.paging_mode, BTL_LIMINE_4_LEVELS);
    assert_int_equal(wishes.internal_count, 0);
    assert_false(wishes.mp);
    assert_false(wishes.x2apic);
}

TEST(a_moved_kernel)
{
    struct limine_sample s;
    limine_sample(&s, 2);
    s.kernel.link_base = 0x1000;
    s.kernel.entry = 0x1010;
    assert_int_equal(check_wishes(&s, BTL_LIMINE_4_LEVELS, "").entry, LIMINE_BASE + 16);
}

static void check_entry(uint64_t entry, const char *codes)
{
    struct limine_sample s;
    limine_sample(&s, 2);
    limine_request(&s, BTL_LIMINE_ENTRY_POINT, 0, entry);
    assert_int_equal(check_wishes(&s, BTL_LIMINE_4_LEVELS, codes).entry, entry);
}

TEST(entry_points)
{
    check_entry(LIMINE_BASE, "");
    check_entry(LIMINE_BASE + 0xfff, "");
    check_entry(LIMINE_BASE + 0x1000, "limine-entry");
    check_entry(LIMINE_BASE - 1, "limine-entry");
    check_entry(0, "limine-entry");
}

static void check_stack(uint64_t size, uint64_t got, const char *codes)
{
    struct limine_sample s;
    limine_sample(&s, 2);
    limine_request(&s, BTL_LIMINE_STACK_SIZE, 0, size);
    struct btl_limine_wishes wishes = check_wishes(&s, BTL_LIMINE_4_LEVELS, codes);
    if (got != 0)
        assert_int_equal(wishes.stack_size, got);
}

TEST(stacks)
{
    check_stack(0, 64 << 10, "");
    check_stack(65537, 68 << 10, "");
    check_stack(1 << 20, 1 << 20, "");
    check_stack(BTL_LIMINE_STACK_MAX, BTL_LIMINE_STACK_MAX, "");
    check_stack(BTL_LIMINE_STACK_MAX + 1, 0, "limine-stack-size");
    check_stack(UINT64_MAX, 0, "limine-stack-size");
}

static void check_paging(uint64_t revision, uint64_t wanted, uint64_t max, uint64_t min,
                         enum btl_limine_paging_mode mode, const char *codes)
{
    struct limine_sample s;
    limine_sample(&s, 2);
    uint64_t at = limine_request(&s, BTL_LIMINE_PAGING_MODE, revision, wanted);
    limine_set_word(&s, at + 56, max);
    limine_set_word(&s, at + 64, min);
    assert_int_equal(check_wishes(&s, mode, codes).paging_mode, mode);
}

TEST(paging_modes)
{
    check_paging(0, 0, 9, 9, BTL_LIMINE_4_LEVELS, "");
    check_paging(0, 1, 9, 9, BTL_LIMINE_4_LEVELS, "");
    check_paging(0, 1, 9, 9, BTL_LIMINE_5_LEVELS, "");
    check_paging(0, 0, 9, 9, BTL_LIMINE_5_LEVELS, "limine-paging-mode");
    check_paging(1, 1, 1, 0, BTL_LIMINE_4_LEVELS, "");
    check_paging(1, 1, 1, 1, BTL_LIMINE_4_LEVELS, "limine-paging-mode");
    check_paging(1, 0, 1, 0, BTL_LIMINE_5_LEVELS, "");
    check_paging(1, 0, 0, 0, BTL_LIMINE_5_LEVELS, "limine-paging-mode");
    check_paging(1, 0, 0, 1, BTL_LIMINE_4_LEVELS, "limine-paging-mode");
    struct limine_sample s;
    limine_sample(&s, 2);
    check_wishes(&s, BTL_LIMINE_5_LEVELS, "limine-paging-mode"); // the default is 4 levels
}

TEST(processors)
{
    struct limine_sample s;
    limine_sample(&s, 2);
    limine_request(&s, BTL_LIMINE_MP, 0, 1);
    struct btl_limine_wishes wishes = check_wishes(&s, BTL_LIMINE_4_LEVELS, "");
    assert_true(wishes.mp);
    assert_true(wishes.x2apic);
}

// ------------------------------------------------------------------------------ internal modules

// Add a module request with one module. `spoil` is added to the word of that number: 0 the table's
// address, 1 the entry's, 2 the path's, 3 the string's; 4 the flags.
static void check_internal(int spoil, uint64_t by, const char *codes)
{
    struct limine_sample s;
    struct btl_limine_internal module;
    limine_sample(&s, 2);
    uint64_t words[] = {0, LIMINE_BASE, LIMINE_BASE, LIMINE_BASE, BTL_LIMINE_MODULE_REQUIRED};
    words[spoil] += by;
    words[2] += limine_text(&s, "a.img");
    words[3] += limine_text(&s, "its string");
    words[1] += limine_words(&s, words + 2, 3);
    uint64_t table = limine_words(&s, words + 1, 1) + words[0];
    uint64_t at = limine_request(&s, BTL_LIMINE_MODULES, 1, 1);
    limine_set_word(&s, at + 56, LIMINE_BASE + table);
    struct btl_limine_wishes wishes;
    assert_true(limine_found(&s));
    bool good = btl_limine_check(&s.kernel, &s.requests, BTL_LIMINE_4_LEVELS, &wishes, &s.diags) &&
                btl_limine_internal(&s.requests, 0, &module, &s.diags);
    assert_codes(&s.memory, &s.diags, codes);
    if (good && spoil != 3) {
        assert_str(&s.memory, module.path, "a.img");
        assert_str(&s.memory, module.string, "its string");
        assert_int_equal(module.required, by == 0);
    }
    limine_sample_end(&s);
}

TEST(internal_modules)
{
    check_internal(0, 0, "");
    check_internal(0, LIMINE_SIZE, "limine-module-table");
    check_internal(0, UINT64_MAX / 2, "limine-module-table");
    check_internal(1, LIMINE_SIZE, "limine-module-table");
    check_internal(1, UINT64_MAX / 2, "limine-module-table");
    check_internal(2, LIMINE_SIZE, "limine-module-text");
    check_internal(3, UINT64_MAX / 2, "limine-module-text");
    check_internal(3, -LIMINE_BASE - 0x1020, ""); // NULL: no string; the text lies at 0x1020
    check_internal(4, (uint64_t)-1, "");
    check_internal(4, BTL_LIMINE_MODULE_COMPRESSED, "limine-module-compressed");
}

static void check_count(uint64_t revision, uint64_t count, uint32_t got, const char *codes)
{
    struct limine_sample s;
    limine_sample(&s, 2);
    uint64_t at = limine_request(&s, BTL_LIMINE_MODULES, revision, count);
    limine_set_word(&s, at + 56, LIMINE_BASE);
    assert_int_equal(check_wishes(&s, BTL_LIMINE_4_LEVELS, codes).internal_count, got);
}

TEST(numbers_of_internal_modules)
{
    check_count(1, 1024, 1024, "");
    check_count(1, 1025, 0, "limine-modules-many");
    check_count(1, UINT64_MAX, 0, "limine-modules-many");
    check_count(0, 1025, 0, ""); // the request has no such member
}

static void check_path(const char *kernel, const char *path, const char *expected)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    assert_str(&memory, btl_limine_path(btl_str_of(kernel), btl_str_of(path), &memory.arena),
               expected);
    test_memory_end(&memory);
}

TEST(paths)
{
    check_path("/boot/kernel.elf", "a.img", "/boot/a.img");
    check_path("/kernel.elf", "a.img", "/a.img");
    check_path("/boot/kernel.elf", "./sub/a.img", "/boot/sub/a.img");
    check_path("/boot/kernel.elf", "/a.img", "/a.img");
}

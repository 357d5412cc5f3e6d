// SPDX-License-Identifier: BSD-2-Clause
#include "test_case.h"

#include <string.h>

#include "load_fixture.h"

static struct load_fixture fixture;

static int begin(void **state)
{
    load_begin(&fixture);
    return 0;
}

static int end(void **state)
{
    load_end(&fixture);
    return 0;
}

EACH_TEST(begin, end)

static bool adopts(void)
{
    return btl_module_adopt(&fixture.manifest, LOAD_FIRST, &fixture.image, &fixture.diags);
}

TEST(the_parts_of_the_image)
{
    struct btl_linked linked;
    uint64_t base = (uintptr_t)fixture.phase1;

    assert_true(adopts());
    assert_int_equal(fixture.image.size, 3 * BTL_PAGE_SIZE);
    assert_ptr_equal(fixture.image.wrapper, fixture.phase1 + BTL_PAGE_SIZE);
    linked = btl_module_image_linked(&fixture.image);
    assert_true(btl_linked_holds(&linked, base, BTL_PAGE_SIZE, BTL_PERM_EXEC));
    assert_true(btl_linked_holds_constant(&linked, base + BTL_PAGE_SIZE, BTL_PAGE_SIZE));
    assert_true(btl_linked_holds(&linked, base + 2 * BTL_PAGE_SIZE, BTL_PAGE_SIZE, BTL_PERM_WRITE));
    assert_false(linked.function_descriptors);
}

TEST(a_machine_with_descriptors)
{
    fixture.system.machine = ELF_MACHINE_IA64;
    assert_true(adopts());
    assert_true(fixture.image.function_descriptors);
}

// Each of these would make the kernel follow or free memory that is not the module's.
static const struct {
    const char *name;
    int64_t address, size, text, rodata;
} spoiled[] = {
    {"below the memory", -(int64_t)BTL_PAGE_SIZE, 0, 0, 0},
    {"beyond it", BTL_PAGE_SIZE, 0, 0, 0},
    {"longer", 0, BTL_PAGE_SIZE, 0, 0},
    {"not at a page", 8, -(int64_t)BTL_PAGE_SIZE, 0, 0},
    {"no whole pages", 0, -8, 0, 0},
    {"empty", 0, -3 * (int64_t)BTL_PAGE_SIZE, 0, 0},
    {"text of half a page", 0, 0, -8, 0},
    {"constants of half a page", 0, 0, 0, 8},
    {"parts longer than the image", 0, 0, BTL_PAGE_SIZE, BTL_PAGE_SIZE},
    {"a sum that wraps", 0, 0, BTL_PAGE_SIZE, -2 * (int64_t)BTL_PAGE_SIZE},
};

TEST(an_image_that_is_none)
{
    for (size_t i = 0; i < BTL_COUNT(spoiled); i++) {
        struct btlm_module *module = &fixture.module[LOAD_FIRST], good = *module;
        uint32_t before = fixture.diags.errors;

        module->address += (uint64_t)spoiled[i].address;
        module->size += (uint64_t)spoiled[i].size;
        module->text_size += (uint64_t)spoiled[i].text;
        module->rodata_size += (uint64_t)spoiled[i].rodata;
        if (adopts())
            fail_msg("%s", spoiled[i].name);
        assert_int_equal(fixture.diags.errors, before + 1);
        assert_int_equal(fixture.diags.last->code, BTL_RUN_BAD_IMAGE);
        *module = good;
    }
    assert_true(adopts());
}

// SPDX-License-Identifier: BSD-2-Clause
// What the kernel exports, in the table that modules are linked against.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "kernel_samples.h"

static void with_exports(struct elf_builder *b)
{
    movable_kernel(b);
    eb_modinfo(b, "export=absolute");
    eb_modinfo(b, "export=kmain");
}

static void with_bad_exports(struct elf_builder *b)
{
    movable_kernel(b);
    eb_modinfo(b, "export=nothing");
    eb_modinfo(b, "export=kmain");
    eb_modinfo(b, "export=void");
}

struct exported {
    struct kernel_sample sample;
    struct btl_modinfo info;
    struct btl_symtab table;
    uint8_t *memory;
};

static void load(struct exported *e, void (*make)(struct elf_builder *), uint64_t base)
{
    struct kernel_sample *s = &e->sample;
    kernel_sample(s, make, NULL);
    assert_true(s->good);
    assert_true(btl_modinfo_read(&s->elf, &s->memory.arena, &e->info, &s->diags));
    e->memory = malloc(s->kernel.size);
    assert_true(btl_kernel_load(&s->kernel, base, e->memory, &s->diags));
    assert_true(btl_symtab_init(&e->table, 4, 1, &s->memory.arena));
}

static void end(struct exported *e)
{
    free(e->memory);
    kernel_sample_end(&e->sample);
}

static void test_exports_move_with_the_kernel(void **state)
{
    struct exported e;
    load(&e, with_exports, 0xffffffff80000000ull);
    assert_true(btl_kernel_export(&e.sample.kernel, &e.info, &e.table, &e.sample.diags));
    assert_int_equal(e.table.count, 2);
    const struct btl_export *kmain = btl_symtab_find(&e.table, BTL_STR("kmain"));
    assert_int_equal(kmain->value, 0xffffffff80000001ull);
    assert_int_equal(kmain->owner, BTL_KERNEL);
    assert_int_equal(btl_symtab_find(&e.table, BTL_STR("absolute"))->value, 42);
    end(&e);
}

static void test_kernel_without_exports(void **state)
{
    struct exported e;
    load(&e, movable_kernel, MOVABLE_BASE);
    assert_true(btl_kernel_export(&e.sample.kernel, &e.info, &e.table, &e.sample.diags));
    assert_int_equal(e.table.count, 0);
    end(&e);
}

static void test_every_missing_export_is_reported(void **state)
{
    struct exported e;
    load(&e, with_bad_exports, MOVABLE_BASE);
    assert_false(btl_kernel_export(&e.sample.kernel, &e.info, &e.table, &e.sample.diags));
    assert_codes(&e.sample.memory, &e.sample.diags,
                 "modinfo-export-missing modinfo-export-missing");
    end(&e);
}

static void test_export_taken_by_somebody_else(void **state)
{
    struct exported e;
    uint32_t other;
    load(&e, with_exports, MOVABLE_BASE);
    assert_true(btl_symtab_add(&e.table, BTL_STR("absolute"), 1, 7, &other));
    assert_false(btl_kernel_export(&e.sample.kernel, &e.info, &e.table, &e.sample.diags));
    assert_codes(&e.sample.memory, &e.sample.diags, "kernel-export-taken");
    end(&e);
}

static void test_undefined_symbol_does_not_move(void **state)
{
    struct exported e;
    load(&e, with_exports, 0xffffffff80000000ull);
    assert_int_equal(btl_kernel_symbol(&e.sample.kernel, 0), 0);
    end(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exports_move_with_the_kernel),
        cmocka_unit_test(test_kernel_without_exports),
        cmocka_unit_test(test_every_missing_export_is_reported),
        cmocka_unit_test(test_export_taken_by_somebody_else),
        cmocka_unit_test(test_undefined_symbol_does_not_move),
    };
    return cmocka_run_group_tests_name("kernel_export", tests, NULL, NULL);
}

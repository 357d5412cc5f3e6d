// SPDX-License-Identifier: BSD-2-Clause
// The diagnostics that an edit adds.
#include "test_case.h"

#include <btl/diag_set.h>

#include "btl_test.h"

static void report(struct btl_diags *diags, enum btl_code code, const char *module, uint32_t line,
                   const char *text)
{
    struct btl_place place = {
        .file = BTL_STR("/loader.conf"), .line = line, .module = btl_str_of(module)};
    btl_report(diags, code, place, BTL_ARG_Z(text), BTL_DEC(line));
}

TEST(positions_and_numbers_are_no_difference)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    struct btl_diags before = {.arena = &memory.arena}, after = {.arena = &memory.arena};
    struct btl_diag_set set;
    report(&before, BTL_CONF_UNKNOWN_KEY, "a", 3, "x");
    btl_diag_set_make(&set, &before, &memory.arena);
    assert_false(set.no_memory);
    report(&after, BTL_CONF_UNKNOWN_KEY, "a", 4, "x");
    assert_null(btl_diag_added(&set, after.first, &memory.arena));
    assert_true(btl_diag_set_has(&set, after.first, &memory.arena));
    report(&after, BTL_HOST_EDIT_LEFT, "a", 4, "a note");
    assert_null(btl_diag_added(&set, after.first, &memory.arena));
    report(&after, BTL_CONF_UNKNOWN_KEY, "b", 4, "x");
    assert_ptr_equal(btl_diag_added(&set, after.first, &memory.arena), after.last);
    report(&after, BTL_CONF_UNKNOWN_KEY, "a", 4, "y");
    assert_ptr_equal(btl_diag_added(&set, after.last, &memory.arena), after.last);
    test_memory_end(&memory);
}

// An edit is refused then, in place of being taken for a good one.
TEST(without_memory_each_diagnostic_is_new)
{
    struct test_memory memory, none;
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    report(&diags, BTL_CONF_UNKNOWN_KEY, "a", 3, "x");
    for (size_t i = 0; i < 3; i++) {
        struct btl_diag_set set;
        test_memory_begin_limited(&none, i);
        btl_diag_set_make(&set, &diags, &none.arena);
        assert_true(set.no_memory);
        assert_ptr_equal(btl_diag_added(&set, diags.first, &none.arena), diags.first);
        test_memory_end(&none);
    }
    test_memory_end(&memory);
}

// SPDX-License-Identifier: BSD-2-Clause
// What the planner takes from the arena, in shapes that invite quadratic cost: ten times the size
// takes about ten times the memory, diagnostics and texts included. (The work is counted by
// `make bench-check`, for the same shapes.)
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "test_case.h"

#include "btl_test.h"
#include "plan_shapes.h"

struct cost {
    size_t bytes;
    uint32_t diagnostics, left;
};

static struct cost cost_of(enum plan_shape shape, uint32_t count)
{
    struct test_memory own, memory;
    struct shaped shaped;
    test_memory_begin(&own);
    test_memory_begin(&memory);
    shape_make(&shaped, shape, count, &own.arena);
    shape_plan(&shaped, &memory.arena);
    struct cost cost = {memory.arena.taken, shaped.diags.errors + shaped.diags.warnings,
                        shaped.plan.order_count};
    assert_int_equal(shaped.diags.lost, 0);
    test_memory_end(&memory);
    test_memory_end(&own);
    return cost;
}

TEST(test_memory_grows_no_faster_than_the_plan)
{
    for (int shape = 0; shape < PLAN_SHAPES; shape++) {
        struct cost small = cost_of(shape, 1000), large = cost_of(shape, 10000);
        // Tables and arrays grow by doubling: 10,000 may take up to twice what ten times 1,000
        // take.
        if (large.bytes > 20 * small.bytes)
            fail_msg("%s: %zu bytes for 1,000, %zu for 10,000", plan_shape_names[shape],
                     small.bytes, large.bytes);
        assert_in_range(large.diagnostics, 0, 10 * small.diagnostics + 100);
    }
}

// Each shape is what its name says; else its cost would prove nothing.
TEST(test_shapes_end_as_they_should)
{
    static const struct {
        enum plan_shape shape;
        uint32_t diagnostics;
    } expected[] = {
        {SHAPE_STAR, 500},     // each by itself, at the end
        {SHAPE_CHAIN, 500},    // the same
        {SHAPE_CYCLE, 1},      // all at once
        {SHAPE_KNOT, 499},     // m0 -> m1 -> m0, and each other member
        {SHAPE_MISSING, 501},  // the missing one and all its dependents
        {SHAPE_UNFIT, 500},    // m0 is planned, and fails at the end
        {SHAPE_LIBRARY, 1498}, // three needs each; the library fails at the end
        {SHAPE_DUPLICATE, 2},  // the module and its one dependency, at the end
        {SHAPE_TUNABLES, 501}, // a warning for each setting; the module fails at the end
    };
    for (size_t i = 0; i < BTL_COUNT(expected); i++) {
        struct cost cost = cost_of(expected[i].shape, 500);
        if (cost.diagnostics != expected[i].diagnostics)
            fail_msg("%s: %u diagnostics", plan_shape_names[expected[i].shape], cost.diagnostics);
        assert_int_equal(cost.left, 0);
    }
}

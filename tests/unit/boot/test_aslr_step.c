// SPDX-License-Identifier: BSD-2-Clause
// The gap between kernel and phase-1 modules, and what is left of the window.
#include "test_case.h"

#include <btl/boot.h>

#include "boot/attempt_private.h"

#define END (BTL_X86_64_WINDOW + BTL_X86_64_WINDOW_SIZE)
#define GAP 0x1234567u // pages

// Return the gap for a window of which `left` bytes are left.
static uint64_t gap(uint64_t left, uint64_t size, uint64_t align, uint64_t number, bool on)
{
    struct btl_boot boot = {.machine = &btl_machines[0]};
    struct btl_attempt attempt = {.boot = &boot, .window_next = END - left};
    attempt.aslr.on = on;
    attempt.aslr.numbers[BTL_ASLR_OF_MODULES] = number;
    attempt_random_gap(&attempt, size, align);
    return attempt.window_next - (END - left);
}

TEST(the_gap_is_spread_over_128_mib_of_a_large_window)
{
    assert_int_equal(gap(1u << 30, 1u << 20, 0x1000, 0, true), 0);
    assert_int_equal(gap(1u << 30, 1u << 20, 0x1000, 7, true), 0x7000);
    assert_int_equal(gap(1u << 30, 1u << 20, 0x1000, 1u << 15, true), BTL_ASLR_MODULES_SPACE);
    assert_int_equal(gap(1u << 30, 1u << 20, 0x1000, (1u << 15) + 1, true), 0);
    assert_int_equal(gap(1u << 30, 1u << 20, 2u << 20, 3, true), 6u << 20);
    assert_int_equal(gap(1u << 30, 1u << 20, 0x1000, 7, false), 0);
}

// What the modules and the other ranges need is never taken, however small the window is.
TEST(a_small_window_has_a_small_gap_or_none)
{
    const uint64_t size = 16u << 20, others = 9u << 20; // early arena, stack, rounding up
    uint64_t last = 0;
    for (uint64_t left = 0; left < (400u << 20); left += 0x100000) {
        uint64_t highest = 0;
        for (uint64_t number = 0; number < 40; number++) {
            uint64_t here = gap(left, size, 0x1000, GAP * number, true);
            highest = here > highest ? here : highest;
        }
        assert_true(highest == 0 || highest + size + others <= left);
        last = highest;
    }
    assert_true(last > (64u << 20));
    assert_int_equal(gap(1u << 30, UINT64_MAX, 0x1000, 7, true), 0);
    assert_int_equal(gap(1u << 30, 1u << 30, 0x1000, 7, true), 0);
}

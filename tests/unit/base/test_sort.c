// SPDX-License-Identifier: BSD-2-Clause
#include "test_case.h"

#include <stdlib.h>
#include <string.h>

#include "base/sort.h"

struct element {
    uint32_t key;
    char bulk[100]; // larger than what is swapped at a time
};

static int compare_keys(const void *a, const void *b, void *context)
{
    uint32_t x = ((const struct element *)a)->key, y = ((const struct element *)b)->key;
    ++*(size_t *)context;
    return (x > y) - (x < y);
}

TEST(test_every_order_of_seven_elements_is_sorted)
{
    for (unsigned order = 0; order < 823543; order += 5) { // 7^7, repeated keys included
        struct element elements[7];
        unsigned digits = order, sum = 0;
        for (size_t i = 0; i < 7; i++, digits /= 7) {
            elements[i].key = digits % 7;
            memset(elements[i].bulk, (int)(digits % 7), sizeof(elements[i].bulk));
            sum += digits % 7;
        }
        size_t comparisons = 0;
        btl_sort(elements, 7, sizeof(elements[0]), compare_keys, &comparisons);
        for (size_t i = 0; i < 7; i++) {
            assert_true(i == 0 || elements[i - 1].key <= elements[i].key);
            assert_int_equal(elements[i].bulk[99], elements[i].key); // moved as a whole
            sum -= elements[i].key;
        }
        assert_int_equal(sum, 0);
    }
}

TEST(test_nothing_and_one_need_no_comparison)
{
    struct element one = {.key = 5};
    size_t comparisons = 0;
    btl_sort(NULL, 0, sizeof(one), compare_keys, &comparisons);
    btl_sort(&one, 1, sizeof(one), compare_keys, &comparisons);
    assert_int_equal(comparisons, 0);
    assert_int_equal(one.key, 5);
}

TEST(test_what_is_nearly_in_order_costs_little)
{
    enum { COUNT = 1 << 14 };
    struct element *elements = calloc(COUNT, sizeof(*elements));
    size_t comparisons = 0;
    for (uint32_t i = 0; i < COUNT; i++) // each group of four is turned round
        elements[i].key = i ^ 3;
    btl_sort(elements, COUNT, sizeof(*elements), compare_keys, &comparisons);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_int_equal(elements[i].key, i);
    assert_in_range(comparisons, COUNT, 4 * COUNT);
    free(elements);
}

TEST(test_cost_is_n_log_n_on_bad_inputs)
{
    enum { COUNT = 1 << 14 };
    struct element *elements = calloc(COUNT, sizeof(*elements));
    for (unsigned kind = 0; kind < 4; kind++) {
        for (uint32_t i = 0; i < COUNT; i++) // up, down, all the same, saw
            elements[i].key = kind == 0 ? i : kind == 1 ? COUNT - i : kind == 2 ? 1 : i % 100;
        size_t comparisons = 0;
        btl_sort(elements, COUNT, sizeof(*elements), compare_keys, &comparisons);
        for (uint32_t i = 1; i < COUNT; i++)
            assert_true(elements[i - 1].key <= elements[i].key);
        if (kind == 0 || kind == 2)
            assert_int_equal(comparisons, COUNT - 1); // in order already
        assert_in_range(comparisons, COUNT - 1, 2 * 14 * COUNT + 6 * COUNT);
    }
    free(elements);
}

// SPDX-License-Identifier: BSD-2-Clause
// Sort in place, without memory and recursion: O(n) where each element is near its place, O(n log
// n) on every input. Not stable: a comparison that must keep an order compares it last.
#ifndef BTL_CORE_SORT_H
#define BTL_CORE_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Negative, 0 or positive as `a` sorts before, beside or after `b`.
typedef int btl_compare(const void *a, const void *b, void *context);

void btl_sort(void *array, size_t count, size_t size, btl_compare *compare, void *context);

#endif

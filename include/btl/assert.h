// SPDX-License-Identifier: BSD-2-Clause
// Assertions of what a function relies on: on in tests and fuzzers (-DBTL_ASSERTIONS), nothing in
// programs.
#ifndef BTL_ASSERT_H
#define BTL_ASSERT_H

#ifdef BTL_ASSERTIONS
#define BTL_ASSERT(condition) ((condition) ? (void)0 : __builtin_trap())
#else
#define BTL_ASSERT(condition) ((void)sizeof(condition))
#endif

#endif

// SPDX-License-Identifier: BSD-2-Clause
// What C and C++ spell differently. Every header of BTL compiles as C11 and as C++17. In C++ the
// functions have the names of C; the macros that make objects (BTL_MODULE and others of
// btl/module.h, BTL_ARG and others of btl/diag.h, BTL_BYTES) are for C only.
#ifndef BTL_CDEFS_H
#define BTL_CDEFS_H

#ifdef __cplusplus
#define BTL_BEGIN_DECLS     extern "C" {
#define BTL_END_DECLS       }
#define BTL_STATIC_ASSERT   static_assert
#define BTL_AT_LEAST(count) count
#else
#define BTL_BEGIN_DECLS
#define BTL_END_DECLS
#define BTL_STATIC_ASSERT   _Static_assert
#define BTL_AT_LEAST(count) static count // of the size of an array that is an argument
#endif

#endif

// SPDX-License-Identifier: BSD-2-Clause
// Names of code addresses, in the kernel and in modules, whoever linked them.
#ifndef KERNEL_SYMBOLS_H
#define KERNEL_SYMBOLS_H

#include <btl/types.h>

struct symbol {
    struct btl_str name;  // empty: not known
    struct btl_str owner; // module; empty for the kernel
    uint64_t offset;      // of the address in the function
};

// `returning`: the address is a return address, so the call stands before it.
struct symbol symbol_find(uint64_t address, bool returning);
// The module that holds `address`, "the kernel", or "an unknown caller".
struct btl_str symbol_owner(uint64_t address);

#endif

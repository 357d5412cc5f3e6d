// SPDX-License-Identifier: BSD-2-Clause
// Names of code addresses in the kernel and in modules.
#ifndef KERNEL_SYMBOLS_H
#define KERNEL_SYMBOLS_H

#include <btl/types.h>

struct symbol {
    struct btl_str name;  // empty: not known
    struct btl_str owner; // module; empty for the kernel
    uint64_t offset;      // of the address in the function
};

// Find the function that holds an address. `returning`: it is a return address, so the call is
// before it.
struct symbol symbol_find(uint64_t address, bool returning);
// Return the name of the module that holds `address`, "the kernel", or "an unknown caller".
struct btl_str symbol_owner(uint64_t address);

#endif

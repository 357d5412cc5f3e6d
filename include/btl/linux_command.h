// SPDX-License-Identifier: BSD-2-Clause
// The command line of a Linux kernel: kernel_options, and what the loader adds.
//
// Parameters are separated by blanks outside of quotes; '-' and '_' in a name are equal; of equal
// parameters the last one counts; behind "--" stand arguments of init (Linux
// Documentation/admin-guide/kernel-parameters.rst).
#ifndef BTL_LINUX_COMMAND_H
#define BTL_LINUX_COMMAND_H

#include <btl/arena.h>
#include <btl/types.h>

BTL_BEGIN_DECLS

#define BTL_LINUX_INIT "/btl/init"

struct btl_linux_command {
    struct btl_str options;   // of loader.conf
    struct btl_str blacklist; // names of modules, separated by commas; empty: none
    bool init;                // rdinit=/btl/init
    uint32_t panic;           // seconds, for panic= if the options have none; 0: none
};

// Make the text. What is added stands before "--". module_blacklist= keeps the names that the
// options have. `at` is NULL: no memory.
struct btl_str btl_linux_command_text(const struct btl_linux_command *command,
                                      struct btl_arena *arena);

// Find the value of the last parameter `name`, without quotes. False: there is none with a value.
bool btl_linux_option(struct btl_str options, struct btl_str name, struct btl_str *ret_value);

// Are the names of two modules or parameters equal, '-' and '_' being one letter?
bool btl_linux_names_equal(struct btl_str a, struct btl_str b);

BTL_END_DECLS

#endif

// SPDX-License-Identifier: BSD-2-Clause
// How each line of a log begins: the loader's in the manifest, and the kernel's that goes on with
// it.
#ifndef BTL_LOG_H
#define BTL_LOG_H

#include <btl/types.h>

enum btl_log_level {
    BTL_LOG_ERROR,
    BTL_LOG_WARN,
    BTL_LOG_NOTE,
    BTL_LOG_INFO,
    BTL_LOG_DEBUG, // was not shown, unless verbose="YES"
    BTL_LOG_LEVELS
};

#define BTL_LOG_PREFIX_MAX 32 // bytes, with a NUL

// "[    1.002003] warn  ": seconds and microseconds since the loader started, and the level.
// Returns its length.
size_t btl_log_prefix(char to[static BTL_LOG_PREFIX_MAX], uint64_t nanoseconds,
                      enum btl_log_level level);
// The level of a line that begins so, and *ret_text: what follows. False: it does not.
bool btl_log_take_apart(struct btl_str line, enum btl_log_level *ret_level,
                        struct btl_str *ret_text);

#endif

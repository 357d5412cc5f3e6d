// SPDX-License-Identifier: BSD-2-Clause
// The beginning of each line of a log: of the loader's in the manifest, and of the kernel's.
#ifndef BTL_LOG_H
#define BTL_LOG_H

#include <btl/types.h>

BTL_BEGIN_DECLS

enum btl_log_level {
    BTL_LOG_ERROR,
    BTL_LOG_WARN,
    BTL_LOG_NOTE,
    BTL_LOG_INFO,
    BTL_LOG_DEBUG, // shown with verbose="YES" only
    BTL_LOG_LEVELS
};

#define BTL_LOG_PREFIX_MAX 32 // bytes, with the NUL

// Write "[    1.002003] warn  ": seconds and microseconds since the loader started, and the level.
// Return the length.
size_t btl_log_prefix(char to[BTL_AT_LEAST(BTL_LOG_PREFIX_MAX)], uint64_t nanoseconds,
                      enum btl_log_level level);
// Split a line into its level and the text after the prefix. False: the line has no prefix.
bool btl_log_take_apart(struct btl_str line, enum btl_log_level *ret_level,
                        struct btl_str *ret_text);
// Return the level of that name ("error", "warn", …), or BTL_LOG_LEVELS.
enum btl_log_level btl_log_level_named(struct btl_str name);

// A message of a log, with the lines that continue it.
struct btl_log_entry {
    enum btl_log_level level; // of a text without a prefix: INFO
    uint64_t microseconds;    // since the loader started
    struct btl_str text;      // without the prefix; may have several lines
    struct btl_str code;      // of the diagnostic, such as "file-not-found"; may be empty
};
// Read the next message; *rest moves past it. Everything points into the text. False: the end.
bool btl_log_next_entry(struct btl_str *rest, struct btl_log_entry *ret_entry);

BTL_END_DECLS

#endif

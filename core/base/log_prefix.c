// SPDX-License-Identifier: BSD-2-Clause
// How each line of a log begins.
#include <btl/format.h>
#include <btl/log.h>

static const char *const levels[BTL_LOG_LEVELS] = {
    [BTL_LOG_ERROR] = "error", [BTL_LOG_WARN] = "warn",   [BTL_LOG_NOTE] = "note",
    [BTL_LOG_INFO] = "info",   [BTL_LOG_DEBUG] = "debug",
};

size_t btl_log_prefix(char to[static BTL_LOG_PREFIX_MAX], uint64_t nanoseconds,
                      enum btl_log_level level)
{
    uint64_t microseconds = nanoseconds / 1000;
    return btl_format_to(to, BTL_LOG_PREFIX_MAX, "[%5lu.%06lu] %-5s ", (microseconds / 1000000),
                         (microseconds % 1000000),
                         (size_t)level < BTL_LOG_LEVELS ? levels[level] : "?");
}

// Where the level stands: after "[SECONDS.MICROSECONDS] ".
static size_t skip_time(struct btl_str line)
{
    size_t at = 1;
    if (line.len == 0 || line.at[0] != '[')
        return 0;
    while (at < line.len && at < BTL_LOG_PREFIX_MAX &&
           (line.at[at] == ' ' || line.at[at] == '.' || (line.at[at] >= '0' && line.at[at] <= '9')))
        at++;
    return at + 1 < line.len && line.at[at] == ']' && line.at[at + 1] == ' ' ? at + 2 : 0;
}

bool btl_log_take_apart(struct btl_str line, enum btl_log_level *ret_level,
                        struct btl_str *ret_text)
{
    size_t begin = skip_time(line), width = sizeof("error ") - 1;
    if (begin == 0 || line.len - begin < width)
        return false;
    for (size_t i = 0; i < BTL_LOG_LEVELS; i++) {
        struct btl_str level = {line.at + begin, btl_str_of(levels[i]).len};
        if (!btl_str_equal(level, btl_str_of(levels[i])) || line.at[begin + level.len] != ' ')
            continue;
        *ret_level = (enum btl_log_level)i;
        *ret_text = (struct btl_str){line.at + begin + width, line.len - begin - width};
        return true;
    }
    return false;
}

enum btl_log_level btl_log_level_named(struct btl_str name)
{
    size_t level = 0;
    while (level < BTL_LOG_LEVELS && !btl_str_equal(name, btl_str_of(levels[level])))
        level++;
    return (enum btl_log_level)level;
}

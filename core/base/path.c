// SPDX-License-Identifier: BSD-2-Clause
// What a path on the boot volume may be.
#include "path.h"

#include <btl/str.h>

static bool has_dotdot(struct btl_str path)
{
    size_t dots = 0, others = 0; // of the component
    for (size_t i = 0; i <= path.len; i++) {
        if (i == path.len || path.at[i] == '/') {
            if (dots == 2 && others == 0)
                return true;
            dots = others = 0;
        } else if (path.at[i] == '.') {
            dots++;
        } else {
            others++;
        }
    }
    return false;
}

// The firmware separates directories by '\': in a path of ours it would be a way around "..".
static size_t find_bad_character(struct btl_str path)
{
    size_t at = 0;
    while (at < path.len && path.at[at] != '\\' && (uint8_t)path.at[at] >= ' ' &&
           path.at[at] != 0x7f)
        at++;
    return at;
}

enum path_fault path_check(struct btl_str path, struct btl_str *ret_bad)
{
    if (path.len > BTL_PATH_MAX)
        return PATH_TOO_LONG;
    size_t bad = find_bad_character(path);
    if (bad < path.len) {
        *ret_bad = (struct btl_str){path.at + bad, 1};
        return PATH_CHARACTER;
    }
    if (path.len == 0 || path.at[0] != '/')
        return PATH_RELATIVE;
    return has_dotdot(path) ? PATH_DOTDOT : PATH_GOOD;
}

bool btl_is_path(struct btl_str path)
{
    struct btl_str bad;
    return path_check(path, &bad) == PATH_GOOD;
}

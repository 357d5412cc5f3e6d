// SPDX-License-Identifier: BSD-2-Clause
// What the failure of a module means for the boot.
#include <btl/on_error.h>

static const struct {
    const char *name;
    enum btl_failure_action with, without; // a configuration to fall back to
} levels[BTL_ON_ERRORS] = {
    [BTL_ON_ERROR_WARN] = {"warn", BTL_GO_ON, BTL_GO_ON},
    [BTL_ON_ERROR_IGNORE] = {"ignore", BTL_GO_ON_SILENTLY, BTL_GO_ON_SILENTLY},
    [BTL_ON_ERROR_FALLBACK] = {"fallback", BTL_FALL_BACK, BTL_GO_ON},
    [BTL_ON_ERROR_HALT] = {"halt", BTL_STOP, BTL_STOP},
    [BTL_ON_ERROR_REQUIRED] = {"required", BTL_FALL_BACK, BTL_STOP},
};

enum btl_failure_action btl_on_error_action(enum btl_on_error on_error, bool fallback)
{
    if ((size_t)on_error >= BTL_ON_ERRORS)
        return BTL_GO_ON;
    return fallback ? levels[on_error].with : levels[on_error].without;
}

bool btl_on_error_is_vital(enum btl_on_error on_error)
{
    return btl_on_error_action(on_error, true) >= BTL_FALL_BACK;
}

bool btl_on_error_stops(enum btl_on_error on_error)
{
    return btl_on_error_action(on_error, false) == BTL_STOP;
}

const char *btl_on_error_name(enum btl_on_error on_error)
{
    return (size_t)on_error < BTL_ON_ERRORS ? levels[on_error].name : "?";
}

// REQUIRED has a key of its own, NAME_required.
bool btl_on_error_of(struct btl_str name, enum btl_on_error *ret)
{
    for (size_t i = 0; i < BTL_ON_ERRORS; i++) {
        if (i == BTL_ON_ERROR_REQUIRED || !btl_str_equal(name, btl_str_of(levels[i].name)))
            continue;
        *ret = (enum btl_on_error)i;
        return true;
    }
    return false;
}

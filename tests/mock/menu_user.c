// SPDX-License-Identifier: BSD-2-Clause
#include "menu_user.h"

struct mock *menu_begin(const char *keys)
{
    struct mock *mock = mock_begin();
    mock_add_ordinary(mock);
    mock_options(mock, "-i");
    mock->keys = keys;
    return mock;
}

static void expect_no_keys(const struct mock *mock)
{
    if (*mock->keys != '\0')
        fail_msg("keys left: %s", mock->keys);
}

void menu_boot(struct mock *mock, struct btl_manifest *ret)
{
    mock_expect_boot(mock, NULL);
    expect_no_keys(mock);
    mock_manifest(mock, ret);
}

void menu_leave(struct mock *mock)
{
    mock_expect_return(mock, FW_ABORTED);
    expect_no_keys(mock);
}

uint32_t menu_boot_flags(const struct btl_manifest *manifest)
{
    return btl_manifest_boot(manifest)->flags;
}

// SPDX-License-Identifier: BSD-2-Clause
#include <btl/version.h>

const char *btl_version(void)
{
    return BTL_VERSION_TEXT;
}

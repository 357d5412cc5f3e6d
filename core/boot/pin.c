// SPDX-License-Identifier: BSD-2-Clause
// The hash of a file that loader.conf pins.
#include "attempt_private.h"

#include <btl/hash.h>
#include <btl/mem.h>

bool attempt_check_pin(struct btl_attempt *attempt, const struct btl_setting *pin,
                       const struct btl_boot_file *file, struct btl_place file_place)
{
    uint8_t digest[32];
    if (pin == NULL)
        return true;
    if (file->hashed)
        memcpy(digest, file->sha256, sizeof(digest));
    else
        btl_sha256(file->bytes, digest);
    return btl_config_check_pin(&attempt->config, pin, file_place, digest, attempt->diags);
}

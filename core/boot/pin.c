// SPDX-License-Identifier: BSD-2-Clause
// Pins: NAME_sha256 and kernel_sha256 in loader.conf. A file with another hash is another file, and
// is not used.
#include "attempt_private.h"

#include <btl/hash.h>
#include <btl/mem.h>

bool attempt_check_pin(struct btl_attempt *attempt, const struct btl_setting *pin,
                       const struct btl_boot_file *file, struct btl_place file_place)
{
    uint8_t wanted[32], digest[32];
    if (pin == NULL || !btl_sha256_of(pin->value, wanted))
        return true;
    if (file->hashed)
        memcpy(digest, file->sha256, sizeof(digest));
    else
        btl_sha256(file->bytes, digest);
    if (memcmp(wanted, digest, sizeof(wanted)) == 0)
        return true;
    char *text = BTL_NEW_ARRAY(attempt->arena, char, BTL_SHA256_TEXT);
    if (text == NULL)
        return btl_attempt_no_memory(attempt, "comparing the hash of a file");
    struct btl_place place = btl_setting_place(&attempt->config, pin, file_place.module);
    btl_report(attempt->diags, BTL_BOOT_PINNED, place, BTL_ARG(file_place.file),
               BTL_ARG_Z(btl_sha256_text(digest, text)));
    return false;
}

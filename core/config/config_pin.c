// SPDX-License-Identifier: BSD-2-Clause
// Pins: NAME_sha256 and kernel_sha256. A file with another hash is another file, and is not used.
#include <btl/config.h>
#include <btl/hash.h>
#include <btl/mem.h>

bool btl_config_check_pin(const struct btl_config *config, const struct btl_setting *pin,
                          struct btl_place file, const uint8_t digest[32], struct btl_diags *diags)
{
    uint8_t wanted[32];
    if (!btl_sha256_of(pin->value, wanted) || memcmp(wanted, digest, sizeof(wanted)) == 0)
        return true;
    struct btl_place place = btl_setting_place(config, pin, file.module);
    char *text = BTL_NEW_ARRAY(diags->arena, char, BTL_SHA256_TEXT);
    if (text == NULL)
        btl_report(diags, BTL_NO_MEMORY, place, BTL_ARG_Z("comparing the hash of a file"));
    else
        btl_report(diags, BTL_BOOT_PINNED, place, BTL_ARG(file.file),
                   BTL_ARG_Z(btl_sha256_text(digest, text)));
    return false;
}

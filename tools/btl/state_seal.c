// SPDX-License-Identifier: BSD-2-Clause
#include "state_seal.h"

#include "variables/secure_boot.h"

void state_print_secure_boot(struct btl_out *out, const struct variables *variables)
{
    enum secure_boot state = secure_boot_of(variables);
    uint64_t level = 0;
    if (state == SECURE_BOOT_UNKNOWN)
        return;
    btl_format(out, "%-10s %s", "SecureBoot", secure_boot_text(state));
    if (secure_boot_level(variables, &level) && level > 0)
        btl_format(out, "; seals below level %lu are revoked", (unsigned long)level);
    btl_format(out, "\n");
}

void state_print_seal(struct btl_out *out, const struct variables *variables,
                      const struct seal_view *seal)
{
    struct btl_str text = seal_view_text(variables->host->arena, seal);
    if (seal->found != SEAL_ABSENT || secure_boot_of(variables) == SECURE_BOOT_ENFORCED)
        btl_format(out, "sealed:      %pS\n", &text);
}

void state_json_secure_boot(struct json *json, const struct variables *variables)
{
    static const char *const words[SECURE_BOOTS] = {
        [SECURE_BOOT_OFF] = "off",
        [SECURE_BOOT_SETUP] = "setup mode",
        [SECURE_BOOT_SHIM_OFF] = "off in shim",
        [SECURE_BOOT_ENFORCED] = "on",
    };
    enum secure_boot state = secure_boot_of(variables);
    uint64_t level;
    if (state == SECURE_BOOT_UNKNOWN) {
        json_null(json, "secure_boot");
        return;
    }
    json_begin_line(json, "secure_boot", '{');
    json_word(json, "state", words[state]);
    json_bool(json, "enforced", state == SECURE_BOOT_ENFORCED);
    if (secure_boot_level(variables, &level))
        json_number(json, "level", level);
    else
        json_null(json, "level");
    json_end(json, '}');
}

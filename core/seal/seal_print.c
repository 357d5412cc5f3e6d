// SPDX-License-Identifier: BSD-2-Clause
// The writer of the list in a seal.
#include "seal_format.h"

#include <btl/hash.h>

static void seal_print_allow(uint32_t allow, struct btl_out *out)
{
    if (allow == 0)
        return;
    btl_format(out, "allow");
    for (uint32_t i = 0; i < BTL_SEAL_ALLOWS; i++) {
        if ((allow & 1u << i) != 0)
            btl_format(out, " %pS", &seal_allows[i]);
    }
    btl_format(out, "\n");
}

void btl_seal_print(const struct btl_seal *seal, struct btl_out *out)
{
    struct btl_str first = SEAL_FIRST_LINE;
    char buffer[BTL_SHA256_TEXT];
    btl_format(out, "%pS\n", &first);
    btl_format(out, "arch %s\n", seal_machine_name(seal->machine, buffer));
    btl_format(out, "level %llu\nrevoke %llu\n", (unsigned long long)seal->level,
               (unsigned long long)seal->revoke);
    seal_print_allow(seal->allow, out);
    for (uint32_t i = 0; i < seal->count; i++) {
        const struct btl_seal_line *line = &seal->lines[i];
        btl_format(out, "%pS %s %llu %pS\n", &seal_kinds[line->kind],
                   btl_sha256_text(line->sha256, buffer), (unsigned long long)line->size,
                   &line->path);
    }
    btl_format(out, "end %u\n", seal->count);
}

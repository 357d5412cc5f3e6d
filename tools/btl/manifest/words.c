// SPDX-License-Identifier: BSD-2-Clause
// Values of a manifest as text.
#include "words.h"

#include <btl/kernel_kind.h>

#include <stdio.h>

const char *words_time(uint64_t ns, char text[static WORDS_TIME_SIZE])
{
    static const char *const units[] = {"ns", "µs", "ms", "s"};
    double value = (double)ns;
    size_t unit = 0;
    while (value >= 999.5 && unit + 1 < BTL_COUNT(units)) {
        value /= 1000;
        unit++;
    }
    int digits = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    snprintf(text, WORDS_TIME_SIZE, "%.*f %s", digits, value, units[unit]);
    return text;
}

bool words_file_was_read(const struct btlm_module *module)
{
    return (module->flags & BTLM_NOT_HASHED) != 0 || btlm_is_hashed(module->sha256);
}

const char *words_kernel_kind(const struct btl_manifest *manifest)
{
    uint32_t kind = btl_manifest_kernel_kind(manifest);
    return kind < BTL_KERNEL_KINDS ? btl_kernel_kind_name((enum btl_kernel_kind)kind) : "?";
}

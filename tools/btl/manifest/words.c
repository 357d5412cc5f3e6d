// SPDX-License-Identifier: BSD-2-Clause
// Values of a manifest as text.
#include "words.h"

#include <stdio.h>

#include <btl/link.h>

const char *words_perm(uint32_t perm, char text[static WORDS_PERM_SIZE])
{
    text[0] = perm & BTL_PERM_READ ? 'r' : '-';
    text[1] = perm & BTL_PERM_WRITE ? 'w' : '-';
    text[2] = perm & BTL_PERM_EXEC ? 'x' : '-';
    text[3] = '\0';
    return text;
}

// The minor number has two decimal digits: 70 means .7, 31 means .3.1.
const char *words_uefi(uint32_t revision, char text[static 24])
{
    uint32_t minor = revision & 0xffff;
    size_t len = btl_format_to(text, 24, "%u.%u", revision >> 16, minor / 10);
    if (minor % 10 != 0)
        btl_format_to(text + len, 24 - len, ".%u", minor % 10);
    return text;
}

const char *words_severity(uint32_t severity)
{
    return severity == BTL_ERROR ? "error" : severity == BTL_WARNING ? "warning" : "note";
}

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
    uint8_t any = 0;
    for (size_t i = 0; i < sizeof(module->sha256); i++)
        any |= module->sha256[i];
    return any != 0;
}

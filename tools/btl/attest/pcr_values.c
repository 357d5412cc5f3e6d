// SPDX-License-Identifier: BSD-2-Clause
// PCR values in the forms of the command line and of tpm2-tools.
#include "pcr_values.h"

#include <string.h>

#include "files.h"

static struct btl_str pcr_trim(struct btl_str text)
{
    while (text.len > 0 && (*text.at == ' ' || *text.at == '\t'))
        text = btl_str_after(text, 1);
    while (text.len > 0 && (text.at[text.len - 1] == ' ' || text.at[text.len - 1] == '\r'))
        text = btl_str_without_last(text, 1);
    return text;
}

// Parse a number and a value, which may begin with "0x". False: they are something else.
static bool pcr_parse(struct btl_str number, struct btl_str value, struct pcr_values *values)
{
    uint64_t pcr;
    uint8_t digest[32];
    if (btl_str_begins(value, BTL_STR("0x")))
        value = btl_str_after(value, 2);
    if (!btl_parse_number(number, &pcr) || pcr >= BTL_TCG_PCRS || !btl_sha256_of(value, digest))
        return false;
    values->given[pcr] = true;
    memcpy(values->value[pcr], digest, sizeof(digest));
    return true;
}

bool pcr_values_parse(struct host *host, struct btl_str text, struct pcr_values *values)
{
    struct btl_str part, number, value;
    while (btl_take_part(&text, ',', &part)) {
        if (btl_str_split(part, '=', &number, &value) && pcr_parse(number, value, values))
            continue;
        usage_error(host, "\"%.*s\" is no PCR value; write NUMBER=SHA256, with a number up to %d",
                    (int)part.len, part.at, BTL_TCG_PCRS - 1);
        return false;
    }
    return true;
}

bool pcr_values_read(struct host *host, const char *path, struct pcr_values *values)
{
    struct btl_bytes bytes;
    struct btl_str rest, line, number, value;
    bool in_bank = false, found = false;
    if (!files_read(host, path, &bytes))
        return false;
    rest = (struct btl_str){(const char *)bytes.at, bytes.size};
    while (btl_take_line(&rest, &line)) {
        line = pcr_trim(line);
        if (!btl_str_split(line, ':', &number, &value))
            continue;
        if (pcr_trim(value).len == 0) // the name of a bank
            in_bank = btl_str_equal(number, BTL_STR("sha256"));
        else if (in_bank)
            found = pcr_parse(pcr_trim(number), pcr_trim(value), values) || found;
    }
    if (!found)
        btl_report(&host->diags, BTL_HOST_NO_PCRS, (struct btl_place){.file = btl_str_of(path)});
    return found;
}

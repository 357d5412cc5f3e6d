// SPDX-License-Identifier: BSD-2-Clause
// A seal: opened, searched, compared with a file.
#include "seal_format.h"

#include <btl/hash.h>
#include <btl/mem.h>

bool btl_seal_open(struct btl_bytes file, struct btl_place place, const struct btl_machine *machine,
                   struct btl_arena *arena, struct btl_seal *ret_seal, struct btl_diags *diags)
{
    struct btl_str text;
    struct btl_bytes certificates;
    if (!seal_envelope_open(file, place, machine, &text, &certificates, diags) ||
        !btl_seal_read(text, place, machine, arena, ret_seal, diags))
        return false;
    ret_seal->certificates = certificates;
    ret_seal->is_signed = certificates.size > 0;
    btl_sha256(file, ret_seal->sha256);
    return true;
}

int btl_seal_compare_paths(struct btl_str a, struct btl_str b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        uint8_t left = (uint8_t)btl_lower(a.at[i]), right = (uint8_t)btl_lower(b.at[i]);
        if (left != right)
            return left < right ? -1 : 1;
    }
    return (a.len > b.len) - (a.len < b.len);
}

// Search the files, which are in ascending order.
static const struct btl_seal_line *seal_find_file(const struct btl_seal *seal, struct btl_str path)
{
    uint32_t low = BTL_SEAL_FILE, high = seal->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = btl_seal_compare_paths(path, seal->lines[middle].path);
        if (order == 0)
            return &seal->lines[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct btl_seal_line *btl_seal_find(const struct btl_seal *seal, struct btl_str path)
{
    for (uint32_t i = 0; i < BTL_SEAL_FILE; i++) {
        if (btl_seal_compare_paths(path, seal->lines[i].path) == 0)
            return &seal->lines[i];
    }
    return seal_find_file(seal, path);
}

enum btl_seal_verdict btl_seal_judge(const struct btl_seal *seal, struct btl_str path,
                                     uint64_t size, const uint8_t sha256[static 32])
{
    const struct btl_seal_line *line = btl_seal_find(seal, path);
    if (line == NULL)
        return BTL_SEAL_VERDICT_NOT_LISTED;
    if (line->size != size)
        return BTL_SEAL_VERDICT_SIZE_DIFFERS;
    return memcmp(line->sha256, sha256, sizeof(line->sha256)) == 0 ? BTL_SEAL_VERDICT_FITS
                                                                   : BTL_SEAL_VERDICT_HASH_DIFFERS;
}

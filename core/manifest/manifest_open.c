// SPDX-License-Identifier: BSD-2-Clause
// Check a manifest before anything is read from it: header, directory, entries.
#include "manifest_kinds.h"

struct gate {
    struct btl_manifest *manifest;
    struct btl_place place;
    struct btl_diags *diags;
    bool good;
};

#define reject(gate, code, ...)                                                                    \
    do {                                                                                           \
        btl_report((gate)->diags, (code), (gate)->place, __VA_ARGS__);                             \
        (gate)->good = false;                                                                      \
    } while (0)

// Has the manifest a header of a known version? Otherwise its other fields have no meaning.
static bool manifest_check_magic(struct gate *gate, struct btl_bytes bytes)
{
    static const char magic[] = BTLM_MAGIC;
    const struct btlm_header *header = (const void *)bytes.at;
    if (bytes.size < sizeof(*header)) {
        reject(gate, BTL_MANIFEST_TOO_SMALL, BTL_DEC(bytes.size), BTL_DEC(sizeof(*header)));
        return false;
    }
    if ((uintptr_t)bytes.at % 8 != 0) {
        reject(gate, BTL_MANIFEST_UNALIGNED, BTL_HEX((uintptr_t)bytes.at));
        return false;
    }
    if (!btl_str_equal((struct btl_str){header->magic, 8}, (struct btl_str){magic, 8})) {
        reject(gate, BTL_MANIFEST_BAD_MAGIC, BTL_ARG(((struct btl_str){header->magic, 8})),
               BTL_ARG_Z(magic));
        return false;
    }
    if (header->major != BTLM_MAJOR) {
        reject(gate, BTL_MANIFEST_BAD_VERSION, BTL_DEC(header->major), BTL_DEC(header->minor),
               BTL_DEC(BTLM_MAJOR));
        return false;
    }
    return true;
}

// Check the sizes, the place of the directory and the checksum.
static void manifest_check_header(struct gate *gate, struct btl_bytes bytes)
{
    const struct btlm_header *header = (const void *)bytes.at;
    uint64_t total = header->total_size;
    uint64_t directory_size = (uint64_t)header->table_count * sizeof(struct btlm_table);
    if (header->header_size < sizeof(*header) || header->header_size > total)
        reject(gate, BTL_MANIFEST_BAD_HEADER_SIZE, BTL_DEC(header->header_size),
               BTL_DEC(sizeof(*header)), BTL_DEC(total));
    if (!btl_in_range(header->directory, directory_size, total))
        reject(gate, BTL_MANIFEST_BAD_DIRECTORY, BTL_DEC(header->table_count),
               BTL_DEC(header->directory), BTL_DEC(total));
    if (header->directory % 8 != 0)
        reject(gate, BTL_MANIFEST_DIRECTORY_UNALIGNED, BTL_DEC(header->directory));
    if (total < sizeof(*header) || total > BTLM_SIZE_MAX)
        reject(gate, BTL_MANIFEST_BAD_SIZE, BTL_DEC(total), BTL_DEC(sizeof(*header)),
               BTL_SIZE(BTLM_SIZE_MAX));
    else if (total > bytes.size)
        reject(gate, BTL_MANIFEST_TRUNCATED, BTL_DEC(total), BTL_DEC(bytes.size));
    if (total < sizeof(*header) || total > BTLM_SIZE_MAX || total > bytes.size)
        return; // the bytes for a checksum are not all there
    uint32_t sum = btlm_checksum((struct btl_bytes){bytes.at, total});
    if (sum != header->checksum)
        reject(gate, BTL_MANIFEST_BAD_CHECKSUM, BTL_HEX(sum), BTL_HEX(header->checksum));
}

// Check one entry of the directory. Fill in manifest->table if the kind is known.
static void manifest_check_table(struct gate *gate, const struct btlm_table *table)
{
    uint64_t size, total = gate->manifest->header->total_size;
    bool known = table->kind > 0 && table->kind < BTLM_KINDS;
    struct btl_arg name = known ? BTL_ARG_Z(btlm_kinds[table->kind].name) : BTL_DEC(table->kind);
    bool inside =
        btl_mul(table->count, table->entry_size, &size) && btl_in_range(table->offset, size, total);
    if (!inside)
        reject(gate, BTL_MANIFEST_BAD_TABLE, name, BTL_DEC(table->offset), BTL_DEC(table->count),
               BTL_DEC(table->entry_size), BTL_DEC(total));
    if (table->offset % 8 != 0)
        reject(gate, BTL_MANIFEST_TABLE_UNALIGNED, name, BTL_DEC(table->offset));
    if (!known)
        return;
    const struct btlm_kind_info *info = &btlm_kinds[table->kind];
    if (table->entry_size < info->first_size || table->entry_size % info->align != 0 ||
        (info->entry_size == 1 && table->entry_size != 1)) {
        reject(gate, BTL_MANIFEST_BAD_ENTRY_SIZE, name, BTL_DEC(table->entry_size),
               BTL_DEC(info->first_size), BTL_DEC(info->align));
    } else if (gate->manifest->table[table->kind].kind != 0) {
        reject(gate, BTL_MANIFEST_TABLE_TWICE, name);
    } else {
        gate->manifest->table[table->kind] = *table; // not used if any check fails
    }
}

static void manifest_check_directory(struct gate *gate)
{
    const struct btlm_header *header = gate->manifest->header;
    const struct btlm_table *directory = (const void *)((const char *)header + header->directory);
    for (uint32_t i = 0; i < header->table_count; i++)
        manifest_check_table(gate, &directory[i]);
    if (!gate->good)
        return; // do not report a rejected table as missing
    for (uint32_t kind = 1; kind < BTLM_KINDS; kind++) {
        uint64_t count = gate->manifest->table[kind].count;
        if (btlm_kinds[kind].single && count != 1)
            reject(gate, BTL_MANIFEST_NOT_SINGLE, BTL_ARG_Z(btlm_kinds[kind].name), BTL_DEC(count));
    }
}

bool btl_manifest_open(struct btl_bytes bytes, struct btl_place place,
                       struct btl_manifest *ret_manifest, struct btl_diags *diags)
{
    struct btl_manifest manifest = {0};
    struct gate gate = {&manifest, place, diags, true};
    if (!manifest_check_magic(&gate, bytes))
        return false;
    manifest_check_header(&gate, bytes);
    if (!gate.good)
        return false;
    manifest.header = (const void *)bytes.at;
    manifest.bytes = (struct btl_bytes){bytes.at, manifest.header->total_size};
    manifest_check_directory(&gate);
    if (!gate.good || !btlm_check_entries(&manifest, place, diags))
        return false;
    *ret_manifest = manifest;
    return true;
}

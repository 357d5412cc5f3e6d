// SPDX-License-Identifier: BSD-2-Clause
// The accessors of a checked manifest, and the checksum.
#include "manifest_kinds.h"

#include <btl/assert.h>
#include <btl/hash.h>
#include <btl/kernel_kind.h>

uint32_t btlm_checksum(struct btl_bytes bytes)
{
    return btl_crc32_of_record(bytes, offsetof(struct btlm_header, checksum));
}

uint64_t btl_manifest_count(const struct btl_manifest *manifest, enum btlm_kind kind)
{
    return manifest->table[kind].count;
}

const void *btl_manifest_entry(const struct btl_manifest *manifest, enum btlm_kind kind,
                               uint64_t index)
{
    const struct btlm_table *table = &manifest->table[kind];
    BTL_ASSERT(index < table->count);
    return manifest->bytes.at + table->offset + index * table->entry_size;
}

struct btl_str btl_manifest_str(const struct btl_manifest *manifest, struct btlm_str str)
{
    const uint8_t *strings = manifest->bytes.at + manifest->table[BTLM_STRINGS].offset;
    return (struct btl_str){(const char *)strings + str.offset, str.length};
}

struct btl_str btl_manifest_text(const struct btl_manifest *manifest, enum btlm_kind kind)
{
    const struct btlm_table *table = &manifest->table[kind];
    return (struct btl_str){(const char *)manifest->bytes.at + table->offset, table->count};
}

uint32_t btl_manifest_kernel_kind(const struct btl_manifest *manifest)
{
    bool known = manifest->table[BTLM_KERNEL_IMAGE].entry_size >= sizeof(struct btlm_kernel);
    return known ? btl_manifest_kernel(manifest)->kind : BTL_KERNEL_BTL;
}

const struct btlm_file *btl_manifest_find_file(const struct btl_manifest *manifest,
                                               struct btl_str name)
{
    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_FILES); i++) {
        const struct btlm_file *file = btl_manifest_entry(manifest, BTLM_FILES, i);
        if (btl_str_equal(btl_manifest_str(manifest, file->name), name))
            return file;
    }
    return NULL;
}

bool btlm_is_hashed(const uint8_t sha256[static 32])
{
    uint8_t any = 0;
    for (size_t i = 0; i < 32; i++)
        any |= sha256[i];
    return any != 0;
}

bool btl_manifest_has_majors(const struct btl_manifest *manifest)
{
    return manifest->table[BTLM_MODULES].entry_size >=
           offsetof(struct btlm_module, majors) + sizeof(((struct btlm_module *)0)->majors);
}

int16_t btl_manifest_major(const struct btl_manifest *manifest, const struct btlm_module *module,
                           enum btl_device_kind kind)
{
    return btl_manifest_has_majors(manifest) ? module->majors[kind] : BTL_MAJOR_NONE;
}

bool btl_manifest_watchdog(const struct btl_manifest *manifest, struct btl_watchdog *ret_watchdog)
{
    const struct btlm_boot *boot = btl_manifest_boot(manifest);
    *ret_watchdog = (struct btl_watchdog){0};
    if (boot == NULL || manifest->table[BTLM_BOOT].entry_size < sizeof(*boot) ||
        boot->watchdog == 0)
        return false;
    *ret_watchdog = (struct btl_watchdog){.seconds = boot->watchdog,
                                          .space = boot->watchdog_space,
                                          .width = boot->watchdog_width,
                                          .address = boot->watchdog_address,
                                          .mask = boot->watchdog_mask,
                                          .value = boot->watchdog_value};
    return true;
}

const struct btlm_symbol *btl_manifest_find_symbol(const struct btl_manifest *manifest,
                                                   uint64_t address, uint64_t *ret_offset)
{
    // Invariant: symbols before `low` begin at or below the address, those from `high` on above it.
    uint64_t low = 0, high = btl_manifest_count(manifest, BTLM_SYMBOLS);
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        const struct btlm_symbol *symbol = btl_manifest_entry(manifest, BTLM_SYMBOLS, middle);
        if (symbol->address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    const struct btlm_symbol *symbol = btl_manifest_entry(manifest, BTLM_SYMBOLS, low - 1);
    if (address - symbol->address >= symbol->size)
        return NULL;
    *ret_offset = address - symbol->address;
    return symbol;
}

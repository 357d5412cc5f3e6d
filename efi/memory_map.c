// SPDX-License-Identifier: BSD-2-Clause
// The memory map, refined by the permissions of runtime services memory.
#include "memory_map.h"

#include <btl/mem.h>

#define SLACK_DESCRIPTORS 64   // maximum growth of the map until boot services end
#define SLACK_OWN         64   // maximum growth of the list of own pages
#define ATTRIBUTES_MAX    4096 // entries; a larger table is ignored
#define SIZE_MAX_ASKED    (64u << 20)

#define EFI_RUNTIME_CODE      5u
#define EFI_RUNTIME_DATA      6u
#define EFI_MEMORY_RP         0x2000ull
#define EFI_MEMORY_XP         0x4000ull
#define EFI_MEMORY_RO         0x20000ull
#define EFI_MEMORY_PROTECTION (EFI_MEMORY_RP | EFI_MEMORY_XP | EFI_MEMORY_RO)

// EFI_MEMORY_ATTRIBUTES_TABLE (UEFI 2.10, 4.6.4); descriptors follow, ascending.
struct attributes_table {
    uint32_t version, entries, stride, flags;
};

static uint64_t attributes_count(uint64_t address)
{
    const struct attributes_table *table = (const void *)(uintptr_t)address;
    if (table == NULL || (address & 7) != 0 || table->entries > ATTRIBUTES_MAX ||
        table->stride < sizeof(struct btl_efi_memory) || table->stride > BTL_PAGE_SIZE)
        return 0;
    return table->entries;
}

// Return the maximum number of descriptors in the buffer.
static uint64_t descriptor_capacity(const struct memory_map *map)
{
    return map->firmware.capacity / sizeof(struct btl_efi_memory);
}

bool memory_map_reserve(struct memory_map *map, struct pages *pages)
{
    struct fw_memory_map asked = {0};
    fw_status status = pages->fw->memory_map(pages->fw, &asked);
    map->status = status;
    if (status != FW_BUFFER_TOO_SMALL || asked.size > SIZE_MAX_ASKED)
        return false;
    uint64_t stride = asked.stride < sizeof(struct btl_efi_memory) || asked.stride > BTL_PAGE_SIZE
                          ? 2 * sizeof(struct btl_efi_memory)
                          : asked.stride;
    uint64_t size = asked.size + SLACK_DESCRIPTORS * stride, address;
    map->status = FW_OUT_OF_RESOURCES;
    if (!pages_allocate(pages, size, BTLM_MEM_LOADER, &address))
        return false;
    map->firmware =
        (struct fw_memory_map){.descriptors = (void *)(uintptr_t)address, .capacity = size};
    map->own_capacity = pages_count(pages) + SLACK_OWN;
    if (!pages_allocate(pages, map->own_capacity * sizeof(*map->own), BTLM_MEM_LOADER, &address))
        return false;
    map->own = (struct btl_own_range *)(uintptr_t)address;
    // At most one entry per start and end of a descriptor or own range.
    map->built_capacity = 2 * (descriptor_capacity(map) + map->own_capacity);
    if (!pages_allocate(pages, map->built_capacity * sizeof(*map->built), BTLM_MEM_LOADER,
                        &address))
        return false;
    map->built = (struct btlm_memory *)(uintptr_t)address;
    map->status = FW_SUCCESS;
    return true;
}

bool memory_map_fetch(struct memory_map *map, struct firmware *fw)
{
    struct fw_memory_map *answer = &map->firmware;
    map->status = fw->memory_map(fw, answer);
    if (map->status != FW_SUCCESS)
        return false;
    // Descriptors are read in place: the stride must be aligned and at least their size.
    map->status = FW_INVALID_PARAMETER;
    if (answer->size > answer->capacity || answer->size < answer->stride ||
        answer->stride < sizeof(struct btl_efi_memory) || (answer->stride & 7) != 0)
        return false;
    map->status = FW_SUCCESS;
    return true;
}

bool memory_map_build(struct memory_map *map, const struct pages *pages)
{
    const struct fw_memory_map *answer = &map->firmware;
    uint64_t count = pages_count(pages);
    if (count > map->own_capacity)
        return false;
    pages_copy(pages, map->own);
    map->built_count = btl_memmap_build(answer->descriptors, answer->size, answer->stride, map->own,
                                        count, map->built, map->built_capacity);
    return map->built_count > 0 && map->built_count <= map->built_capacity;
}

void memory_map_attributes(struct memory_map *map, uint64_t address)
{
    map->attributes = address;
    map->attributes_max = attributes_count(address);
}

uint64_t memory_map_capacity(const struct memory_map *map)
{
    // An entry of the attributes table splits an entry into at most three.
    return map->built_capacity + 2 * map->attributes_max;
}

// Iterator over the valid entries of the attributes table.
struct attributes {
    const uint8_t *next;
    uint64_t left, stride;
    uint64_t start, end; // of the current entry; start == end: none
    uint32_t type;
    uint64_t protection;
};

static void attributes_next(struct attributes *at)
{
    uint64_t after = at->end;
    for (; at->left > 0; at->left--, at->next += at->stride) {
        struct btl_efi_memory entry;
        uint64_t size, end;
        memcpy(&entry, at->next, sizeof(entry));
        bool runtime = entry.type == EFI_RUNTIME_CODE || entry.type == EFI_RUNTIME_DATA;
        bool page = entry.physical % BTL_PAGE_SIZE == 0 && entry.pages > 0;
        if (!runtime || !page || entry.physical < after ||
            !btl_mul(entry.pages, BTL_PAGE_SIZE, &size) || !btl_add(entry.physical, size, &end))
            continue;
        at->start = entry.physical;
        at->end = end;
        at->type = entry.type;
        at->protection = entry.attributes & EFI_MEMORY_PROTECTION;
        at->left--;
        at->next += at->stride;
        return;
    }
    at->start = at->end;
}

static struct attributes attributes_begin(const struct memory_map *map)
{
    const struct attributes_table *table = (const void *)(uintptr_t)map->attributes;
    struct attributes at = {.left = attributes_count(map->attributes)};
    if (at.left > map->attributes_max)
        at.left = map->attributes_max;
    if (at.left > 0) {
        at.next = (const uint8_t *)(table + 1);
        at.stride = table->stride;
    }
    attributes_next(&at);
    return at;
}

static bool map_entry_is_runtime(const struct btlm_memory *entry)
{
    return entry->type == BTLM_MEM_RUNTIME_CODE || entry->type == BTLM_MEM_RUNTIME_DATA;
}

// Return the piece of `entry` from `start` to the next boundary of the attributes table, with the
// attributes of the table.
static struct btlm_memory memory_map_refine(const struct btlm_memory *entry, uint64_t start,
                                            const struct attributes *at)
{
    struct btlm_memory piece = *entry;
    uint64_t end = entry->start + entry->size;
    if (at->start < at->end && at->start <= start) {
        end = at->end < end ? at->end : end;
        // The data of a runtime driver is EfiRuntimeServicesCode too, but not executable.
        bool data = at->type == EFI_RUNTIME_DATA || (at->protection & EFI_MEMORY_XP) != 0;
        piece.type = data ? BTLM_MEM_RUNTIME_DATA : BTLM_MEM_RUNTIME_CODE;
        piece.efi_type = at->type;
        piece.attributes = (entry->attributes & ~EFI_MEMORY_PROTECTION) | at->protection;
    } else if (at->start < at->end && at->start < end) {
        end = at->start;
    }
    piece.start = start;
    piece.size = end - start;
    return piece;
}

uint64_t memory_map_finish(const struct memory_map *map, struct btlm_memory *to, bool *ret_changed)
{
    bool changed = false;
    struct attributes at = attributes_begin(map);
    uint64_t count = 0;
    for (uint64_t i = 0; i < map->built_count; i++) {
        const struct btlm_memory *entry = &map->built[i];
        uint64_t end = entry->start + entry->size;
        for (uint64_t start = entry->start; start < end;) {
            while (at.start < at.end && at.end <= start)
                attributes_next(&at);
            struct btlm_memory piece =
                map_entry_is_runtime(entry) ? memory_map_refine(entry, start, &at) : *entry;
            changed |= memcmp(&to[count], &piece, sizeof(piece)) != 0;
            to[count++] = piece;
            start = piece.start + piece.size;
        }
    }
    *ret_changed = changed;
    return count;
}

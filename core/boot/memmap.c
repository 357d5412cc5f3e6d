// SPDX-License-Identifier: BSD-2-Clause
// Conversion of the memory map: one sweep over the sorted descriptors and own ranges.
#include <btl/memmap.h>

#include <btl/mem.h>
#include "../base/sort.h"

#define PAGE_MASK ((uint64_t)BTL_PAGE_SIZE - 1)
// Ranges are half-open, so the last page of the address space cannot be described.
#define ADDRESS_END (~PAGE_MASK)

// UEFI 2.10, table 7.10.
static const uint8_t type_of_efi[] = {
    [0] = BTLM_MEM_RESERVED,      // EfiReservedMemoryType
    [1] = BTLM_MEM_LOADER,        // EfiLoaderCode
    [2] = BTLM_MEM_LOADER,        // EfiLoaderData
    [3] = BTLM_MEM_BOOT_SERVICES, // EfiBootServicesCode
    [4] = BTLM_MEM_BOOT_SERVICES, // EfiBootServicesData
    [5] = BTLM_MEM_RUNTIME_CODE,  // EfiRuntimeServicesCode
    [6] = BTLM_MEM_RUNTIME_DATA,  // EfiRuntimeServicesData
    [7] = BTLM_MEM_USABLE,        // EfiConventionalMemory
    [8] = BTLM_MEM_BAD,           // EfiUnusableMemory
    [9] = BTLM_MEM_ACPI_RECLAIM,  // EfiACPIReclaimMemory
    [10] = BTLM_MEM_ACPI_NVS,     // EfiACPIMemoryNVS
    [11] = BTLM_MEM_MMIO,         // EfiMemoryMappedIO
    [12] = BTLM_MEM_MMIO,         // EfiMemoryMappedIOPortSpace
    [13] = BTLM_MEM_RESERVED,     // EfiPalCode
    [14] = BTLM_MEM_PERSISTENT,   // EfiPersistentMemory
    [15] = BTLM_MEM_RESERVED,     // EfiUnacceptedMemoryType
};

// Types from the least to the most restrictive. Where descriptors overlap, the most restrictive
// wins.
static const uint8_t restrictive[] = {
    BTLM_MEM_USABLE,     BTLM_MEM_BOOT_SERVICES, BTLM_MEM_LOADER,       BTLM_MEM_ACPI_RECLAIM,
    BTLM_MEM_PERSISTENT, BTLM_MEM_ACPI_NVS,      BTLM_MEM_RUNTIME_DATA, BTLM_MEM_RUNTIME_CODE,
    BTLM_MEM_MMIO,       BTLM_MEM_RESERVED,      BTLM_MEM_BAD,
};

// For one type, the descriptor so far with the highest end. It covers everything from the current
// address of the sweep to `end`.
struct active {
    uint64_t end;
    uint32_t efi_type;
    uint64_t attributes;
};

struct sweep {
    const char *descriptors;
    uint64_t stride, count, next; // next: first descriptor not yet merged
    struct btl_own_range *own;
    uint64_t own_count, own_next; // own_next: first own range not yet passed
    struct active active[BTLM_MEM_TYPES];
    struct btlm_memory *map;
    uint64_t capacity, needed;
    struct btlm_memory last; // the last entry added, stored or not
};

static enum btlm_memory_type descriptor_type(uint32_t efi_type)
{
    return efi_type < BTL_COUNT(type_of_efi) ? type_of_efi[efi_type] : BTLM_MEM_RESERVED;
}

static bool descriptor_is_free(enum btlm_memory_type type)
{
    return type == BTLM_MEM_USABLE || type == BTLM_MEM_BOOT_SERVICES || type == BTLM_MEM_LOADER ||
           type == BTLM_MEM_ACPI_RECLAIM;
}

static struct btl_efi_memory parse_descriptor(const struct sweep *sweep, uint64_t index)
{
    struct btl_efi_memory descriptor;
    memcpy(&descriptor, sweep->descriptors + index * sweep->stride, sizeof(descriptor));
    return descriptor;
}

// Return the start of a descriptor in whole pages. Memory that the kernel may use shrinks to whole
// pages, all other memory grows. (Rounding up may wrap to 0; descriptor_range() rejects that.)
static uint64_t round_to_page(const struct btl_efi_memory *descriptor)
{
    uint64_t slack = descriptor_is_free(descriptor_type(descriptor->type)) ? PAGE_MASK : 0;
    return (descriptor->physical + slack) & ~PAGE_MASK;
}

// Compute the range of a descriptor. False: no whole page. A range that exceeds the address space
// is cut off, but rejected if the kernel may use it as memory.
static bool descriptor_range(const struct btl_efi_memory *descriptor, uint64_t *ret_start,
                             uint64_t *ret_end)
{
    bool take = descriptor_is_free(descriptor_type(descriptor->type));
    uint64_t size, end, start = round_to_page(descriptor);
    bool fits = btl_mul(descriptor->pages, BTL_PAGE_SIZE, &size) &&
                btl_add(descriptor->physical, size, &end) && end <= ADDRESS_END;
    if (descriptor->pages == 0 || (take && !fits))
        return false;
    if (!fits)
        end = ADDRESS_END;
    end = take ? end & ~PAGE_MASK : (end + PAGE_MASK) & ~PAGE_MASK;
    if (start >= end)
        return false;
    *ret_start = start;
    *ret_end = end;
    return true;
}

static int compare_u64(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

// Sort by start. The other keys make the result independent of the firmware's order.
static int compare_descriptors(const void *a, const void *b, void *context)
{
    struct btl_efi_memory x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    int order = compare_u64(round_to_page(&x), round_to_page(&y));
    if (order == 0)
        order = compare_u64(x.pages, y.pages);
    if (order == 0)
        order = compare_u64(x.type, y.type);
    return order != 0 ? order : compare_u64(x.attributes, y.attributes);
}

static int compare_own(const void *a, const void *b, void *context)
{
    const struct btl_own_range *x = a, *y = b;
    return compare_u64(x->start, y->start);
}

static void memmap_add(struct sweep *sweep, const struct btlm_memory *entry)
{
    struct btlm_memory *last = &sweep->last;
    if (sweep->needed > 0 && last->start + last->size == entry->start &&
        last->type == entry->type && last->efi_type == entry->efi_type &&
        last->attributes == entry->attributes) {
        last->size += entry->size;
    } else {
        *last = *entry;
        sweep->needed++;
    }
    if (sweep->needed <= sweep->capacity)
        sweep->map[sweep->needed - 1] = *last;
}

// Merge the descriptors that start at or before `address`. Return the start of the next one.
static uint64_t memmap_merge_descriptors(struct sweep *sweep, uint64_t address)
{
    for (; sweep->next < sweep->count; sweep->next++) {
        struct btl_efi_memory descriptor = parse_descriptor(sweep, sweep->next);
        uint64_t start, end;
        if (!descriptor_range(&descriptor, &start, &end))
            continue;
        if (start > address)
            return start;
        struct active *active = &sweep->active[descriptor_type(descriptor.type)];
        if (end > active->end)
            *active = (struct active){end, descriptor.type, descriptor.attributes};
    }
    return ADDRESS_END;
}

// Return the own range that contains `address`, or NULL. *ret_boundary: the next address where the
// answer changes.
static const struct btl_own_range *own_range_at(struct sweep *sweep, uint64_t address,
                                                uint64_t *ret_boundary)
{
    for (; sweep->own_next < sweep->own_count; sweep->own_next++) {
        const struct btl_own_range *own = &sweep->own[sweep->own_next];
        uint64_t end;
        if (!btl_add(own->start, own->size, &end) || end > ADDRESS_END)
            end = ADDRESS_END;
        if (end <= address)
            continue;
        *ret_boundary = own->start > address ? own->start : end;
        return own->start > address ? NULL : own;
    }
    *ret_boundary = ADDRESS_END;
    return NULL;
}

// Return the most restrictive type at `address`, or BTLM_MEM_TYPES when no descriptor covers it.
static enum btlm_memory_type memmap_winner(const struct sweep *sweep, uint64_t address)
{
    for (size_t i = BTL_COUNT(restrictive); i > 0; i--) {
        if (sweep->active[restrictive[i - 1]].end > address)
            return restrictive[i - 1];
    }
    return BTLM_MEM_TYPES;
}

static uint64_t lower_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

// Add the entry from `address` to the next boundary of a descriptor or own range. Return the
// boundary.
static uint64_t memmap_step(struct sweep *sweep, uint64_t address)
{
    uint64_t own_boundary, end = memmap_merge_descriptors(sweep, address);
    const struct btl_own_range *own = own_range_at(sweep, address, &own_boundary);
    end = lower_u64(end, own_boundary);
    enum btlm_memory_type type = memmap_winner(sweep, address);
    struct btlm_memory entry = {.start = address, .type = type};
    if (type != BTLM_MEM_TYPES) {
        end = lower_u64(end, sweep->active[type].end);
        entry.efi_type = sweep->active[type].efi_type;
        entry.attributes = sweep->active[type].attributes;
    }
    if (own != NULL)
        entry.type = own->type;
    entry.size = end - address;
    if (own != NULL || type != BTLM_MEM_TYPES)
        memmap_add(sweep, &entry);
    return end;
}

uint64_t btl_memmap_build(void *descriptors, uint64_t size, uint64_t stride,
                          struct btl_own_range *own, uint64_t own_count,
                          struct btlm_memory *ret_map, uint64_t capacity)
{
    if (stride < sizeof(struct btl_efi_memory))
        return 0;
    struct sweep sweep = {.descriptors = descriptors,
                          .stride = stride,
                          .count = size / stride,
                          .own = own,
                          .own_count = own_count,
                          .map = ret_map,
                          .capacity = capacity};
    btl_sort(descriptors, sweep.count, stride, compare_descriptors, NULL);
    btl_sort(own, own_count, sizeof(*own), compare_own, NULL);
    // Each step passes a start or an end: at most two per descriptor and own range.
    for (uint64_t address = 0; address < ADDRESS_END;)
        address = memmap_step(&sweep, address);
    return sweep.needed;
}

// SPDX-License-Identifier: BSD-2-Clause
// Page tables of the Limine protocol. Unlike those of BTL's protocol they have the page size that
// fits each range, because the protocol says what is not mapped, and the framebuffer is
// write-combining.
#include <btl/boot.h>

#include "tables.h"
#include "x86_64/limine.h"

#define PAGE         ((uint64_t)BTL_PAGE_SIZE)
#define FOUR_GIB     (4 * GIB)
#define WC_PAGE      (1ull << 7 | 1ull << 3)  // PAT entry 5: PAT and PWT
#define WC_LARGE     (1ull << 12 | 1ull << 3) // in entries of large pages
#define DIRECT_SLOT  256u
#define EFI_RESERVED 0u

// Map one page of size 4 KiB << 9 * level.
static bool map_leaf(struct paging *paging, uint64_t address, uint64_t physical, unsigned level,
                     bool combining)
{
    bool upper = address >> 63 != 0;
    uint64_t *table = paging_half(paging, upper ? SLOTS - 1 : 0);
    for (unsigned at = 3; table != NULL && at > level; at--)
        table = paging_descend(paging, table, SLOT_OF(address, at));
    if (table == NULL)
        return false;
    uint64_t bits = PRESENT | WRITE | (level > 0 ? LARGE : 0);
    if (combining)
        bits |= level > 0 ? WC_LARGE : WC_PAGE;
    table[SLOT_OF(address, level)] = physical | bits;
    return true;
}

// Map [start, end) of physical memory, which is not mapped yet, in the direct map.
static bool map_range(struct paging *paging, uint64_t start, uint64_t end, bool combining)
{
    while (start < end) {
        unsigned level = 0;
        if (start % LARGE_SIZE == 0 && end - start >= LARGE_SIZE)
            level = 1;
        if (start % GIB == 0 && end - start >= GIB && paging->cpu.huge_pages)
            level = 2;
        if (!map_leaf(paging, BTL_X86_64_DIRECT_MAP + start, start, level, combining))
            return false;
        start += PAGE << (9 * level);
    }
    if (end > paging->physical_end)
        paging->physical_end = end;
    return true;
}

// Map [start, end) without the framebuffer.
static bool map_around(struct paging *paging, const struct limine_space *space, uint64_t start,
                       uint64_t end)
{
    uint64_t hole = space->framebuffer, hole_end = hole + space->framebuffer_size;
    if (hole_end <= start || hole >= end || hole == hole_end)
        return map_range(paging, start, end, false);
    return (hole <= start || map_range(paging, start, hole, false)) &&
           (hole_end >= end || map_range(paging, hole_end, end, false));
}

// Memory that is reserved is mapped too: firmware takes the pages of the manifest, which is
// allocated later, from memory that its map already calls reserved.
static bool is_mapped(const struct btlm_memory *entry, uint32_t revision)
{
    return entry->efi_type == EFI_RESERVED ||
           btl_limine_is_mapped(btl_limine_memory_type(entry->type), revision);
}

// Map the memory map's entries, each run of neighbours as one range. Up to revision 2 the first
// 4 GiB are mapped, whatever is there.
static bool map_memory(struct paging *paging, const struct limine_space *space)
{
    uint64_t limit = 1ull << (paging->cpu.physical_bits < 46 ? paging->cpu.physical_bits : 46);
    uint64_t start = 0, end = space->revision <= 2 ? FOUR_GIB : 0;
    for (uint64_t i = 0; i < space->count; i++) {
        const struct btlm_memory *entry = &space->map[i];
        uint64_t from = entry->start, to = entry->start + entry->size;
        if (!is_mapped(entry, space->revision))
            continue;
        to = to < limit ? to : limit;
        if (from > end) {
            if (!map_around(paging, space, start, end))
                return false;
            start = from;
        }
        if (to > end && from <= to)
            end = to;
    }
    return map_around(paging, space, start, end);
}

// Base revision 0 has the direct map one to one as well: the same tables.
static void map_identity(struct paging *paging)
{
    uint64_t *lower = paging_half(paging, 0), *upper = paging_half(paging, SLOTS - 1);
    for (uint64_t i = 0; lower != NULL && upper != NULL && i < DIRECT_SLOT - 1; i++)
        lower[i] = upper[DIRECT_SLOT + i];
}

static bool map_code(struct paging *paging, const struct limine_space *space)
{
    return map_leaf(paging, paging->code_page, paging->code_page, 0, false) &&
           (space->trampoline == 0 ||
            map_leaf(paging, space->trampoline, space->trampoline, 0, false));
}

bool paging_build_limine(struct paging *paging, const struct limine_space *space)
{
    paging->root = paging->alloc_table(paging->owner);
    paging->physical_end = 0;
    if (paging->root == 0 || paging_half(paging, 0) == NULL || !map_memory(paging, space))
        return false;
    uint64_t end = space->framebuffer + space->framebuffer_size;
    if (space->framebuffer_size != 0 && !map_range(paging, space->framebuffer, end, true))
        return false;
    if (space->revision > 0)
        return map_code(paging, space);
    map_identity(paging);
    return true;
}

// SPDX-License-Identifier: BSD-2-Clause
// x86-64 page tables (Intel SDM volume 3, 4.5). Physical memory is mapped a GiB at a time:
//
//   root (PML4, or PML5 -> PML4)
//     0   …        one to one      -+-> the same tables of 512 GiB each. The entries of the direct
//     256 …        direct map   NX -+   map carry NX, so that the code page is executable one to
//     511          window               one only.
#include <btl/boot.h>
#include <btl/elf_format.h>
#include <btl/link.h>

#include "paging.h"
#include "x86_64/tables.h"

#define DIRECT_SLOT  256u
#define WINDOW_SLOT  511u
#define DIRECT_SLOTS (WINDOW_SLOT - DIRECT_SLOT) // of 512 GiB each

const uint16_t loader_machine = ELF_MACHINE_X86_64;
_Static_assert(BTL_X86_64_DIRECT_MAP_SIZE <= DIRECT_SLOTS * SLOTS * GIB, "slots of the direct map");

static uint64_t *table_at(uint64_t entry)
{
    return (uint64_t *)(uintptr_t)(entry & ADDRESS);
}

uint64_t *paging_descend(struct paging *paging, uint64_t *table, uint64_t slot)
{
    if ((table[slot] & PRESENT) == 0) {
        uint64_t page = paging->alloc_table(paging->owner);
        if (page == 0)
            return NULL;
        table[slot] = page | PRESENT | WRITE;
    }
    return table_at(table[slot]);
}

uint64_t *paging_half(struct paging *paging, uint64_t top_slot)
{
    uint64_t *root = table_at(paging->root);
    return paging->cpu.five_levels ? paging_descend(paging, root, top_slot) : root;
}

// Map the 2 MiB around the code page with single pages.
static bool map_around_code(struct paging *paging, uint64_t *directory, uint64_t slot,
                            uint64_t start)
{
    uint64_t *pages = paging_descend(paging, directory, slot);
    if (pages == NULL)
        return false;
    for (uint64_t i = 0; i < SLOTS; i++) {
        uint64_t page = start + i * BTL_PAGE_SIZE;
        pages[i] = page | PRESENT | (page == paging->code_page ? 0 : WRITE | NO_EXECUTE);
    }
    return true;
}

// Map the GiB at `start` with table[slot].
static bool map_gib(struct paging *paging, uint64_t *table, uint64_t slot, uint64_t start)
{
    bool has_code = start <= paging->code_page && paging->code_page < start + GIB;
    if (paging->cpu.huge_pages && !has_code) {
        table[slot] = start | PRESENT | WRITE | LARGE | NO_EXECUTE;
        return true;
    }
    uint64_t *directory = paging_descend(paging, table, slot);
    if (directory == NULL)
        return false;
    for (uint64_t i = 0; i < SLOTS; i++) {
        uint64_t at = start + i * LARGE_SIZE;
        if (at <= paging->code_page && paging->code_page < at + LARGE_SIZE) {
            if (!map_around_code(paging, directory, i, at))
                return false;
        } else {
            directory[i] = at | PRESENT | WRITE | LARGE | NO_EXECUTE;
        }
    }
    return true;
}

// Map the GiB at `start`, if not mapped yet, in both maps.
static bool map_one(struct paging *paging, uint64_t start)
{
    uint64_t *lower = paging_half(paging, 0), *upper = paging_half(paging, WINDOW_SLOT);
    if (lower == NULL || upper == NULL)
        return false;
    uint64_t slot = start / (SLOTS * GIB);
    uint64_t *table = paging_descend(paging, lower, slot);
    if (table == NULL)
        return false;
    upper[DIRECT_SLOT + slot] = lower[slot] | NO_EXECUTE;
    if ((table[SLOT_OF(start, 2)] & PRESENT) != 0)
        return true;
    return map_gib(paging, table, SLOT_OF(start, 2), start);
}

static uint64_t physical_limit(const struct paging *paging)
{
    uint64_t limit = BTL_X86_64_DIRECT_MAP_SIZE;
    if (!paging->cpu.five_levels) // the lower half has 256 slots, more than the direct map
        limit = limit < 256 * SLOTS * GIB ? limit : 256 * SLOTS * GIB;
    uint8_t bits = paging->cpu.physical_bits;
    return bits < 48 && (1ull << bits) < limit ? 1ull << bits : limit;
}

bool paging_map_physical(struct paging *paging, uint64_t start, uint64_t size)
{
    uint64_t end, limit = physical_limit(paging);
    if (!btl_add(start, size, &end) || end > limit)
        end = limit;
    for (uint64_t at = start & ~(GIB - 1); at < end; at += GIB) {
        if (!map_one(paging, at))
            return false;
        if (at + GIB > paging->physical_end)
            paging->physical_end = at + GIB;
    }
    return true;
}

bool paging_begin(struct paging *paging)
{
    paging->root = paging->alloc_table(paging->owner);
    paging->physical_end = 0;
    return paging->root != 0 && paging_map_physical(paging, 0, 4 * GIB);
}

bool paging_map_window(struct paging *paging, uint64_t address, uint64_t physical, uint64_t size,
                       uint8_t perm)
{
    uint64_t bits = PRESENT | ((perm & BTL_PERM_WRITE) != 0 ? WRITE : 0) |
                    ((perm & BTL_PERM_EXEC) != 0 ? 0 : NO_EXECUTE);
    for (uint64_t done = 0; done < size; done += BTL_PAGE_SIZE) {
        uint64_t *table = paging_half(paging, WINDOW_SLOT);
        for (unsigned level = 3; table != NULL && level > 0; level--)
            table = paging_descend(paging, table, SLOT_OF(address + done, level));
        if (table == NULL)
            return false;
        table[SLOT_OF(address + done, 0)] = (physical + done) | bits;
    }
    return true;
}

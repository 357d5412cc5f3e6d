// SPDX-License-Identifier: BSD-2-Clause
// ia64: the tree for the window (btl/boot.h), which the handlers of handoff_ia64.S read. Physical
// memory needs no tables: the handlers compute translations of regions 6 and 7 from the address.
#include <btl/boot.h>
#include <btl/elf_format.h>
#include <btl/link.h>

#include "paging.h"

#define LEVELS            3
#define SLOT_OF(v, level) (((v) >> (12 + 9 * (level))) & (BTL_IA64_TABLE_SLOTS - 1))

const uint16_t loader_machine = ELF_MACHINE_IA64;

static uint64_t *table_at(uint64_t entry)
{
    return (uint64_t *)(uintptr_t)(entry & BTL_IA64_PTE_ADDRESS);
}

// Return the table below table[slot], allocated on first use. NULL: no memory.
static uint64_t *descend(struct paging *paging, uint64_t *table, uint64_t slot)
{
    if (table[slot] == 0) {
        uint64_t page = paging->alloc_table(paging->owner);
        if (page == 0)
            return NULL;
        table[slot] = page | BTL_IA64_PTE_PRESENT;
    }
    return table_at(table[slot]);
}

bool paging_begin(struct paging *paging)
{
    paging->root = paging->alloc_table(paging->owner);
    paging->physical_end = 0;
    return paging->root != 0;
}

bool paging_map_physical(struct paging *paging, uint64_t start, uint64_t size)
{
    uint64_t end, limit = BTL_IA64_PHYSICAL_END;
    if (paging->cpu.physical_bits < 50)
        limit = 1ull << paging->cpu.physical_bits;
    if (!btl_add(start, size, &end) || end > limit)
        end = limit;
    end = (end + BTL_PAGE_SIZE - 1) & ~((uint64_t)BTL_PAGE_SIZE - 1);
    if (start < end && end > paging->physical_end)
        paging->physical_end = end;
    return true;
}

// Build a translation. An executable page is never writable.
static uint64_t translation(uint64_t physical, uint8_t perm)
{
    uint64_t rights = BTL_IA64_PTE_R;
    if ((perm & BTL_PERM_WRITE) != 0)
        rights = BTL_IA64_PTE_RW;
    else if ((perm & BTL_PERM_EXEC) != 0)
        rights = BTL_IA64_PTE_RX;
    return physical | rights | BTL_IA64_PTE_PRESENT | BTL_IA64_PTE_WRITE_BACK |
           BTL_IA64_PTE_ACCESSED | BTL_IA64_PTE_DIRTY;
}

bool paging_map_window(struct paging *paging, uint64_t address, uint64_t physical, uint64_t size,
                       uint8_t perm)
{
    for (uint64_t done = 0; done < size; done += BTL_PAGE_SIZE) {
        uint64_t *table = table_at(paging->root);
        for (unsigned level = LEVELS - 1; table != NULL && level > 0; level--)
            table = descend(paging, table, SLOT_OF(address + done, level));
        if (table == NULL)
            return false;
        table[SLOT_OF(address + done, 0)] = translation(physical + done, perm);
    }
    return true;
}

// SPDX-License-Identifier: BSD-2-Clause
// Purging of translations; ptr purges registers and caches. Of the loader's registers, arch_init()
// purges those of the hand-off area, and arch_space_use() those of the window before the kernel's
// own tree is used: entering a large page over a register is a machine check. The vectors are
// pinned in region 4 (cpu.c), which is never purged.
#include "arch/ia64/paging.h"
#include "base/arch.h"
#include "base/handoff.h"

#include <btl/kernel.h>

// Sizes that ptr takes, largest first (SDM volume 2, 4.1.1.5).
static const uint8_t purge_bits[] = {32, 28, 26, 24, 22, 20, 18, 16, 14, 13, 12};

#define PURGE_LARGEST (1ull << 32)

static uint8_t bits_for(uint64_t virtual, uint64_t size)
{
    size_t i = 0;

    while (i + 1 < BTL_COUNT(purge_bits) &&
           ((virtual & ((1ull << purge_bits[i]) - 1)) || size < 1ull << purge_bits[i]))
        i++;
    return purge_bits[i];
}

void arch_tlb_purge(uint64_t virtual, uint64_t size)
{
    while (size > 0) {
        uint8_t bits = bits_for(virtual, size);

        purge_registers(virtual, bits);
        virtual += 1ull << bits;
        size -= 1ull << bits;
    }
    serialize();
}

// Purge the direct map where there is memory; ranges ascend.
static void purge_direct_map(void)
{
    const struct btl_manifest *manifest = handoff_manifest();
    uint64_t done = 0;

    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_MEMORY); i++) {
        const struct btlm_memory *range = btl_manifest_entry(manifest, BTLM_MEMORY, i);
        uint64_t start = range->start & ~(PURGE_LARGEST - 1), end = range->start + range->size;

        end = (end + PURGE_LARGEST - 1) & ~(PURGE_LARGEST - 1);
        if (start < done)
            start = done;
        if (start >= end)
            continue;
        arch_tlb_purge(BTL_IA64_DIRECT_MAP + start, end - start);
        done = end;
    }
}

// Between the first purge and the write, misses enter pages of the old tree again, which the second
// purge drops.
void arch_space_use(const struct arch_space *space)
{
    arch_tlb_purge(BTL_IA64_WINDOW, BTL_IA64_WINDOW_SIZE);
    write_root(space->root);
    serialize();
    arch_tlb_purge(BTL_IA64_WINDOW, BTL_IA64_WINDOW_SIZE);
    purge_direct_map();
}

// SPDX-License-Identifier: BSD-2-Clause
// Page frames by owner: a summary, and a check against the memory map.
#include "base/handoff.h"
#include "vm/early.h"
#include "vm/kmem.h"
#include "vm/page.h"
#include "vm/vm.h"
#include "vm/window.h"

void vm_summary(struct btl_out *out)
{
    struct early_stats early = early_stats();

    btl_format(out, "page frames by owner (of %lu below 0x%lx):\n",
               (pfdat_frames() - pages_owned(PF_HOLE)), (pfdat_frames() * BTL_PAGE_SIZE));
    for (int owner = PF_HOLE + 1; owner < PF_COUNT; owner++) {
        uint64_t pages = pages_owned(owner);
        if (pages > 0)
            btl_format(out, "  %-16s %8lu pages  %8pB\n", pf_owner_name(owner), pages,
                       BTL_BYTES(pages * BTL_PAGE_SIZE));
    }
    btl_format(out, "memory of phase 1: %pB, in use %pB, at most %pB (early_size)\n",
               BTL_BYTES(early.size), BTL_BYTES(early.in_use), BTL_BYTES(early.most));
    btl_format(out, "kmem in use %pB, window free %pB\n", BTL_BYTES(kmem_stats().bytes),
               BTL_BYTES(window_free_bytes()));
}

bool vm_accounts_balance(uint64_t *ret_pages, uint64_t *ret_mapped)
{
    const struct btl_manifest *manifest = handoff_manifest();
    uint64_t mapped = 0, top = pfdat_frames() * BTL_PAGE_SIZE;

    for (uint64_t i = 0; i < btl_manifest_count(manifest, BTLM_MEMORY); i++) {
        const struct btlm_memory *range = btl_manifest_entry(manifest, BTLM_MEMORY, i);
        uint64_t end = range->start + range->size;
        if (range->start < top)
            mapped += ((end < top ? end : top) - range->start) / BTL_PAGE_SIZE;
    }
    *ret_pages = pfdat_frames() - pages_owned(PF_HOLE);
    *ret_mapped = mapped;
    return pages_verify() && *ret_pages == mapped;
}

// SPDX-License-Identifier: BSD-2-Clause
// Checks the caching of the first page of each range of the memory map: a speculative load of an
// uncached page gives nothing.
#include <btl/kernel.h>
#include <btl/manifest.h>
#include <btl/module.h>

// Probe first to load the translation; a speculative load would be deferred without it.
static bool is_cached(const void *at)
{
    uint64_t gives_nothing = 0;

    __asm__ volatile("probe.r r14 = %1, 0 ;;\n\t"
                     "ld1.s r14 = [%1] ;;\n\t"
                     "tnat.nz p6, p0 = r14 ;;\n\t"
                     "(p6) mov %0 = 1 ;;"
                     : "+r"(gives_nothing)
                     : "r"(at)
                     : "r14", "p6");
    return !gives_nothing;
}

static int cached_load(const struct btl_load_args *args)
{
    size_t size;
    const uint8_t *manifest = boot_manifest(&size);
    const struct btlm_header *header = (const void *)manifest;
    const struct btlm_table *table = (const void *)(manifest + header->directory);
    unsigned cached = 0, uncached = 0, wrong = 0;

    while (table->kind != BTLM_MEMORY)
        table++;
    for (uint64_t i = 0; i < table->count; i++) {
        const struct btlm_memory *range =
            (const void *)(manifest + table->offset + i * table->entry_size);
        bool is = is_cached(phys_to_virt(range->start));
        cached += is;
        uncached += !is;
        wrong += is != btlm_is_write_back(range);
    }
    kprintf("cached: %u ranges cached, %u uncached, %u wrong\n", cached, uncached, wrong);
    return 0;
}

BTL_MODULE("cached", .load = cached_load);
BTL_PHASES("BOOT1,BOOT2,RUN");
BTL_NEEDS("kernel:1.0");

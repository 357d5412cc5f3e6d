// SPDX-License-Identifier: BSD-2-Clause
// Each allocation knows the code that called. Devices see physical addresses, and the processor's
// caches are coherent with them on all machines that this kernel runs on.
#include "vm/dma.h"

#include "base/lock.h"
#include "vm/page.h"
#include "vm/tables.h"
#include "vm/vm.h"

#include <btl/kernel.h>

struct dma {
    struct dma *next;
    uint64_t physical, pages;
    const void *caller;
};

static struct dma *allocations;

uint64_t dma_address(const void *memory, size_t size)
{
    uint64_t at = (uint64_t)(uintptr_t)memory, first, physical;
    uint64_t inside = at % BTL_PAGE_SIZE;
    uint32_t flags;

    if (size == 0 || !vm_ready() || !space_translate(vm_space(), at, &first, &flags))
        return 0;
    for (uint64_t done = BTL_PAGE_SIZE - inside; done < size; done += BTL_PAGE_SIZE)
        if (!space_translate(vm_space(), at + done, &physical, &flags) || physical != first + done)
            return 0;
    return first;
}

void *dma_alloc(size_t size, uint64_t below, uint64_t *ret_physical)
{
    const void *caller = __builtin_return_address(0);
    uint64_t bytes;
    struct dma *dma;

    handler_forbid("dma_alloc", caller);
    if (size == 0 || !vm_ready() || !btl_round_up(size, BTL_PAGE_SIZE, &bytes))
        return NULL;
    dma = kmem_alloc(sizeof(*dma));
    if (dma == NULL)
        return NULL;
    *dma = (struct dma){.next = allocations, .pages = bytes / BTL_PAGE_SIZE, .caller = caller};
    if (!pages_alloc_below(dma->pages, below, PF_PAGES, &dma->physical)) {
        kmem_free(dma);
        return NULL;
    }
    allocations = dma;
    *ret_physical = dma->physical;
    return phys_to_virt(dma->physical);
}

void dma_free(void *memory)
{
    const void *caller = __builtin_return_address(0);

    handler_forbid("dma_free", caller);
    if (memory == NULL)
        return;
    for (struct dma **at = &allocations; *at != NULL; at = &(*at)->next) {
        struct dma *dma = *at;
        if (phys_to_virt(dma->physical) != memory)
            continue;
        *at = dma->next;
        pages_free(dma->physical, dma->pages, PF_PAGES);
        kmem_free(dma);
        return;
    }
    kpanic("dma_free: %p was not allocated by dma_alloc", memory);
}

void dma_forget(struct btl_str module, uint64_t start, uint64_t end)
{
    uint64_t pages = 0;

    for (struct dma **at = &allocations; *at != NULL;) {
        struct dma *dma = *at;
        if ((uint64_t)(uintptr_t)dma->caller - start >= end - start) {
            at = &dma->next;
            continue;
        }
        pages += dma->pages;
        *at = dma->next;
        kmem_free(dma);
    }
    if (pages > 0)
        kprintf("%pS: did not free %pB of memory for DMA; it stays allocated, because its device "
                "may still write to it\n",
                &module, BTL_BYTES(pages * BTL_PAGE_SIZE));
}

// SPDX-License-Identifier: BSD-2-Clause
// The kernel's heap, behind kmem_alloc() and kmem_free() of btl/kernel_exports.def. Before the VM
// runs, memory comes from the early arena (early.h), then from size classes on pages. Memory of
// either kind may be freed at any time.
#ifndef KERNEL_VM_KMEM_H
#define KERNEL_VM_KMEM_H

#include <btl/types.h>

// Let kmem_alloc() use pages from now on.
void kmem_init(void);

struct kmem_stats {
    uint64_t allocations, frees; // successful calls after kmem_init()
    uint64_t bytes;              // in use, as rounded up
};
struct kmem_stats kmem_stats(void);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// The kernel's heap, behind kmem_alloc() and kmem_free() of btl/kernel_exports.def. Before the VM
// runs they serve from the early arena (early.h), after it from size classes on pages; memory of
// either kind may be freed at any time.
#ifndef KERNEL_VM_KMEM_H
#define KERNEL_VM_KMEM_H

#include <btl/types.h>

// From now on kmem_alloc() takes pages.
void kmem_init(void);

struct kmem_stats {
    uint64_t allocations, frees; // calls that succeeded, after kmem_init()
    uint64_t bytes;              // in use, as rounded up
};
struct kmem_stats kmem_stats(void);

#endif

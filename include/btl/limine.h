// SPDX-License-Identifier: BSD-2-Clause
// For kernels of the Limine boot protocol: the request for BTL's boot manifest. Another loader does
// not know the request, and leaves `response` as it is. docs/limine.md says how it is used.
#ifndef BTL_LIMINE_H
#define BTL_LIMINE_H

#include <btl/types.h>

BTL_BEGIN_DECLS

#define BTL_LIMINE_MANIFEST_REQUEST                                                                \
    {                                                                                              \
        0xc7b1dd30df4c8b88, 0x0a82e883a194f07b, 0xa8327bb64e4b862b, 0x9496755583b51401             \
    }

struct btl_limine_manifest_response {
    uint64_t revision;    // 0
    const void *manifest; // btl/manifest.h; in the direct map
    uint64_t size;        // bytes of memory, at least the manifest's total_size
};

struct btl_limine_manifest_request {
    uint64_t id[4]; // BTL_LIMINE_MANIFEST_REQUEST
    uint64_t revision;
    struct btl_limine_manifest_response *response;
};

BTL_END_DECLS

#endif

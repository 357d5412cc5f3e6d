// SPDX-License-Identifier: BSD-2-Clause
// What kind of kernel a file is, by its content.
#include "linux_format.h"
#include "pe_format.h"
#include <btl/kernel_kind.h>

#include <btl/mem.h>
#include <btl/pe.h>

// The first two words of every request of the Limine protocol. Their bits are inverted, and
// volatile keeps the compiler from inverting them back: a kernel of BTL's protocol that links this
// file would look like one with requests.
static const volatile uint64_t limine_inverted[] = {~0xc7b1dd30df4c8b88u, ~0x0a82e883a194f07bu};

static bool kind_has_magic(struct btl_bytes file, uint64_t offset, const char *magic, size_t size)
{
    return btl_in_range(offset, size, file.size) && memcmp(file.at + offset, magic, size) == 0;
}

// Requests are aligned to 8 bytes in memory; segments lie in the file as they do in memory, modulo
// their alignment.
static bool kind_has_limine_request(struct btl_bytes file)
{
    const uint64_t first = limine_inverted[0], second = limine_inverted[1];
    uint64_t words[2];
    for (size_t i = 0; btl_in_range(i, sizeof(words), file.size); i += sizeof(words[0])) {
        memcpy(words, file.at + i, sizeof(words));
        if (~words[0] == first && ~words[1] == second)
            return true;
    }
    return false;
}

static bool kind_is_uki(struct btl_bytes file)
{
    struct btl_pe pe;
    return btl_pe_open(file, 0, (struct btl_place){0}, &pe, NULL) &&
           btl_pe_find(&pe, BTL_STR(".linux")).size > 0;
}

enum btl_kernel_kind btl_kernel_kind_of(struct btl_bytes file)
{
    if (kind_has_magic(file, 0, "\177ELF", 4))
        return kind_has_limine_request(file) ? BTL_KERNEL_LIMINE : BTL_KERNEL_BTL;
    if (!kind_has_magic(file, 0, "MZ", 2))
        return BTL_KERNEL_BTL;
    if (kind_has_magic(file, LINUX_MAGIC, "HdrS", 4))
        return BTL_KERNEL_LINUX;
    return kind_is_uki(file) ? BTL_KERNEL_UKI : BTL_KERNEL_EFI;
}

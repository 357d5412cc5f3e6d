// SPDX-License-Identifier: BSD-2-Clause
// SHA-256 of files, as fast as the processor can; one hash_ARCH.c for each architecture.
#ifndef BTL_EFI_HASH_H
#define BTL_EFI_HASH_H

#include <btl/hash.h>

void hash_file(struct btl_bytes bytes, uint8_t ret_digest[32]);

#endif

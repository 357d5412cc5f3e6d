// SPDX-License-Identifier: BSD-2-Clause
// SHA-256 of files, accelerated where the processor can. Each architecture has its hash.c.
#ifndef BTL_EFI_HASH_H
#define BTL_EFI_HASH_H

#include <btl/hash.h>

// Does hash_file() use instructions for SHA-256?
bool hash_is_fast(void);
void hash_file(struct btl_bytes bytes, uint8_t ret_digest[32]);

#endif

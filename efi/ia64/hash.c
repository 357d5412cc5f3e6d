// SPDX-License-Identifier: BSD-2-Clause
#include "hash.h"

bool hash_is_fast(void)
{
    return false;
}

void hash_file(struct btl_bytes bytes, uint8_t ret_digest[32])
{
    btl_sha256(bytes, ret_digest);
}

// SPDX-License-Identifier: BSD-2-Clause
// What every way of computing SHA-256 has in common.
#ifndef BTL_CORE_SHA256_H
#define BTL_CORE_SHA256_H

#include <stdint.h>

extern const uint32_t btl_sha256_constants[64]; // FIPS 180-4, section 4.2.2

#endif

// SPDX-License-Identifier: BSD-2-Clause
// Interface entropy:1.0.
#ifndef BTL_MODULES_ENTROPY_H
#define BTL_MODULES_ENTROPY_H

#include <btl/types.h>

void random_bytes(void *bytes, size_t count);
uint64_t random_below(uint64_t limit); // uniform in [0, limit); limit > 0

#endif

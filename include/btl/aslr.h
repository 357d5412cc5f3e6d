// SPDX-License-Identifier: BSD-2-Clause
// Random addresses (aslr="YES"): numbers out of the random seed, and the offsets chosen with them.
#ifndef BTL_ASLR_H
#define BTL_ASLR_H

#include <btl/str.h>

BTL_BEGIN_DECLS

#define BTL_ASLR_SEED    64 // bytes
#define BTL_ASLR_NUMBERS 4

// Labels: the loader's numbers, and those of the reference kernel for its later modules.
#define BTL_ASLR_LOADER "btl:kaslr"
#define BTL_ASLR_KERNEL "btl:kaslr:window"

// Bytes over which a base is spread; less in a small window. The steps are the alignment: 18 bits
// for a kernel aligned to 4 KiB, 15 for phase-1 modules, 12 at either end of the range of later
// ones.
#define BTL_ASLR_KERNEL_SPACE  (1ull << 30)
#define BTL_ASLR_MODULES_SPACE (128ull << 20)
#define BTL_ASLR_LATER_SPACE   (256ull << 20)

enum { BTL_ASLR_OF_KERNEL, BTL_ASLR_OF_MODULES }; // indices of the loader's numbers

// Compute SHA-256(label || seed) as numbers. They do not tell the seed.
void btl_aslr_numbers(struct btl_str label, const uint8_t seed[BTL_AT_LEAST(BTL_ASLR_SEED)],
                      uint64_t ret_numbers[BTL_AT_LEAST(BTL_ASLR_NUMBERS)]);
// Return the multiple of `step` (a power of two, at least 2) in [0, space] that the number chooses.
uint64_t btl_aslr_offset(uint64_t number, uint64_t space, uint64_t step);

BTL_END_DECLS

#endif

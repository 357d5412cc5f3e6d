// SPDX-License-Identifier: BSD-2-Clause
// What a tunable is without a setting: the initial value of the module's variable, read out of its
// file. Nothing of the module runs.
#ifndef BTL_EFI_TUNABLE_DEFAULT_H
#define BTL_EFI_TUNABLE_DEFAULT_H

#include <btl/elf.h>

// As loader.conf would say it, at most `size` bytes with the NUL. False: the file does not have it
// where modules of this version have it.
bool tunable_default(const struct btl_elf *elf, struct btl_str name, char *ret, size_t size);

#endif

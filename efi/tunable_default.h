// SPDX-License-Identifier: BSD-2-Clause
// Default of a tunable: the initial value of the module's variable, read from its file.
#ifndef BTL_EFI_TUNABLE_DEFAULT_H
#define BTL_EFI_TUNABLE_DEFAULT_H

#include <btl/elf.h>

// Write the default in the syntax of loader.conf, at most `size` bytes with the NUL. False: not
// found in the file.
bool tunable_default(const struct btl_elf *elf, struct btl_str name, char *ret_text, size_t size);

#endif

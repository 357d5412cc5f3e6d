// SPDX-License-Identifier: BSD-2-Clause
// What a path on the boot volume may be. One rule for loader.conf and for the records of boot
// state.
#ifndef BTL_CORE_PATH_H
#define BTL_CORE_PATH_H

#include <btl/types.h>

enum path_fault { PATH_GOOD, PATH_TOO_LONG, PATH_CHARACTER, PATH_RELATIVE, PATH_DOTDOT };

// *ret_bad is the character of PATH_CHARACTER.
enum path_fault path_check(struct btl_str path, struct btl_str *ret_bad);

#endif

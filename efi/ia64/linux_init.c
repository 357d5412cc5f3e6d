// SPDX-License-Identifier: BSD-2-Clause
// There is no /btl/init for ia64: Linux kernels for it are no bzImages, and get no modules.
#include "../kernel.h"

const uint8_t linux_init_begin[1], linux_init_end[1];

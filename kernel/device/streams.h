// SPDX-License-Identifier: BSD-2-Clause
// Streams (btl/stream.h).
#ifndef KERNEL_STREAMS_H
#define KERNEL_STREAMS_H

#include "dlkm/types.h"

#include <btl/stream.h>

extern const struct type_ops streams_type;

#endif

// SPDX-License-Identifier: BSD-2-Clause
// A streams module without type data and without unload function.
#include "guest.h"

BTL_MODULE("nodata", .load = guest_load);
BTL_TYPE("streams_mod");

// SPDX-License-Identifier: BSD-2-Clause
// Has no unload function.
#include "guest.h"

BTL_MODULE("forever", .load = guest_load);
BTL_PHASES("BOOT2,RUN");

// SPDX-License-Identifier: BSD-2-Clause
#include "guest.h"

BTL_MODULE("misc", .load = guest_load, .unload = guest_unload);
BTL_PHASES("BOOT2,RUN");

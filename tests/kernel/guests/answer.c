// SPDX-License-Identifier: BSD-2-Clause
// Exports a function that is called through a stub.
#include "guest.h"

int answer(int question);

int answer(int question)
{
    return host.event("answer") + question;
}

BTL_MODULE("answer", .load = guest_load, .unload = guest_unload);
BTL_PHASES("BOOT2,RUN");
BTL_STUB_EXPORT(answer);

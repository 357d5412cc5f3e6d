// SPDX-License-Identifier: BSD-2-Clause
// Calls `answer` through its own stub, from its load function.
#include "guest.h"

// The test program lies too far away to be called directly.
int stub_enter(struct btl_stub *stub, void **ret_function)
{
    return host.stub_enter(stub, ret_function);
}
void stub_leave(struct btl_stub *stub)
{
    host.stub_leave(stub);
}

int answer(int question);
BTL_STUB("answer", int, answer, (int question), (question), btl_error);

static int asks_load(const struct btl_load_args *args)
{
    int error = guest_load(args);
    return error != 0 ? error : answer(1) < 0 ? answer(1) : 0;
}

BTL_MODULE("asks", .load = asks_load, .unload = guest_unload);
BTL_PHASES("BOOT2,RUN");

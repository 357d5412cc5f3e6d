// SPDX-License-Identifier: BSD-2-Clause
#include "watchdog.h"

fw_status watchdog_arm(struct firmware *fw)
{
    return fw->watchdog(fw, WATCHDOG_SECONDS);
}

void watchdog_off(struct firmware *fw)
{
    fw->watchdog(fw, 0);
}

fw_key watchdog_wait_key(struct firmware *fw, uint32_t milliseconds)
{
    watchdog_off(fw);
    fw_key key = fw->wait_key(fw, milliseconds);
    watchdog_arm(fw);
    return key;
}

// SPDX-License-Identifier: BSD-2-Clause
#include "older_loader.h"

#include "base/handoff.h"
#include "console/say.h"

// The additions of each minor version that this kernel uses. The code that reads an addition works
// without it; here is the message about the consequences.
static const struct {
    uint16_t minor;
    enum btl_code code;
} additions[] = {
    {2, BTL_RUN_OLDER_BOOT},    // table BOOT, BTLM_ON_ERROR()
    {3, BTL_RUN_OLDER_VOLUME},  // table VOLUME (1.1), and its kinds
    {4, BTL_RUN_OLDER_MAJORS},  // btlm_module.majors
    {5, BTL_RUN_OLDER_EVENTS},  // kinds of event, BTLM_BOOT_SAVED
    {6, BTL_RUN_OLDER_STATIC},  // BTLM_BUILT_IN
    {6, BTL_RUN_OLDER_PENDING}, // BTLM_BOOT_APPLIED
    // 1.7: a loader before it arms no hardware watchdog, so nothing is missing.
    // 1.8: a loader before it chooses no address at random, so BTLM_BOOT_ASLR is not set.
    // 1.8: the kernel only shows TRUST and EVENT_LOG.
};
_Static_assert(BTLM_MINOR == 8, "a row for what the new minor version brings");

void older_loader_report(void)
{
    const struct btlm_header *header = handoff_manifest()->header;

    if (header->minor >= BTLM_MINOR)
        return;
    kernel_say(BTL_RUN_OLDER_LOADER, BTL_DEC(header->major), BTL_DEC(header->minor),
               BTL_DEC(BTLM_MAJOR), BTL_DEC(BTLM_MINOR));
    for (size_t i = 0; i < BTL_COUNT(additions); i++)
        if (header->minor < additions[i].minor)
            kernel_say(additions[i].code);
}

// SPDX-License-Identifier: BSD-2-Clause
// The level below which seals are revoked, in a variable that a running system can neither see nor
// change: it has no RUNTIME_ACCESS. If there is none, a running system may make one of this name
// with other attributes, which says nothing.
#include "boot.h"

#define SEAL_LEVEL_ATTRIBUTES 3u // NON_VOLATILE, BOOTSERVICE_ACCESS

// The content: 8 bytes, little-endian.
static const struct fw_variable seal_level = {
    .guid = BTL_VARIABLE_GUID, .name = "BtlSealLevel", .hidden = true};

// Read the level. A value that cannot be read could be any, so no seal reaches it.
uint64_t seal_level_read(struct boot *boot)
{
    struct firmware *fw = boot->fw;
    uint64_t level = 0, size = sizeof(level);
    uint32_t attributes = 0;
    fw_status status = fw->variable_get(fw, &seal_level, &level, &size, &attributes);
    if (status == FW_NOT_FOUND)
        return 0;
    if (status == FW_SUCCESS && size == sizeof(level) && attributes == SEAL_LEVEL_ATTRIBUTES)
        return level;
    if (status == FW_SUCCESS || status == FW_BUFFER_TOO_SMALL) {
        btl_report(boot->attempt.diags, BTL_SEAL_LEVEL_DAMAGED, (struct btl_place){0},
                   BTL_ARG_Z(seal_level.name));
        return 0;
    }
    btl_report(boot->attempt.diags, BTL_SEAL_LEVEL_UNREADABLE, (struct btl_place){0},
               BTL_ARG_Z(seal_level.name), BTL_ARG(fw_status_name(status)));
    return UINT64_MAX;
}

bool seal_level_raise(struct boot *boot)
{
    struct firmware *fw = boot->fw;
    struct btl_trust *trust = &boot->core.trust;
    uint64_t level = boot->attempt.sealed.seal.revoke;
    if (!trust->enforced || level <= trust->level)
        return true;
    fw_status status = fw->variable_set(fw, &seal_level, &level, sizeof(level));
    if (status == FW_SUCCESS) {
        trust->level = level;
        log_line(&boot->log, BTL_LOG_NOTE, "seals below level %lu are revoked from now on", level);
        return true;
    }
    btl_report(boot->attempt.diags, BTL_SEAL_LEVEL_UNWRITTEN, (struct btl_place){0}, BTL_DEC(level),
               BTL_ARG_Z(seal_level.name), BTL_ARG(fw_status_name(status)));
    return true;
}

// SPDX-License-Identifier: BSD-2-Clause
// Is every file compared with a verified seal? Decided once, before the first file is read, from
// variables that only the firmware and shim write.
#include "boot.h"

#include <btl/mem.h>

// clang-format off
#define GLOBAL_GUID {0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11, \
                     0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c}
#define SHIM_GUID   {0x50, 0xab, 0x5d, 0x60, 0x46, 0xe0, 0x00, 0x43, \
                     0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23}
// clang-format on

#define BOOT_ONLY (BTL_VARIABLE_ATTRIBUTES & ~4u) // without RUNTIME_ACCESS

static const struct fw_variable secure_boot = {.guid = GLOBAL_GUID, .name = "SecureBoot"};
static const struct fw_variable setup_mode = {.guid = GLOBAL_GUID, .name = "SetupMode"};
static const struct fw_variable mok_state = {.guid = SHIM_GUID, .name = "MokSBState"};

// Return the value of a variable of one byte; 0: there is none, or not with these attributes (0:
// any). `unread`: the value if the variable exists and cannot be read.
static uint8_t trust_read_byte(struct firmware *fw, const struct fw_variable *which,
                               uint32_t attributes, uint8_t unread)
{
    uint8_t value = 0;
    uint64_t size = sizeof(value);
    uint32_t got = 0;
    fw_status status = fw->variable_get(fw, which, &value, &size, &got);
    if (status == FW_NOT_FOUND || status == FW_UNSUPPORTED) // unsupported: there are no variables
        return 0;
    if (status != FW_SUCCESS || size != sizeof(value))
        return unread;
    return attributes == 0 || got == attributes ? value : 0;
}

bool trust_decide(struct boot *boot)
{
    struct firmware *fw = boot->fw;
    struct btl_trust *trust = &boot->core.trust;
    trust->secure_boot = trust_read_byte(fw, &secure_boot, 0, 1) != 0;
    if (!trust->secure_boot)
        return true;
    trust->setup_mode = trust_read_byte(fw, &setup_mode, 0, 0) == 1;
    trust->shim = boot->facts.shim;
    // shim then permits everything. A variable that a running system could have written says
    // nothing.
    trust->shim_off = trust->shim && trust_read_byte(fw, &mok_state, BOOT_ONLY, 0) == 1;
    trust->enforced = !trust->setup_mode && !trust->shim_off;
    if (trust->enforced)
        trust->level = seal_level_read(boot);
    log_line(&boot->log, BTL_LOG_INFO, "Secure Boot is on%s",
             trust->setup_mode ? ", in setup mode: seals are not enforced"
             : trust->shim_off ? ", but not shim's verification: seals are not enforced"
                               : ": seals are enforced");
    return true;
}

// A seal is verified once in a boot, as its file is read once: the firmware may measure it.
bool trust_verify(void *owner, const struct btl_boot_file *seal, struct btl_str *ret_status)
{
    struct boot *boot = owner;
    struct file *file = (struct file *)(uintptr_t)file_of(seal);
    if (!file->verified)
        file->verdict = boot->fw->verify_image(boot->fw, seal->bytes, seal->path);
    file->verified = true;
    *ret_status = fw_status_name(file->verdict);
    return file->verdict == FW_SUCCESS;
}

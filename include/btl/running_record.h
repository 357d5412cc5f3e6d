// SPDX-License-Identifier: BSD-2-Clause
// The running configuration, in the UEFI variable BtlBoot. docs/boot-state.md is the protocol.
//
// BtlTrial does not name what runs: after a fallback it names the configuration that was given up.
// The loader writes BtlBoot in each boot, for every kind of kernel, so that user space can confirm
// what runs. The variable is volatile: it lives exactly as long as the boot.
#ifndef BTL_RUNNING_RECORD_H
#define BTL_RUNNING_RECORD_H

#include <btl/boot_state.h>
#include <btl/manifest.h>

BTL_BEGIN_DECLS

// The end of the loader's log, as text, beside BtlBoot: for kernels that are EFI programs.
#define BTL_LOG_VARIABLE "BtlLog"

#define BTL_RUNNING_VARIABLE "BtlBoot" // of the GUID of btl/boot_state.h
// BOOTSERVICE_ACCESS | RUNTIME_ACCESS (UEFI 2.10, 8.2), without NON_VOLATILE.
#define BTL_RUNNING_ATTRIBUTES 6u
#define BTL_RUNNING_MAX        (sizeof(struct btl_running_wire) + BTL_RECORD_PATH_MAX)

// The format in the variable, little-endian. The path follows; no byte follows the path.
struct btl_running_wire {
    char magic[4];        // "BTLb"
    uint8_t version;      // 1; a reader rejects any other
    uint8_t how;          // enum btlm_boot_how
    uint16_t reserved;    // 0
    uint32_t checksum;    // CRC-32 of the whole, with this field 0
    uint32_t flags;       // BTLM_BOOT_
    uint16_t tries;       // of a trial; else 0
    uint16_t tries_left;  // at most `tries`
    uint32_t timeout;     // seconds in which the boot must be confirmed; 0: no limit
    uint32_t watchdog;    // seconds of the hardware watchdog that the loader armed; 0: none
    uint8_t sha256[32];   // of the configuration's text on the volume
    uint16_t path_length; // bytes
    uint16_t reserved2;   // 0
};
BTL_STATIC_ASSERT(sizeof(struct btl_running_wire) == 64, "wire");

struct btl_running {
    struct btl_str path; // of the configuration on the boot volume
    uint8_t sha256[32];
    enum btlm_boot_how how;
    uint32_t flags;
    uint32_t tries, tries_left, timeout, watchdog;
};

// May this boot be confirmed? A safe boot and one that was changed in the menu run something else
// than the configuration on the volume.
static inline bool btl_running_may_be_confirmed(const struct btl_running *running)
{
    return (running->flags & (BTLM_BOOT_SAFE | BTLM_BOOT_CHANGED)) == 0;
}

// Encode the record. Return its size, at most BTL_RUNNING_MAX; 0: no record can hold the path.
uint64_t btl_running_write(const struct btl_running *running,
                           uint8_t to[BTL_AT_LEAST(BTL_RUNNING_MAX)]);
// Decode a record. `path` points into `bytes`. False: no valid record; *ret_running is then empty.
bool btl_running_read(struct btl_bytes bytes, struct btl_running *ret_running);

BTL_END_DECLS

#endif

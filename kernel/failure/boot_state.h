// SPDX-License-Identifier: BSD-2-Clause
// What this boot leaves for the next one (btl/boot_state.h, docs/boot-state.md).
#ifndef KERNEL_BOOT_STATE_H
#define KERNEL_BOOT_STATE_H

#include "firmware/efi_runtime.h"

#include <btl/boot_state.h>
#include <btl/manifest.h>

// What the loader says about this boot; NULL when it is one that does not.
const struct btlm_boot *boot_entry(void);
// One of BTLM_BOOT_.
bool boot_has(uint32_t flag);

// BtlFailed: this configuration failed, for that reason. False: why it was not written has been
// said.
bool boot_record_failure(struct btl_str text);
// BtlGood: this configuration is good. False: why not has been said.
bool boot_ok(void);
bool boot_is_ok(void); // in this boot
// boot_ok() as kernel_options="boot-ok" wants it: not when a module without which the boot is not
// worth having is missing.
void boot_ok_by_itself(void);

// A variable, and the record in it.
struct boot_record {
    efi_status status; // of reading it
    uint8_t bytes[BTL_RECORD_MAX];
    uint64_t size;
    struct btl_record record; // its strings lie in `bytes`
};
void boot_record_load(enum btl_variable which, struct boot_record *ret);
// Writes it, unless it is there like this (*ret_new false). False: why not has been said.
bool boot_record_store(enum btl_variable which, const struct btl_record *record, bool *ret_new);

#endif

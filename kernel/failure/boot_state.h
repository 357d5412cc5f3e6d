// SPDX-License-Identifier: BSD-2-Clause
// The records that this boot leaves for the next one (btl/boot_state.h, docs/boot-state.md).
#ifndef KERNEL_BOOT_STATE_H
#define KERNEL_BOOT_STATE_H

#include "firmware/efi_runtime.h"

#include <btl/boot_state.h>
#include <btl/manifest.h>

// Return the loader's description of this boot; NULL: an old loader gave none.
const struct btlm_boot *boot_entry(void);
// Does it have one of the flags BTLM_BOOT_?
bool boot_has(uint32_t flag);

// Write BtlFailed: this configuration failed, for that reason. False: it was not written, and the
// reason was printed.
bool boot_record_failure(struct btl_str text);
// Write BtlGood: this configuration is good. False: it was not written, and the reason was printed.
bool boot_ok(void);
bool boot_is_ok(void); // did boot_ok() succeed in this boot?
// Call boot_ok() for kernel_options="boot-ok", unless an essential module failed.
void boot_ok_by_itself(void);

// A variable and its record.
struct boot_record {
    efi_status status; // of reading it
    uint8_t bytes[BTL_RECORD_MAX];
    uint64_t size;
    struct btl_record record; // its strings are in `bytes`
};
void boot_record_load(enum btl_variable which, struct boot_record *ret);
// Write a record, unless the variable has an identical one (*ret_new false). False: it was not
// written, and the reason was printed.
bool boot_record_store(enum btl_variable which, const struct btl_record *record, bool *ret_new);

#endif

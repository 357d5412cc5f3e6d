// SPDX-License-Identifier: BSD-2-Clause
// What boots leave for each other (btl/boot_state.h), read from outside a boot: from the directory
// in which Linux shows UEFI variables (efivarfs), or from the file of a virtual machine's firmware
// (varstore.h).
#ifndef BTL_HOST_VARIABLES_H
#define BTL_HOST_VARIABLES_H

#include <btl/boot_state.h>
#include <btl/run_record.h>
#include <btl/running_record.h>

#include "host.h"
#include "varstore.h"

#define VARIABLES_DEFAULT "/sys/firmware/efi/efivars"

// Of the GUID of a variable.
enum variable_vendor {
    VENDOR_BTL,
    VENDOR_FIRMWARE, // EFI_GLOBAL_VARIABLE
    VENDOR_SHIM,
    VENDOR_OVMF, // switches Secure Boot
    VARIABLE_VENDORS
};

struct variables {
    struct host *host;
    const char *source;    // as the user wrote it
    int directory;         // its descriptor; -1: a file, or closed
    struct varstore store; // of a file
    struct btl_boot_state state;
};

// Read the variables. `source`: a directory or a file. A record that cannot be used is reported as
// a warning and counts as absent. False: reported.
bool variables_open(struct host *host, const char *source, struct variables *ret_variables);
void variables_close(struct variables *variables);
// The content of one of the firmware's own variables (UEFI 2.10, 3.3), such as BootOrder. False: it
// does not exist, or cannot be read.
bool variables_firmware(const struct variables *variables, const char *name,
                        struct btl_bytes *ret_data);
// The content of a variable of this vendor, as variables_firmware().
bool variables_find(const struct variables *variables, enum variable_vendor vendor,
                    const char *name, struct btl_bytes *ret_data, uint32_t *ret_attributes);
// The kernel's record of a boot; its text stays valid. False: there is none, or it is damaged,
// which is reported as a warning.
bool variables_run(const struct variables *variables, struct btl_run *ret_run);
// What the loader says of the running system; its path stays valid. False: there is no record, or
// it cannot be of this boot, which is reported as a warning.
bool variables_running(const struct variables *variables, struct btl_running *ret_running);
// The end of the loader's log. False: there is none.
bool variables_log(const struct variables *variables, struct btl_str *ret_text);
// Does the directory or file exist?
bool variables_exist(const char *source);

// Write or delete a variable in a directory; files are read-only. A variable that has the content
// already is not written. False: reported, and the variable is unchanged.
bool variables_write(struct variables *variables, enum btl_variable which,
                     const struct btl_record *record);
bool variables_delete(struct variables *variables, enum btl_variable which);
// Delete the kernel's record of a boot, as variables_delete().
bool variables_delete_run(struct variables *variables);
// Write or delete one of the firmware's own variables, with the attributes of boot entries (UEFI
// 2.10, 3.3), as variables_write() and variables_delete().
bool variables_write_firmware(struct variables *variables, const char *name, struct btl_bytes data);
bool variables_delete_firmware(struct variables *variables, const char *name);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// What boots leave for each other (btl/boot_state.h), from outside the boot: in the directory in
// which Linux shows UEFI variables (efivarfs), or in the file of a virtual machine's firmware
// (varstore.h).
#ifndef BTL_HOST_VARIABLES_H
#define BTL_HOST_VARIABLES_H

#include <btl/boot_state.h>

#include "host.h"
#include "varstore.h"

#define VARIABLES_DEFAULT "/sys/firmware/efi/efivars"

struct variables {
    struct host *host;
    const char *source;    // as the user named it
    int directory;         // its descriptor; -1: a file, or closed
    struct varstore store; // of a file
    struct btl_boot_state state;
};

// Reads them. `source`: a directory or a file. A record that cannot be used is a warning, and
// counts as not there. False: reported.
bool variables_open(struct host *host, const char *source, struct variables *ret_variables);
void variables_close(struct variables *variables);
// The content of one of the firmware's own (UEFI 2.10, 3.3), such as BootOrder. False: there is
// none that can be read.
bool variables_firmware(struct variables *variables, const char *name, struct btl_bytes *ret_data);
// Is there such a directory or file at all?
bool variables_exist(const char *source);

// Into a directory alone. Nothing is written where that content lies already, and nothing deleted
// that is not there. False: reported, and the variable is as it was.
bool variables_write(struct variables *variables, enum btl_variable which,
                     const struct btl_record *record);
bool variables_delete(struct variables *variables, enum btl_variable which);

#endif

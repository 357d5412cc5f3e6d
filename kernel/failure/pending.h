// SPDX-License-Identifier: BSD-2-Clause
// Changes of loader.conf for the next boot, in BtlPending (btl/pending.h): kmadmin -b and -x,
// kmtune -w.
#ifndef KERNEL_PENDING_H
#define KERNEL_PENDING_H

#include "base/arena.h"
#include "failure/boot_state.h"

#include <btl/config.h>
#include <btl/pending.h>

// An edit of the record. One command is one edit, so that it writes the variable once.
struct pending_edit {
    struct heap_arena heap;
    struct boot_record stored; // BtlPending as it is
    struct btl_str text;       // of loader.conf, as the loader has read it
    struct btl_config config;  // of `text`
    struct btl_str lines;      // of the record, with the changes so far; `at` is NULL: no memory
    struct btl_str queued;     // the changes alone
    bool refused;              // a change was reported
    bool printed;              // the manifest does not name the configuration: lines are printed
};

// False: no change can be queued, which was reported; call pending_edit_free() all the same.
bool pending_edit_begin(struct pending_edit *edit);
// Set MODULE + `of_module`, such as "_load", to `value`.
void pending_edit_set(struct pending_edit *edit, struct btl_str module, struct btl_str of_module,
                      struct btl_str value);
// Take back the changes of a module.
void pending_edit_forget(struct pending_edit *edit, struct btl_str module);
// Check the changes by the rules for loader.conf, and write the record; or report. Lines that
// cannot be stored are printed.
void pending_edit_store(struct pending_edit *edit);
void pending_edit_free(struct pending_edit *edit);

// Take back all changes, of any configuration.
void pending_forget_all(void);

// Print what runs, what loader.conf says and what is pending, side by side.
void pending_print(void);

#endif

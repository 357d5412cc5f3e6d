// SPDX-License-Identifier: BSD-2-Clause
// Registering of files that the boot did not name, and replacing the files of modules.
#ifndef KERNEL_DLKM_REGISTER_H
#define KERNEL_DLKM_REGISTER_H

#include "dlkm/dlkm.h"

#include <btl/config.h>
#include <btl/plan.h>

// A file that a request has read. Those of registered modules are not read.
struct candidate {
    struct btl_str place;
    struct btl_bytes bytes; // kmem, until a record takes them; at NULL: not read
    uint8_t sha256[32];
    struct btl_elf elf;
    struct btl_modinfo info;
};

// A request to register a file with the modules that it needs, or to replace the file of a module.
struct registration {
    struct module *replaced; // NULL: the module is new
    struct heap_arena heap, reports;
    uint64_t first_reports[ARENA_REPORT_WORDS];
    struct btl_diags diags;
    struct btl_config config; // loader.conf of this boot
    struct btl_config chosen; // the same, but only the target and its dependents take part
    struct btl_modinfo kernel;
    struct candidate target;
    struct btl_plan plan;          // the target is its first module
    struct candidate **candidates; // by index of the plan
    size_t candidate_capacity;
    uint32_t *added; // ids of modules that the target needs, registered by this request
    uint32_t added_count;
};

// --- registration.c
void registration_begin(struct registration *registration, struct module *replaced);
// Print the reports, and free everything that no record has taken.
void registration_end(struct registration *registration);
struct btl_place registration_place(const struct registration *registration);
bool registration_no_memory(struct registration *registration, const char *doing);

// Read the file to register: "/DIR/FILE", "VOLUME:/DIR/FILE", or the name of a module, for which
// the search path is searched. False: reported.
bool registration_read(struct registration *registration, struct btl_str file);
// Read the file of a module that is looked for in the search path. False: reported.
bool candidate_search(struct registration *registration, struct btl_str name,
                      struct candidate *candidate);

// --- registration_plan.c
// Plan the module, and those that it needs and that are not registered yet. False: reported.
bool registration_plan(struct registration *registration);

// --- registration_records.c
// Register the modules that the target needs. False: reported, and none is registered.
bool registration_add_needed(struct registration *registration);
// Unregister them again.
void registration_remove_needed(struct registration *registration);
// Make the record of the target. NULL: reported.
struct module_record *registration_make_record(struct registration *registration);

// --- register.c
// Register a file, and the modules that it needs. 0, or an error, which has been printed.
int module_register(struct btl_str file, uint32_t *ret_id);
int module_unregister(uint32_t id);

// --- update.c
// Replace the file of a registered module: by `file`, or, if that is empty, by the present bytes of
// its own file. 0, or an error, which has been printed.
int module_update(uint32_t id, struct btl_str file);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// The parts of the manifest's JSON.
#ifndef BTL_HOST_MANIFEST_JSON_H
#define BTL_HOST_MANIFEST_JSON_H

#include <btl/manifest.h>

#include "json.h"

struct json_printer {
    const struct btl_manifest *manifest;
    struct json json;
};

void print_string(struct json_printer *p, const char *name, struct btlm_str str);
// The name of a module, "kernel", or null.
void print_owner(struct json_printer *p, const char *name, uint32_t index);
void print_digest(struct json_printer *p, const char *name, const uint8_t sha256[static 32]);
// An array: call `print` for the entries [first, first + count) of a table.
void print_entries(struct json_printer *p, const char *name, enum btlm_kind kind, uint64_t first,
                   uint64_t count, void (*print)(struct json_printer *, const void *));

// Members of the outermost object; null when the manifest does not have them.
void print_boot(struct json_printer *p);
void print_volume(struct json_printer *p);
void print_trust(struct json_printer *p);

// Print an entry of a table.
void print_export(struct json_printer *p, const void *entry);
void print_provided(struct json_printer *p, const void *entry); // an interface, if it is provided
void print_module_name(struct json_printer *p, const void *entry);
void print_module_entry(struct json_printer *p, const void *entry);

#endif

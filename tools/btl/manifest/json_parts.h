// SPDX-License-Identifier: BSD-2-Clause
// The parts of the manifest's JSON.
#ifndef BTL_HOST_MANIFEST_JSON_H
#define BTL_HOST_MANIFEST_JSON_H

#include <btl/manifest.h>

#include "json.h"

struct printer {
    const struct btl_manifest *manifest;
    struct json json;
};

void print_string(struct printer *p, const char *name, struct btlm_str at);
// The name of a module, "kernel", or null.
void print_owner(struct printer *p, const char *name, uint32_t index);
void print_digest(struct printer *p, const char *name, const uint8_t sha256[static 32]);
// An array of what `print` prints for entries [first, first + count) of a table.
void print_entries(struct printer *p, const char *name, enum btlm_kind kind, uint64_t first,
                   uint64_t count, void (*print)(struct printer *, const void *));

// Members of the whole; null when the manifest does not have them.
void print_boot(struct printer *p);
void print_volume(struct printer *p);

// Entries of tables.
void print_export(struct printer *p, const void *entry);
void print_provided(struct printer *p,
                    const void *entry); // nothing for an interface that is needed
void print_module_name(struct printer *p, const void *entry);
void print_module(struct printer *p, const void *entry);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// The parts of `btl manifest`.
#ifndef BTL_HOST_MANIFEST_CMD_H
#define BTL_HOST_MANIFEST_CMD_H

#include "find.h"

// Print all of it as JSON, as btl-manifest(5) and docs/manifest.schema.json describe. A change that
// breaks a reader raises the schema's version; an addition does not.
#define MANIFEST_SCHEMA_VERSION 1
void manifest_json(const struct btl_manifest *manifest, struct btl_out *out);

// Print the differences between two boots. False: there are none.
bool manifest_diff(struct host *host, const struct found_manifest *a,
                   const struct found_manifest *b, bool timings, struct btl_out *out);

// Compare the files of a volume with those that were booted, and print each that differs; with
// `all`, those that are the same too. False: some differ.
bool manifest_verify(struct host *host, const struct found_manifest *found, const char *volume,
                     bool all, struct btl_out *out);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// The parts of `btl manifest`.
#ifndef BTL_HOST_MANIFEST_CMD_H
#define BTL_HOST_MANIFEST_CMD_H

#include "find.h"

// All of it as JSON; btl-manifest(5) and docs/manifest.schema.json describe it. Additions to the
// schema raise no number; what would break a program that reads it does.
#define MANIFEST_SCHEMA_VERSION 1
void manifest_json(const struct btl_manifest *manifest, struct btl_out *out);

// What differs between two boots, for a person. False: nothing does.
bool manifest_diff(struct host *host, const struct found_manifest *a,
                   const struct found_manifest *b, bool timings, struct btl_out *out);

// Are the files of a volume those that were booted? False: some are not; each is named. With
// `all`, those that are the same are named too.
bool manifest_verify(struct host *host, const struct found_manifest *found, const char *volume,
                     bool all, struct btl_out *out);

#endif

// SPDX-License-Identifier: BSD-2-Clause
// The kernel's record of a boot (btl/run_record.h) as a part of the saved manifest of that boot.
#ifndef BTL_HOST_MANIFEST_RUN_H
#define BTL_HOST_MANIFEST_RUN_H

#include "find.h"

// Add the events and the log of the record in the variables of `source->efivars`, if given. Without
// such a record, or with one of another boot, the manifest stays as it is, with a warning. False:
// the variables cannot be read (reported).
bool manifest_add_run(const struct manifest_source *source, struct found_manifest *found);

#endif

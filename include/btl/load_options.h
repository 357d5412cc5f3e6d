// SPDX-License-Identifier: BSD-2-Clause
// The load options: btl state reads those of a boot entry, too.
#ifndef BTL_LOAD_OPTIONS_H
#define BTL_LOAD_OPTIONS_H

#include <btl/diag.h>
#include <btl/types.h>

// What the load options ask for.
struct btl_load_options {
    struct btl_str config; // path of the configuration; empty: not given
    struct btl_str save;   // path for the manifest; empty: not given
    bool help, dry_run, verbose, pages, menu, safe;
};

// `bytes`: UTF-16, or anything. `names_program`: the first word is the loader itself. Strings are
// in the arena. False: no memory.
bool btl_load_options_parse(struct btl_bytes bytes, bool names_program, struct btl_arena *arena,
                            struct btl_diags *diags, struct btl_load_options *ret_options);

#endif

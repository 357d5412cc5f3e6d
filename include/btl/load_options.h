// SPDX-License-Identifier: BSD-2-Clause
// Load options of the loader, also read by btl state from boot entries.
#ifndef BTL_LOAD_OPTIONS_H
#define BTL_LOAD_OPTIONS_H

#include <btl/diag.h>
#include <btl/types.h>

BTL_BEGIN_DECLS

struct btl_load_options {
    struct btl_str config; // path of the configuration; empty: not given
    struct btl_str save;   // path for the manifest; empty: not given
    bool help, dry_run, verbose, pages, menu, safe;
    // The options as one text, UTF-8, without the loader's name and the spaces around; empty if the
    // loader ignores them.
    struct btl_str text;
};

// Parse load options. `bytes`: expected to be UTF-16. `names_program`: the first word is the
// loader's name. Strings are in the arena. False: no memory.
bool btl_load_options_parse(struct btl_bytes bytes, bool names_program, struct btl_arena *arena,
                            struct btl_diags *diags, struct btl_load_options *ret_options);

BTL_END_DECLS

#endif

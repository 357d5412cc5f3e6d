// SPDX-License-Identifier: BSD-2-Clause
// The errors and warnings that an edit of loader.conf adds: those of the new text that the old one
// has not.
#ifndef BTL_DIAG_SET_H
#define BTL_DIAG_SET_H

#include <btl/diag.h>
#include <btl/names.h>

BTL_BEGIN_DECLS

// Diagnostics as text, without the positions and numbers that an edit changes.
struct btl_diag_set {
    struct btl_names names;
    bool no_memory; // then the set is empty, and an edit is refused
};

// Copies what it needs: the diagnostics may be freed.
void btl_diag_set_make(struct btl_diag_set *set, const struct btl_diags *diags,
                       struct btl_arena *arena);
bool btl_diag_set_has(const struct btl_diag_set *set, const struct btl_diag *diag,
                      struct btl_arena *arena);
// Return the first error or warning from `diag` on that the set has not, or NULL.
const struct btl_diag *btl_diag_added(const struct btl_diag_set *set, const struct btl_diag *diag,
                                      struct btl_arena *arena);

BTL_END_DECLS

#endif

// SPDX-License-Identifier: BSD-2-Clause
// Entries of the Boot Loader Specification, type 1 (uapi-group.org/specifications): files that
// kernel-install(8) and others write for systemd-boot. BTL reads an entry as a configuration: it is
// translated to the text of a loader.conf.
#ifndef BTL_BLS_H
#define BTL_BLS_H

#include <btl/arena.h>
#include <btl/diag.h>

BTL_BEGIN_DECLS

#define BTL_BLS_DIRECTORY "/loader/entries"
#define BTL_BLS_MAX       (64u << 10) // bytes of an entry

// Is this the path of an entry, /loader/entries/NAME.conf? Case is ignored.
bool btl_bls_is_entry(struct btl_str path);

// The counter in a name, NAME+LEFT.conf or NAME+LEFT-DONE.conf. False: there is none.
bool btl_bls_tries(struct btl_str path, uint32_t *ret_left);

// Translate the text of an entry. `file`: its name in messages. False: reported, or no memory.
// Another configuration's text is returned as it is.
bool btl_bls_translate(struct btl_str path, struct btl_str file, struct btl_str text,
                       struct btl_arena *arena, struct btl_str *ret_text, struct btl_diags *diags);

BTL_END_DECLS

#endif

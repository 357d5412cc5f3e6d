// SPDX-License-Identifier: BSD-2-Clause
// The known facts about a Linux kernel that is to be started, by which its modules are judged.
#ifndef BTL_LINUX_KERNEL_H
#define BTL_LINUX_KERNEL_H

#include <btl/diag.h>
#include <btl/names.h>

BTL_BEGIN_DECLS

#define BTL_LINUX_BUILTIN_FILE "modules.builtin"
#define BTL_LINUX_BUILTIN_MAX  (1u << 20) // bytes of that file

struct btl_linux_kernel {
    struct btl_str release;   // "6.1.0-18-cloud-amd64"; empty: not known
    struct btl_names builtin; // built-in modules, with '_' for '-'; none: not known
};

// Return the version of a Linux kernel that vermagic= names: its first word.
struct btl_str btl_linux_release(struct btl_str vermagic);

// Read modules.builtin: a path of a module in each line. Report the first line that is none; the
// lines before it count. False: no memory, reported.
bool btl_linux_read_builtin(struct btl_str text, struct btl_place place, struct btl_arena *arena,
                            struct btl_names *ret_names, struct btl_diags *diags);
bool btl_linux_has_built_in(const struct btl_linux_kernel *kernel, struct btl_str name);

BTL_END_DECLS

#endif

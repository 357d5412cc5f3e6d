// SPDX-License-Identifier: BSD-2-Clause
// Tunables of modules: the rule for their values, which the kernel applies before it stores one;
// and what a module's file says about them, which is known before the module is linked.
#ifndef BTL_TUNABLE_H
#define BTL_TUNABLE_H

#include <btl/diag.h>
#include <btl/elf.h>
#include <btl/modinfo.h>
#include <btl/module.h>

BTL_BEGIN_DECLS

// Parse a value of loader.conf and check it against type and range. `storage`: a variable of that
// type; NULL: the value is only checked. False: the value is invalid, which was reported, and
// nothing was stored.
bool btl_tunable_parse(const struct btl_tunable *tunable, struct btl_str name, struct btl_str value,
                       void *storage, struct btl_place place, struct btl_diags *diags);

// A location in a file that is not linked.
struct btl_spot {
    uint32_t section;
    uint64_t offset;
};

// A tunable as the file has it: type and range, without pointers, and the initial value.
struct btl_file_tunable {
    struct btl_tunable tunable;
    struct btl_spot storage;
    bool at_run_time; // can it change while the module is loaded?
};

// Find the first tunable of that name: from the wrapper structure through its relocations. The file
// is a checked one. False: it has none, or none that can be followed.
bool btl_tunable_find(const struct btl_elf *elf, struct btl_str name,
                      struct btl_file_tunable *ret_tunable);
// Does the metadata (BTL_PARM) describe the tunables as the code declares them? False: reported,
// each name that only one of the two has, and each type that differs. Quadratic in the tunables:
// for programs of the host. A module without a wrapper, as those of Linux are, is not judged.
bool btl_tunables_check(const struct btl_elf *elf, const struct btl_modinfo *info,
                        struct btl_place place, struct btl_diags *diags);
// Write the default in the syntax of loader.conf, at most `size` bytes with the NUL.
bool btl_tunable_default(const struct btl_elf *elf, const struct btl_file_tunable *tunable,
                         char *ret_text, size_t size);
// "int from 1 to 64", "bool", "string up to 15 bytes"
void btl_tunable_print(const struct btl_tunable *tunable, struct btl_out *out);

BTL_END_DECLS

#endif

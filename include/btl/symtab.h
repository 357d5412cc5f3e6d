// SPDX-License-Identifier: BSD-2-Clause
// The symbols that modules may be linked against: exports of the kernel and of modules, hashed.
#ifndef BTL_SYMTAB_H
#define BTL_SYMTAB_H

#include <btl/index.h>

struct btl_export {
    struct btl_str name; // borrowed
    uint64_t value;
    uint32_t owner; // module index in the plan or manifest, or BTL_KERNEL
    uint32_t hash;  // of the name; the table's own
};

#define BTL_KERNEL 0xfffffffeu // the owner of what the kernel exports

struct btl_symtab {
    struct btl_arena *arena;
    struct btl_export *exports; // in the order of adding
    uint32_t count;
    size_t capacity; // of exports
    struct btl_index index;
};

// An empty table with place for `expected` exports; grows by doubling after that. False: no memory.
bool btl_symtab_init(struct btl_symtab *table, uint32_t expected, struct btl_arena *arena);
// False, and the table unchanged: no memory, or the name is exported already. *ret_other, which may
// be NULL, is then its owner, else BTL_NONE; it is written in either case.
bool btl_symtab_add(struct btl_symtab *table, struct btl_str name, uint64_t value, uint32_t owner,
                    uint32_t *ret_other);
// NULL: the name is not exported. The result is valid until the table changes.
const struct btl_export *btl_symtab_find(const struct btl_symtab *table, struct btl_str name);
// Remove all exports of one owner, for unloading and for failed loads; the others keep their order.
// Linear in the table.
void btl_symtab_remove(struct btl_symtab *table, uint32_t owner);
// Remove the exports added last, down to `count`: undoes adding. Linear in what is removed.
void btl_symtab_truncate(struct btl_symtab *table, uint32_t count);

#endif

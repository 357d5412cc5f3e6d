// SPDX-License-Identifier: BSD-2-Clause
// The symbols that modules are linked against: a hash table of the exports of kernel and modules.
#ifndef BTL_SYMTAB_H
#define BTL_SYMTAB_H

#include <btl/index.h>

BTL_BEGIN_DECLS

struct btl_export {
    struct btl_str name; // borrowed
    uint64_t value;
    uint32_t owner; // module index in the plan or manifest, or BTL_KERNEL
    uint32_t hash;  // of the name
};

#define BTL_KERNEL 0xfffffffeu // owner of the kernel's exports

struct btl_symtab {
    struct btl_arena *arena;
    struct btl_export *exports; // in the order of adding
    uint32_t count;
    size_t capacity; // of exports
    struct btl_index index;
};

// Make an empty table for `expected` exports; it grows when more are added. False: no memory.
bool btl_symtab_init(struct btl_symtab *table, uint32_t expected, struct btl_arena *arena);
// Add an export. False: no memory, or the name is exported already; then the table is unchanged.
// *ret_other (may be NULL) is always written: the owner of the existing export, or BTL_NONE.
bool btl_symtab_add(struct btl_symtab *table, struct btl_str name, uint64_t value, uint32_t owner,
                    uint32_t *ret_other);
// Return the export of that name, valid until the table changes; NULL: there is none.
const struct btl_export *btl_symtab_find(const struct btl_symtab *table, struct btl_str name);
// Remove all exports of one owner, after unloading or a failed load. The others keep their order.
// Linear in the table.
void btl_symtab_remove(struct btl_symtab *table, uint32_t owner);
// Remove the exports added last, down to `count`. Linear in the removed exports.
void btl_symtab_truncate(struct btl_symtab *table, uint32_t count);

BTL_END_DECLS

#endif

// SPDX-License-Identifier: BSD-2-Clause
// The symbols that modules may be linked against: exports of the kernel and of modules, hashed.
#ifndef BTL_SYMTAB_H
#define BTL_SYMTAB_H

#include <btl/diag.h>

struct btl_export {
    struct btl_str name;
    uint64_t value;
    uint32_t owner; // module index in the plan or manifest, or BTL_KERNEL
};

#define BTL_KERNEL 0xfffffffeu // the owner of what the kernel exports

struct btl_symtab {
    struct btl_arena *arena;
    struct btl_export *exports; // in the order of adding
    uint32_t count, capacity;
    uint32_t *slots; // open addressing, power of two; index into exports + 1, 0 is free
    uint32_t slot_mask;
    uint64_t seed;
};

// An empty table with room for `expected` exports; grows by doubling after that. False: no memory.
bool btl_symtab_init(struct btl_symtab *table, uint32_t expected, uint64_t seed,
                     struct btl_arena *arena);
// False: no memory, or somebody else exports that name already (*ret_other says who, else BTL_NONE).
bool btl_symtab_add(struct btl_symtab *table, struct btl_str name, uint64_t value, uint32_t owner,
                    uint32_t *ret_other);
const struct btl_export *btl_symtab_find(const struct btl_symtab *table, struct btl_str name);
// Takes out all exports of one owner, for unloading and for failed loads. Linear in the table.
void btl_symtab_remove(struct btl_symtab *table, uint32_t owner);

#endif

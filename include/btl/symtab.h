// SPDX-License-Identifier: BSD-2-Clause
// The symbols that modules may be linked against: exports of the kernel and of modules, hashed.
#ifndef BTL_SYMTAB_H
#define BTL_SYMTAB_H

#include <btl/diag.h>

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
    uint32_t count, capacity;
    uint64_t
        *slots; // open addressing, power of two: hash << 32 | index into exports + 1; 0 is free
    uint32_t slot_mask;
    uint64_t seed;
};

// An empty table with room for `expected` exports; grows by doubling after that. False: no memory.
bool btl_symtab_init(struct btl_symtab *table, uint32_t expected, uint64_t seed,
                     struct btl_arena *arena);
// False: no memory, or somebody exports that name already (*ret_other says who, else BTL_NONE; it
// is written in either case, and may be NULL). Then the table is as it was.
bool btl_symtab_add(struct btl_symtab *table, struct btl_str name, uint64_t value, uint32_t owner,
                    uint32_t *ret_other);
// NULL: nobody exports that. The answer is valid until the table changes.
const struct btl_export *btl_symtab_find(const struct btl_symtab *table, struct btl_str name);
// Takes out all exports of one owner, for unloading and for failed loads; the others keep their
// order. Linear in the table.
void btl_symtab_remove(struct btl_symtab *table, uint32_t owner);
// Takes out the exports added last, down to `count`: undoes adding. Linear in what it takes out.
void btl_symtab_truncate(struct btl_symtab *table, uint32_t count);

#endif

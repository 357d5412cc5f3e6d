// SPDX-License-Identifier: BSD-2-Clause
// The passes after layout: place, copy, resolve, relocate; and the exports.
#include <btl/link.h>

#include <btl/assert.h>
#include <btl/mem.h>
#include "reloc.h"

bool btl_image_place(struct btl_image *image, uint64_t base, uint8_t *memory)
{
    uint64_t end;
    if ((base & (image->align - 1)) != 0 || !btl_add(base, image->size, &end))
        return false;
    image->base = base;
    image->memory = memory;
    return true;
}

// Every byte is written once, in ascending order: gaps, bss, common symbols, GOT and stubs become
// zero between the copies.
void btl_image_copy(struct btl_image *image)
{
    BTL_ASSERT(image->memory != NULL || image->size == 0);
    uint64_t done = 0;
    for (uint32_t i = 0; i < image->order_count; i++) {
        uint32_t index = image->order[i];
        struct btl_bytes bytes = btl_elf_section_bytes(image->elf, index);
        if (bytes.size == 0)
            continue;
        uint64_t offset = image->section_offset[index];
        memset(image->memory + done, 0, offset - done);
        memcpy(image->memory + offset, bytes.at, bytes.size);
        done = offset + bytes.size;
    }
    if (done < image->size)
        memset(image->memory + done, 0, image->size - done);
}

// State of one resolve pass.
struct resolver {
    struct btl_image *image;
    const struct btl_scope *scope;
    struct btl_diags *diags;
    uint32_t *first_use; // per symbol: the first section whose relocations use it, or 0; NULL: not
                         // made yet
    bool good;
};

static struct btl_arg export_owner_arg(const struct btl_scope *scope, uint32_t owner)
{
    if (owner == BTL_KERNEL)
        return BTL_ARG_Z("the kernel");
    if (scope == NULL || scope->owner_name == NULL)
        return BTL_ARG_Z("another module");
    return BTL_ARG(scope->owner_name(scope, owner));
}

// Make first_use, when the first symbol is unresolved: one pass over all relocations.
static void find_first_uses(struct resolver *r)
{
    r->first_use = BTL_NEW_ARRAY(r->image->arena, uint32_t, r->image->elf->symbol_count);
    if (r->first_use == NULL)
        return;
    struct btl_rela rela;
    for (uint32_t cursor = 0; btl_rela_next(r->image, &cursor, &rela);)
        for (uint64_t i = 0; i < rela.count; i++) {
            uint32_t symbol = ELF64_RELA_SYMBOL(rela.entries[i].info);
            if (r->first_use[symbol] == 0)
                r->first_use[symbol] = rela.target;
        }
}

// Return the first section whose relocations use the symbol; 0: none, or there is no memory to
// know.
static uint32_t section_using(struct resolver *r, uint32_t symbol)
{
    if (r->first_use == NULL)
        find_first_uses(r);
    return r->first_use != NULL ? r->first_use[symbol] : 0;
}

// A symbol that no other file can define: it is local, or has no name. What uses such a symbol
// would get an address that is not its own.
static void resolve_lost(struct resolver *r, uint32_t symbol)
{
    const struct btl_elf *elf = r->image->elf;
    uint32_t use = section_using(r, symbol);
    if (use == 0 && r->first_use != NULL)
        return;
    btl_report(r->diags, BTL_LINK_SYMBOL_LOST, elf->place, BTL_DEC(symbol),
               BTL_ARG(btl_elf_symbol_name(elf, symbol)), BTL_ARG(btl_elf_section_name(elf, use)));
    r->good = false;
}

static void report_unresolved(struct resolver *r, uint32_t symbol, const struct btl_export *export)
{
    const struct btl_elf *elf = r->image->elf;
    uint32_t section = section_using(r, symbol);
    struct btl_arg use =
        section != 0 ? BTL_ARG(btl_elf_section_name(elf, section)) : BTL_ARG_Z("no section");
    struct btl_arg name = BTL_ARG(btl_elf_symbol_name(elf, symbol));
    if (export == NULL)
        btl_report(r->diags, BTL_LINK_UNRESOLVED, elf->place, name, use);
    else
        btl_report(r->diags, BTL_LINK_UNDECLARED_DEPENDENCY, elf->place, name, use,
                   export_owner_arg(r->scope, export->owner));
    r->good = false;
}

// For a weak reference, a module outside the scope counts as absent. Otherwise the result would
// depend on modules that this one does not declare.
static uint64_t resolve_undefined(struct resolver *r, uint32_t symbol)
{
    const struct btl_elf *elf = r->image->elf;
    struct btl_str name = btl_elf_symbol_name(elf, symbol);
    if (name.len == 0 || ELF64_SYMBOL_BIND(elf->symbols[symbol].info) == ELF_STB_LOCAL) {
        resolve_lost(r, symbol);
        return 0;
    }
    // The psABI's name for the GOT: no module defines this symbol.
    if (btl_str_equal(name, BTL_STR("_GLOBAL_OFFSET_TABLE_")))
        return r->image->base + r->image->got_offset;

    const struct btl_export *export = btl_symtab_find(r->scope->symtab, name);
    if (export != NULL && (r->scope->allowed == NULL || r->scope->allowed(r->scope, export->owner)))
        return export->value;
    if (ELF64_SYMBOL_BIND(elf->symbols[symbol].info) != ELF_STB_WEAK)
        report_unresolved(r, symbol, export);
    return 0;
}

static uint64_t resolve_symbol(struct resolver *r, uint32_t symbol)
{
    uint16_t special;
    uint32_t section = btl_elf_symbol_section(r->image->elf, symbol, &special);
    if (section == ELF_SHN_UNDEF && special == 0)
        return resolve_undefined(r, symbol);
    return btl_symbol_address(r->image, symbol);
}

bool btl_image_resolve(struct btl_image *image, const struct btl_scope *scope,
                       struct btl_diags *diags)
{
    struct resolver r = {.image = image, .scope = scope, .diags = diags, .good = true};
    uint64_t *value = BTL_NEW_ARRAY(image->arena, uint64_t, image->elf->symbol_count);
    if (value == NULL) {
        btl_report(diags, BTL_NO_MEMORY, image->elf->place, BTL_ARG_Z("resolving symbols"));
        return false;
    }
    for (uint32_t i = 1; i < image->elf->symbol_count; i++)
        value[i] = resolve_symbol(&r, i);
    if (r.good)
        image->value = value;
    return r.good;
}

bool btl_image_relocate(struct btl_image *image, struct btl_diags *diags)
{
    BTL_ASSERT(image->value != NULL && (image->memory != NULL || image->size == 0));
    image->relocation_count = 0;
    return image->machine->relocate(image, diags);
}

uint64_t btl_image_section_address(const struct btl_image *image, struct btl_str name)
{
    uint32_t section = btl_elf_find_section(image->elf, name);
    if (section == BTL_NONE || image->section_offset[section] == BTL_NO_OFFSET)
        return 0;
    return image->base + image->section_offset[section];
}

uint64_t btl_image_export_value(const struct btl_image *image, uint32_t symbol)
{
    if (image->machine->export_value != NULL)
        return image->machine->export_value(image, symbol);
    return btl_symbol_address(image, symbol);
}

bool btl_image_export(const struct btl_image *image, const struct btl_modinfo *info, uint32_t owner,
                      const struct btl_scope *scope, struct btl_symtab *table,
                      struct btl_diags *diags)
{
    struct btl_place place = image->elf->place;
    uint32_t *symbols = BTL_NEW_ARRAY(image->arena, uint32_t, info->export_count);
    if (symbols == NULL) {
        btl_report(diags, BTL_NO_MEMORY, place, BTL_ARG_Z("exporting symbols"));
        return false;
    }
    if (!btl_modinfo_exports(image->elf, info, image->arena, symbols, diags))
        return false;

    uint32_t before = table->count;
    bool good = true;
    for (size_t i = 0; i < info->export_count; i++) {
        uint32_t other;
        uint64_t value = btl_image_export_value(image, symbols[i]);
        if (btl_symtab_add(table, info->exports[i], value, owner, &other))
            continue;
        good = false;
        if (other == BTL_NONE) {
            btl_report(diags, BTL_NO_MEMORY, place, BTL_ARG_Z("exporting symbols"));
            break;
        }
        btl_report(diags, BTL_LINK_DUPLICATE_EXPORT, place, BTL_ARG(info->exports[i]),
                   export_owner_arg(scope, other), BTL_ARG(place.module));
    }
    if (!good)
        btl_symtab_truncate(table, before);
    return good;
}

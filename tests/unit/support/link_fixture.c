// SPDX-License-Identifier: BSD-2-Clause
#include "link_fixture.h"

#include <stdlib.h>
#include <string.h>

void lf_begin(struct link_fixture *f, size_t allocations)
{
    memset(f, 0, sizeof(*f));
    eb_begin(&f->builder, ELF_REL, ELF_MACHINE_X86_64);
    test_memory_begin_limited(&f->memory, allocations);
    f->diags.arena = &f->memory.arena;
    f->scope.symtab = &f->symtab;
}

void lf_end(struct link_fixture *f)
{
    free(f->block);
    test_memory_end(&f->memory);
    eb_end(&f->builder);
}

void lf_finish(struct link_fixture *f)
{
    if (!f->finished)
        eb_finish(&f->builder);
    f->finished = true;
}

bool lf_open(struct link_fixture *f)
{
    lf_finish(f);
    struct btl_place place = {.file = BTL_STR("t.ko"), .module = BTL_STR("t")};
    struct btl_bytes file = {f->builder.file, f->builder.file_size};
    return btl_elf_open(file, BTL_ELF_MODULE, 0, place, &f->elf, &f->diags);
}

bool lf_layout(struct link_fixture *f)
{
    return lf_open(f) && btl_image_layout(&f->elf, &f->memory.arena, &f->image, &f->diags);
}

bool lf_resolve(struct link_fixture *f, uint64_t base)
{
    if (!lf_layout(f))
        return false;
    f->block = malloc(f->image.size > 0 ? f->image.size : 1);
    if (f->block == NULL)
        abort();
    memset(f->block, 0xa5, f->image.size);
    if (f->symtab.arena == NULL && !btl_symtab_init(&f->symtab, 0, &f->memory.arena))
        return false;
    if (!btl_image_place(&f->image, base, f->block))
        return false;
    btl_image_copy(&f->image);
    return btl_image_resolve(&f->image, &f->scope, &f->diags);
}

bool lf_link(struct link_fixture *f, uint64_t base)
{
    return lf_resolve(f, base) && btl_image_relocate(&f->image, &f->diags);
}

void lf_export(struct link_fixture *f, const char *name, uint64_t value, uint32_t owner)
{
    if (f->symtab.arena == NULL && !btl_symtab_init(&f->symtab, 0, &f->memory.arena))
        abort();
    if (!btl_symtab_add(&f->symtab, btl_str_of(name), value, owner, NULL))
        abort();
}

uint64_t lf_address(const struct link_fixture *f, uint32_t section)
{
    return f->image.base + f->image.section_offset[section];
}

uint32_t lf_load32(const struct link_fixture *f, uint32_t section, uint64_t offset)
{
    uint32_t value;
    memcpy(&value, f->block + f->image.section_offset[section] + offset, sizeof(value));
    return value;
}

uint64_t lf_load64(const struct link_fixture *f, uint32_t section, uint64_t offset)
{
    uint64_t value;
    memcpy(&value, f->block + f->image.section_offset[section] + offset, sizeof(value));
    return value;
}

// SPDX-License-Identifier: BSD-2-Clause
// Any bytes through the whole linker: gate, layout, copy, resolve, relocate, export. The image's
// block has exactly its size, so that ASan detects every byte written outside.
#include <stdlib.h>
#include <string.h>

#include <btl/link.h>
#include <btl/tunable.h>

#include "btl_test.h"

#define MEMORY_MAX (16u << 20) // larger images are laid out only

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool odd_owners_only(const struct btl_scope *scope, uint32_t owner)
{
    return owner % 2 == 1;
}

// Names in the seeds: one in scope, one of a module out of scope.
static bool make_symbols(struct btl_symtab *table, struct btl_arena *arena)
{
    return btl_symtab_init(table, 0, arena) &&
           btl_symtab_add(table, BTL_STR("far_function"), 0xffffffff80001000, 1, NULL) &&
           btl_symtab_add(table, BTL_STR("far_variable"), 0xffffffff80002000, 1, NULL) &&
           btl_symtab_add(table, BTL_STR("far_other"), 0xffffffff80003000, 2, NULL);
}

static void check_layout(const struct btl_image *image)
{
    for (uint32_t i = 0; i < image->elf->section_count; i++)
        if (image->section_offset[i] != BTL_NO_OFFSET &&
            !btl_in_range(image->section_offset[i], image->elf->sections[i].size, image->size))
            abort();
    if (image->size % BTL_PAGE_SIZE != 0 || image->size > BTL_IMAGE_MAX ||
        !btl_in_range(image->got_offset, image->got_count * 8ull, image->size) ||
        !btl_in_range(image->opd_offset, image->opd_size, image->size) ||
        !btl_in_range(image->plt_offset, image->plt_size, image->size))
        abort();
}

// The linker's value of symbols that are not loaded (core/link/reloc.h) is no export. An absolute
// symbol may have any value; the seeds have none with this one.
static void check_exports(const struct btl_modinfo *info, const struct btl_symtab *table)
{
    for (size_t i = 0; i < info->export_count; i++) {
        const struct btl_export *found = btl_symtab_find(table, info->exports[i]);
        if (found == NULL || found->owner != 3 || found->value == 0x7fffdeadffffdeadull)
            abort();
    }
}

// What the file says about tunables, without the linker.
static void find_tunables(const struct btl_elf *elf, const struct btl_modinfo *info,
                          struct btl_diags *diags)
{
    struct btl_file_tunable found;
    char text[64];
    for (size_t i = 0; i < info->parm_count && i < 64; i++) {
        if (!btl_tunable_find(elf, info->parms[i].name, &found))
            continue;
        btl_tunable_default(elf, &found, text, sizeof(text));
        btl_tunable_parse(&found.tunable, info->parms[i].name, BTL_STR("12"), NULL,
                          (struct btl_place){0}, diags);
    }
}

static void link_image(struct btl_image *image, struct btl_arena *arena, struct btl_diags *diags)
{
    struct btl_symtab table;
    struct btl_modinfo info;
    uint8_t *block = malloc(image->size);
    if (image->size != 0 && block == NULL)
        abort();
    struct btl_scope scope = {.symtab = &table, .allowed = odd_owners_only};
    if (!make_symbols(&table, arena) || !btl_image_place(image, 0xffffffff80400000, block))
        abort();
    btl_image_copy(image);
    bool good = btl_image_resolve(image, &scope, diags);
    if (good)
        good = btl_image_relocate(image, diags);
    if (good && btl_modinfo_read(image->elf, arena, &info, diags) &&
        btl_image_export(image, &info, 3, &scope, &table, diags))
        check_exports(&info, &table);
    if (good && btl_modinfo_read(image->elf, arena, &info, diags))
        find_tunables(image->elf, &info, diags);
    free(block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct test_memory memory;
    test_memory_begin(&memory);
    struct btl_diags diags = {.arena = &memory.arena};
    struct btl_place place = {.file = BTL_STR("fuzz.ko"), .module = BTL_STR("fuzz")};
    struct btl_bytes file = test_block(&memory, data, size);
    struct btl_elf elf;
    struct btl_image image;
    bool good = btl_elf_open(file, BTL_ELF_MODULE, 0, place, &elf, &diags) &&
                btl_image_layout(&elf, &memory.arena, &image, &diags);
    if (good)
        check_layout(&image);
    if (good && image.size <= MEMORY_MAX)
        link_image(&image, &memory.arena, &diags);
    if (!good && diags.errors == 0)
        abort();
    test_diags_text(&memory, &diags);
    test_memory_end(&memory);
    return 0;
}

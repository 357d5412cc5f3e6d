// SPDX-License-Identifier: BSD-2-Clause
// `btl link`, first step: a file becomes a checked view, its exports and its layout.
#include "files.h"
#include "job.h"

void link_input(struct link_thread *thread, struct link_module *module)
{
    struct btl_arena *arena = &thread->memory.arena;
    struct btl_place place = {.file = btl_str_of(module->path)};
    struct btl_bytes file;
    double start = link_clock();
    bool mapped = files_map(module->path, &file, &module->read_error);
    start = link_lap(thread, LINK_READ, start);
    if (!mapped)
        return;
    bool good = btl_elf_open(file, BTL_ELF_MODULE, 0, place, &module->elf, &module->diags) &&
                link_find_exports(module, arena);
    start = link_lap(thread, LINK_OPEN, start);
    module->sound = good && btl_image_layout(&module->elf, arena, &module->image, &module->diags);
    link_lap(thread, LINK_LAYOUT, start);
}

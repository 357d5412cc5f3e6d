// SPDX-License-Identifier: BSD-2-Clause
// `btl link`, last step: copy, resolve and relocate a module, and write it to OUT.
#include <stdlib.h>

#include "job.h"

static bool link_may_use(const struct btl_scope *scope, uint32_t owner)
{
    const struct link_thread *thread = scope->caller;
    if (owner == BTL_KERNEL)
        return true;
    return thread->used[thread->job->modules[owner].namesake] == thread->current + 1;
}

static struct btl_str link_owner_name(const struct btl_scope *scope, uint32_t owner)
{
    const struct link_thread *thread = scope->caller;
    return owner == BTL_KERNEL ? BTL_STR("the kernel") : thread->job->modules[owner].name;
}

// A BTL module may use the exports of its declared dependencies only (rule 11 of the phases); other
// objects declare none.
static struct btl_scope link_scope(struct link_thread *thread, const struct link_module *module)
{
    struct link_job *job = thread->job;
    struct btl_scope scope = {
        .symtab = &job->symtab, .owner_name = link_owner_name, .caller = thread};
    if (!module->is_btl)
        return scope;
    if (thread->used == NULL)
        thread->used = MEMORY_ARRAY(&thread->memory.arena, uint32_t, job->count);
    thread->current = (uint32_t)(module - job->modules);
    for (size_t i = 0; i < module->depend_count; i++) {
        const struct btl_export *first = btl_symtab_find(&job->names, module->depends[i]);
        if (first != NULL)
            thread->used[first->owner] = thread->current + 1;
    }
    scope.allowed = link_may_use;
    return scope;
}

// The thread's own buffer, in which images are linked and from which they are written; it stays in
// the processor's cache from one module to the next.
static uint8_t *thread_buffer(struct link_thread *thread, const struct btl_image *image)
{
    if (image->size <= thread->buffer_size)
        return thread->buffer;
    free(thread->buffer);
    thread->buffer = aligned_alloc(BTL_PAGE_SIZE, image->size); // a multiple of the page size
    thread->buffer_size = thread->buffer == NULL ? 0 : image->size;
    return thread->buffer;
}

static bool link_into_buffer(struct link_thread *thread, struct link_module *module,
                             uint8_t *buffer)
{
    struct btl_image *image = &module->image;
    struct btl_scope scope = link_scope(thread, module);
    double start = link_clock();
    btl_image_place(image, image->base, buffer);
    btl_image_copy(image);
    start = link_lap(thread, LINK_COPY, start);
    bool good = btl_image_resolve(image, &scope, &module->diags);
    start = link_lap(thread, LINK_RESOLVE, start);
    good = good && btl_image_relocate(image, &module->diags);
    link_lap(thread, LINK_RELOCATE, start);
    return good;
}

// Count after the passes, whose times do not include it.
static void count_work(struct link_thread *thread, const struct btl_image *image)
{
    thread->file_bytes += image->elf->file.size;
    thread->symbols += image->elf->symbol_count;
    thread->relocations += image->relocation_count;
    for (uint32_t i = 0; i < image->order_count; i++)
        thread->contents += btl_elf_section_bytes(image->elf, image->order[i]).size;
}

void link_write_image(struct link_thread *thread, struct link_module *module)
{
    struct link_job *job = thread->job;
    struct btl_image *image = &module->image;
    uint8_t *buffer = thread_buffer(thread, image);
    if (buffer == NULL && image->size > 0) {
        btl_report(&module->diags, BTL_NO_MEMORY, image->elf->place, BTL_ARG_Z("linking"));
        return;
    }
    if (!link_into_buffer(thread, module, buffer))
        return;
    double start = link_clock();
    module->write_error = output_put_at(&job->image, image->base - job->base, buffer, image->size);
    start = link_lap(thread, LINK_WRITE, start);
    module->map = link_map_object(module, &thread->memory.arena);
    link_lap(thread, LINK_MAP, start);
    count_work(thread, image);
}

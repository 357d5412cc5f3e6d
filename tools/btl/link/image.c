// SPDX-License-Identifier: BSD-2-Clause
// `btl link`, last step: copy, resolve and relocate a module into its place in OUT.
#include <stdlib.h>

#include "job.h"

static bool is_allowed(const struct btl_scope *scope, uint32_t owner)
{
    const struct link_thread *thread = scope->caller;
    if (owner == BTL_KERNEL)
        return true;
    return thread->used[thread->job->modules[owner].namesake] == thread->current + 1;
}

static struct btl_str owner_name(const struct btl_scope *scope, uint32_t owner)
{
    const struct link_thread *thread = scope->caller;
    return owner == BTL_KERNEL ? BTL_STR("the kernel") : thread->job->modules[owner].name;
}

// Rule 11 of the phases is for BTL modules; other objects say nothing that could be held against
// them.
static struct btl_scope scope_of(struct link_thread *thread, const struct link_module *module)
{
    struct link_job *job = thread->job;
    struct btl_scope scope = {.symtab = &job->symtab, .owner_name = owner_name, .caller = thread};
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
    scope.allowed = is_allowed;
    return scope;
}

// The image is linked in memory of the thread's own, which stays in its cache from one module to
// the next, and written from there.
static uint8_t *buffer_of(struct link_thread *thread, const struct btl_image *image)
{
    if (image->size <= thread->buffer_size)
        return thread->buffer;
    free(thread->buffer);
    thread->buffer = aligned_alloc(BTL_PAGE_SIZE, image->size); // a multiple of the page size
    thread->buffer_size = thread->buffer == NULL ? 0 : image->size;
    return thread->buffer;
}

static bool link_in(struct link_thread *thread, struct link_module *module, uint8_t *buffer)
{
    struct btl_image *image = &module->image;
    struct btl_scope scope = scope_of(thread, module);
    double at = link_clock();
    btl_image_place(image, image->base, buffer);
    btl_image_copy(image);
    at = link_lap(thread, LINK_COPY, at);
    bool good = btl_image_resolve(image, &scope, &module->diags);
    at = link_lap(thread, LINK_RESOLVE, at);
    good = good && btl_image_relocate(image, &module->diags);
    link_lap(thread, LINK_RELOCATE, at);
    return good;
}

// Counted after the passes, so that it costs them nothing.
static void count(struct link_thread *thread, const struct btl_image *image)
{
    thread->file_bytes += image->elf->file.size;
    thread->symbols += image->elf->symbol_count;
    thread->relocations += image->relocation_count;
    for (uint32_t i = 0; i < image->order_count; i++)
        thread->contents += btl_elf_section_bytes(image->elf, image->order[i]).size;
}

void link_image(struct link_thread *thread, struct link_module *module)
{
    struct link_job *job = thread->job;
    struct btl_image *image = &module->image;
    uint8_t *buffer = buffer_of(thread, image);
    if (buffer == NULL && image->size > 0) {
        btl_report(&module->diags, BTL_NO_MEMORY, image->elf->place, BTL_ARG_Z("linking"));
        return;
    }
    if (!link_in(thread, module, buffer))
        return;
    double at = link_clock();
    module->write_error = output_put_at(&job->image, image->base - job->base, buffer, image->size);
    at = link_lap(thread, LINK_WRITE, at);
    module->map = link_map_object(module, &thread->memory.arena);
    link_lap(thread, LINK_MAP, at);
    count(thread, image);
}

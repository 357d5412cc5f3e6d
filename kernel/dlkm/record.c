// SPDX-License-Identifier: BSD-2-Clause
// What is known of a module: by the manifest, or, if it was registered or replaced while the kernel
// runs, by its record.
#include "dlkm/dlkm.h"

#include "base/handoff.h"

#include <btl/kernel.h>

struct module_record *record_new(void)
{
    struct module_record *record = kmem_alloc(sizeof(*record));

    if (record == NULL)
        return NULL;
    *record = (struct module_record){.file = {NULL, 0}};
    heap_arena_init(&record->heap);
    return record;
}

void record_delete(struct module_record *record)
{
    if (record == NULL)
        return;
    kmem_free((void *)(uintptr_t)record->file.at);
    heap_arena_free(&record->heap);
    kmem_free(record);
}

static struct btl_str manifest_text(struct btlm_str str)
{
    return btl_manifest_str(handoff_manifest(), str);
}

struct btl_str module_name(const struct module *module)
{
    return module->record != NULL ? module->record->facts.name : manifest_text(module->entry->name);
}

struct btl_str module_path(const struct module *module)
{
    return module->record != NULL ? module->record->path : manifest_text(module->entry->path);
}

struct btl_str module_version(const struct module *module)
{
    return module->record != NULL ? module->record->version : manifest_text(module->entry->version);
}

struct btl_str module_description(const struct module *module)
{
    return module->record != NULL ? module->record->description
                                  : manifest_text(module->entry->description);
}

struct btl_str module_flags(const struct module *module)
{
    return module->record != NULL ? module->record->facts.flags
                                  : manifest_text(module->entry->arguments);
}

uint32_t module_dependency(const struct module *module, uint32_t index)
{
    const uint32_t *id;

    if (module->record != NULL)
        return module->record->facts.dependencies[index];
    id = btl_manifest_entry(handoff_manifest(), BTLM_DEPENDS,
                            module->entry->first_depend + (uint64_t)index);
    return *id;
}

bool module_depends_on(const struct module *module, uint32_t id)
{
    for (uint32_t i = 0; i < module->entry->depend_count; i++)
        if (module_dependency(module, i) == id)
            return true;
    return false;
}

bool module_facts(const struct module *module, struct btl_arena *arena,
                  struct btl_module_facts *ret_facts)
{
    if (module->record == NULL)
        return btl_module_facts(handoff_manifest(), module->id, arena, ret_facts);
    *ret_facts = module->record->facts;
    ret_facts->id = module->id;
    return true;
}

static struct btl_module_setting setting_read(const struct module *module, uint32_t index)
{
    const struct btlm_tunable *line;

    if (module->record != NULL)
        return module->record->facts.settings[index];
    line = btl_manifest_entry(handoff_manifest(), BTLM_TUNABLES,
                              module->entry->first_tunable + (uint64_t)index);
    return (struct btl_module_setting){manifest_text(line->name), manifest_text(line->value),
                                       line->line, line->column};
}

bool module_setting(const struct module *module, struct btl_str tunable,
                    struct btl_module_setting *ret_setting)
{
    for (uint32_t i = 0; i < module->entry->tunable_count; i++) {
        *ret_setting = setting_read(module, i);
        if (btl_str_equal(ret_setting->name, tunable))
            return true;
    }
    return false;
}

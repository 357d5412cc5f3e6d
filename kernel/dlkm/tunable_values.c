// SPDX-License-Identifier: BSD-2-Clause
// Tunables of modules that are not loaded: the file says which there are, with type, range and
// default. A value that is set now counts from the next load on.
#include "dlkm/source.h"

#include "base/handoff.h"

#include <btl/kernel.h>
#include <btl/tunable.h>

// Before its first load, the variables of a static module have their defaults.
static bool tunables_open_static(const struct module *module, struct tunables_file *file,
                                 struct btl_diags *diags)
{
    struct btl_parm *parms;

    file->wrapper = static_wrapper(module);
    if (file->wrapper == NULL) {
        btl_report(diags, BTL_RUN_STATIC_MISSING,
                   (struct btl_place){.module = module_name(module)});
        return false;
    }
    parms = BTL_NEW_ARRAY(&file->heap.arena, struct btl_parm, file->wrapper->tunable_count);
    if (parms == NULL) {
        btl_report(diags, BTL_NO_MEMORY, (struct btl_place){.module = module_name(module)},
                   BTL_ARG_Z("reading its tunables"));
        return false;
    }
    file->info.parms = parms;
    file->info.parm_count = file->wrapper->tunable_count;
    for (uint64_t i = 0; i < file->wrapper->tunable_count; i++)
        parms[i].name = btl_str_of(btl_wrapper_tunable(file->wrapper, i).name);
    return true;
}

static bool tunables_find_static(const struct btl_wrapper *wrapper, struct btl_str name,
                                 struct btl_file_tunable *ret_tunable, char *ret_default,
                                 size_t size)
{
    uint32_t index = btl_wrapper_find_tunable(wrapper, name);

    if (index == BTL_NONE)
        return false;
    *ret_tunable = (struct btl_file_tunable){.tunable = btl_wrapper_tunable(wrapper, index)};
    ret_tunable->at_run_time = ret_tunable->tunable.changed != NULL;
    tunable_value_text(&ret_tunable->tunable, ret_tunable->tunable.storage, ret_default, size);
    return true;
}

bool tunables_find(const struct tunables_file *file, struct btl_str name,
                   struct btl_file_tunable *ret_tunable, char *ret_default, size_t size)
{
    if (file->wrapper != NULL)
        return tunables_find_static(file->wrapper, name, ret_tunable, ret_default, size);
    if (!btl_tunable_find(&file->elf, name, ret_tunable))
        return false;
    if (!btl_tunable_default(&file->elf, ret_tunable, ret_default, size))
        ret_default[0] = '\0';
    return true;
}

bool tunables_open(const struct module *module, struct tunables_file *ret_file,
                   struct btl_diags *diags)
{
    uint16_t machine = btl_manifest_system(handoff_manifest())->machine;
    struct btl_place place = {.module = module_name(module)};

    *ret_file = (struct tunables_file){.file = {NULL, 0}};
    heap_arena_init(&ret_file->heap);
    if (module_is_static(module))
        return tunables_open_static(module, ret_file, diags);
    return source_open(module, &ret_file->file, diags) &&
           btl_elf_open(ret_file->file, BTL_ELF_MODULE, machine, place, &ret_file->elf, diags) &&
           btl_modinfo_read(&ret_file->elf, &ret_file->heap.arena, &ret_file->info, diags);
}

void tunables_close(const struct module *module, struct tunables_file *file)
{
    if (file->file.size > 0)
        source_close(module, file->file);
    heap_arena_free(&file->heap);
}

static struct tunable_value **value_link(struct module *module, struct btl_str name)
{
    struct tunable_value **link = &module->values;

    while (*link != NULL && !btl_str_equal((*link)->name, name))
        link = &(*link)->next;
    return link;
}

const struct tunable_value *tunable_value_find(const struct module *module, struct btl_str name)
{
    const struct tunable_value *value = module->values;

    while (value != NULL && !btl_str_equal(value->name, name))
        value = value->next;
    return value;
}

bool tunable_value_forget(struct module *module, struct btl_str name)
{
    struct tunable_value **link = value_link(module, name), *value = *link;

    if (value == NULL)
        return false;
    *link = value->next;
    kmem_free(value);
    return true;
}

void tunable_values_forget(struct module *module)
{
    while (module->values != NULL)
        tunable_value_forget(module, module->values->name);
}

static int value_keep(struct module *module, struct btl_str name, struct btl_str text,
                      struct btl_diags *diags)
{
    struct tunable_value *value = kmem_alloc(sizeof(*value) + name.len + text.len);
    char *at = (char *)(value + 1);

    if (value == NULL) {
        btl_report(diags, BTL_NO_MEMORY, (struct btl_place){.module = module_name(module)},
                   BTL_ARG_Z("keeping the value of a tunable"));
        return BTL_ENOMEM;
    }
    memcpy(at, name.at, name.len);
    memcpy(at + name.len, text.at, text.len);
    tunable_value_forget(module, name);
    *value = (struct tunable_value){module->values, {at, name.len}, {at + name.len, text.len}};
    module->values = value;
    return 0;
}

int tunable_value_check(const struct module *module, struct btl_str name, struct btl_str value,
                        struct btl_diags *diags)
{
    struct btl_place place = {.module = module_name(module)};
    struct btl_file_tunable found;
    struct tunables_file file;
    char from[4];
    int error = BTL_EIO;

    if (tunables_open(module, &file, diags)) {
        error = BTL_EINVAL;
        if (!tunables_find(&file, name, &found, from, sizeof(from)))
            btl_report(diags, BTL_RUN_TUNABLE_NONE, place, BTL_ARG(name));
        else if (btl_tunable_parse(&found.tunable, name, value, NULL, place, diags))
            error = 0;
    }
    tunables_close(module, &file);
    return error;
}

int tunable_value_set(struct module *module, struct btl_str name, struct btl_str value,
                      struct btl_diags *diags)
{
    int error = tunable_value_check(module, name, value, diags);

    return error != 0 ? error : value_keep(module, name, value, diags);
}

void tunable_values_store(const struct module *module, struct btl_diags *diags)
{
    const struct btl_wrapper *wrapper = module->image->linked.wrapper;
    struct btl_place place = {.module = module_name(module)};

    for (const struct tunable_value *value = module->values; value != NULL; value = value->next) {
        uint32_t index = btl_wrapper_find_tunable(wrapper, value->name);
        struct btl_tunable tunable;

        if (index == BTL_NONE)
            continue;
        tunable = btl_wrapper_tunable(wrapper, index);
        btl_tunable_parse(&tunable, value->name, value->value, tunable.storage, place, diags);
    }
}

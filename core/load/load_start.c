// SPDX-License-Identifier: BSD-2-Clause
// Starting a module whose image is linked.
#include <btl/load.h>

#include <btl/mem.h>
#include <btl/tunable.h>

const char *btl_error_text(int error)
{
    switch (error) {
    case BTL_ENOENT:
        return "no such thing";
    case BTL_EIO:
        return "input/output error";
    case BTL_ENOMEM:
        return "out of memory";
    case BTL_EBUSY:
        return "busy";
    case BTL_EEXIST:
        return "exists already";
    case BTL_ENODEV:
        return "no such device";
    case BTL_EINVAL:
        return "invalid value";
    case BTL_ENOSYS:
        return "not supported";
    default:
        return "not an error of btl/kernel.h";
    }
}

static struct btl_place module_place(const struct btl_manifest *manifest, uint32_t index)
{
    const struct btlm_module *module = btl_manifest_module(manifest, index);

    return (struct btl_place){.module = btl_manifest_str(manifest, module->name)};
}

bool btl_module_dependencies_loaded(const struct btl_manifest *manifest, uint32_t index,
                                    const bool *loaded, struct btl_diags *diags)
{
    const struct btlm_module *module = btl_manifest_module(manifest, index);
    bool good = true;

    for (uint64_t i = 0; i < module->depend_count; i++) {
        uint32_t id =
            *(const uint32_t *)btl_manifest_entry(manifest, BTLM_DEPENDS, module->first_depend + i);
        const struct btlm_module *other = btl_manifest_module(manifest, id);
        if (loaded[id])
            continue;
        good = false;
        btl_report(diags, BTL_RUN_DEPENDENCY, module_place(manifest, index),
                   BTL_ARG(btl_manifest_str(manifest, other->name)),
                   BTL_ARG_Z(btlm_state_name(other->state == BTLM_OFF ? BTLM_OFF : BTLM_FAILED)));
    }
    return good;
}

// A name that the module does not have is a warning, as in the planner: the line has no effect.
static bool start_store_tunable(const struct btl_start *start,
                                const struct btl_module_setting *setting, struct btl_diags *diags)
{
    const struct btl_manifest *manifest = start->manifest;
    uint32_t index = btl_wrapper_find_tunable(start->image->wrapper, setting->name);
    struct btl_place place = {
        .file = btl_manifest_str(manifest, btl_manifest_system(manifest)->config_path),
        .line = setting->line,
        .column = setting->column,
        .module = start->facts->name};
    struct btl_tunable tunable;

    if (index == BTL_NONE) {
        btl_report(diags, BTL_RUN_TUNABLE_UNKNOWN, place, BTL_ARG(setting->name));
        return true;
    }
    tunable = btl_wrapper_tunable(start->image->wrapper, index);
    return btl_tunable_parse(&tunable, setting->name, setting->value, tunable.storage, place,
                             diags);
}

static bool start_store_tunables(const struct btl_start *start, struct btl_diags *diags)
{
    bool good = true;

    for (uint32_t i = 0; i < start->facts->setting_count; i++)
        good &= start_store_tunable(start, &start->facts->settings[i], diags);
    return good;
}

// The strings of the arguments are valid during the call only, and end with a NUL.
static bool start_make_arguments(const struct btl_start *start, struct btl_load_args *ret)
{
    struct btl_str name = start->facts->name, flags = start->facts->flags;
    char *text = btl_alloc(start->arena, name.len + flags.len + 2, 1);

    if (text == NULL)
        return false;
    memcpy(text, name.at, name.len);
    if (flags.len > 0)
        memcpy(text + name.len + 1, flags.at, flags.len);
    *ret = (struct btl_load_args){
        .name = text, .flags = text + name.len + 1, .phase = (int)start->phase};
    return true;
}

// A missing device is an error for a module that the boot needs.
static enum btl_start_result start_report_error(const struct btl_start *start, int error,
                                                struct btl_diags *diags)
{
    struct btl_place place = {.module = start->facts->name};

    if (error == BTL_ENODEV && !btl_on_error_is_vital(start->facts->on_error)) {
        btl_report(diags, BTL_RUN_NO_DEVICE, place, BTL_DEC(-(int64_t)error),
                   BTL_ARG(place.module));
        return BTL_START_NO_DEVICE;
    }
    btl_report(diags, BTL_RUN_LOAD_FUNCTION, place, BTL_DEC(-(int64_t)error),
               BTL_ARG_Z(btl_error_text(error)));
    return BTL_START_FAILED;
}

static enum btl_start_result start_report_memory(struct btl_str module, struct btl_diags *diags)
{
    btl_report(diags, BTL_NO_MEMORY, (struct btl_place){.module = module},
               BTL_ARG_Z("calling its load function"));
    return BTL_START_FAILED;
}

static enum btl_start_result start_call(const struct btl_start *start, struct btl_diags *diags)
{
    struct btl_load_args args;
    int error;

    if (!start_make_arguments(start, &args))
        return start_report_memory(start->facts->name, diags);
    error = start->call != NULL ? start->call(start, &args) : start->image->wrapper->load(&args);
    return error == 0 ? BTL_STARTED : start_report_error(start, error, diags);
}

static enum btl_start_result start_with_facts(const struct btl_start *start,
                                              struct btl_diags *diags)
{
    struct btl_linked linked = btl_module_image_linked(start->image);
    struct btl_place place = {.module = start->facts->name};

    if (!btl_wrapper_check(&linked, (uintptr_t)start->image->wrapper, place, diags) ||
        (start->prepare != NULL && !start->prepare(start, diags)) ||
        !start_store_tunables(start, diags))
        return BTL_START_FAILED;
    return start_call(start, diags);
}

enum btl_start_result btl_module_start(const struct btl_start *start, struct btl_diags *diags)
{
    struct btl_module_facts facts;
    struct btl_start with = *start;

    if (start->facts != NULL)
        return start_with_facts(start, diags);
    with.facts = &facts;
    if (btl_module_facts(start->manifest, start->index, start->arena, &facts))
        return start_with_facts(&with, diags);
    return start_report_memory(facts.name, diags);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "plan_world.h"

#include <btl/linux_kernel.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The next part of *text up to `end`, and *text behind it. False at the end of the text.
static bool next_part(struct btl_str *text, char end, struct btl_str *ret_part)
{
    size_t len = 0;
    if (text->len == 0)
        return false;
    while (len < text->len && text->at[len] != end)
        len++;
    *ret_part = (struct btl_str){text->at, len};
    size_t used = len < text->len ? len + 1 : len;
    *text = (struct btl_str){text->at + used, text->len - used};
    return true;
}

static void *list_of(struct plan_world *world, struct btl_str text, size_t size, size_t *ret_count)
{
    struct btl_str part;
    for (*ret_count = 0; next_part(&text, ',', &part);)
        ++*ret_count;
    void *list = btl_alloc_array(&world->own.arena, *ret_count, size, 8);
    if (list == NULL)
        abort();
    return list;
}

static struct btl_str *names_of(struct plan_world *world, struct btl_str text, size_t *ret_count)
{
    struct btl_str *names = list_of(world, text, sizeof(*names), ret_count);
    for (size_t i = 0; i < *ret_count; i++)
        next_part(&text, ',', &names[i]);
    return names;
}

static struct btl_interface *interfaces_of(struct plan_world *world, struct btl_str text,
                                           size_t *ret_count)
{
    struct btl_interface *interfaces = list_of(world, text, sizeof(*interfaces), ret_count);
    for (size_t i = 0; i < *ret_count; i++) {
        struct btl_str part, number;
        next_part(&text, ',', &part);
        next_part(&part, ':', &interfaces[i].name);
        next_part(&part, '.', &number);
        interfaces[i].major = (uint32_t)strtoul(number.at, NULL, 10);
        interfaces[i].minor = (uint32_t)strtoul(part.at, NULL, 10);
    }
    return interfaces;
}

static uint8_t phases_of(struct btl_str text)
{
    uint8_t supported = 0;
    struct btl_str part;
    while (next_part(&text, ',', &part))
        supported |= part.at[0] == 'R'   ? BTL_SUPPORTS_RUN
                     : part.at[4] == '1' ? BTL_SUPPORTS_BOOT1
                                         : BTL_SUPPORTS_BOOT2;
    return supported;
}

static void parms_of(struct plan_world *world, struct btl_str text, struct btl_modinfo *info)
{
    info->parms = list_of(world, text, sizeof(*info->parms), &info->parm_count);
    for (size_t i = 0; i < info->parm_count; i++)
        next_part(&text, ',', &info->parms[i].name);
}

static void set_vermagic(struct btl_modinfo *info, struct btl_str value)
{
    info->vermagic = value;
    info->of_linux = true;
    info->supported = BTL_SUPPORTS_BOOT2 | BTL_SUPPORTS_RUN;
}

static void set_field(struct plan_world *world, struct world_file *file, struct btl_str key,
                      struct btl_str value)
{
    struct btl_modinfo *info = &file->info;
    if (btl_str_equal(key, BTL_STR("phases")))
        info->supported = phases_of(value);
    else if (btl_str_equal(key, BTL_STR("depends")))
        info->depends = names_of(world, value, &info->depend_count);
    else if (btl_str_equal(key, BTL_STR("needs")))
        info->needs = interfaces_of(world, value, &info->need_count);
    else if (btl_str_equal(key, BTL_STR("provides")))
        info->provides = interfaces_of(world, value, &info->provide_count);
    else if (btl_str_equal(key, BTL_STR("alias")))
        info->aliases = names_of(world, value, &info->alias_count);
    else if (btl_str_equal(key, BTL_STR("later")))
        info->later = names_of(world, value, &info->later_count);
    else if (btl_str_equal(key, BTL_STR("parms")))
        parms_of(world, value, info);
    else if (btl_str_equal(key, BTL_STR("file")))
        file->path = test_text(&world->own, value);
    else if (btl_str_equal(key, BTL_STR("vermagic")))
        set_vermagic(info, value);
    else if (btl_str_equal(key, BTL_STR("softdep")))
        info->softdeps = names_of(world, value, &info->softdep_count);
    else if (btl_str_equal(key, BTL_STR("is")))
        info->name = value;
    else if (!(btl_str_equal(key, BTL_STR("majors")) && btl_majors_parse(value, info->majors)) &&
             !(btl_str_equal(key, BTL_STR("type")) && btl_type_of(value, &info->type)))
        abort(); // a mistake in the test
}

void world_begin(struct plan_world *world, const char *conf)
{
    memset(world, 0, sizeof(*world));
    test_memory_begin(&world->memory);
    test_memory_begin(&world->own);
    world->config_diags.arena = &world->own.arena;
    world->diags.arena = &world->memory.arena;
    btl_config_parse(BTL_STR("loader.conf"), btl_str_of(conf), &world->own.arena, &world->config,
                     &world->config_diags);
    if (world->config_diags.errors > 0) {
        fputs(test_diags_text(&world->own, &world->config_diags), stderr);
        abort();
    }
}

void world_module(struct plan_world *world, const char *description)
{
    struct world_file *file = BTL_NEW(&world->own.arena, struct world_file);
    // Ends with a NUL, for strtoul().
    struct btl_str rest = btl_str_of(test_text(&world->own, btl_str_of(description))), part, key;
    char path[256];
    next_part(&rest, ' ', &file->info.name);
    snprintf(path, sizeof(path), "/modules/%.*s.ko", (int)file->info.name.len, file->info.name.at);
    file->path = test_text(&world->own, btl_str_of(path));
    file->info.supported = BTL_SUPPORTS_RUN;
    file->info.majors[BTL_DEVICE_CHAR] = file->info.majors[BTL_DEVICE_BLOCK] = BTL_MAJOR_NONE;
    while (next_part(&rest, ' ', &part)) {
        next_part(&part, '=', &key);
        set_field(world, file, key, part);
    }
    file->next = world->files;
    world->files = file;
}

void world_kernel(struct plan_world *world, const char *provides)
{
    world->kernel.provides =
        interfaces_of(world, btl_str_of(test_text(&world->own, btl_str_of(provides))),
                      &world->kernel.provide_count);
}

void world_linux(struct plan_world *world, const char *release, const char *builtin)
{
    struct btl_linux_kernel *kernel = BTL_NEW(&world->own.arena, struct btl_linux_kernel);
    kernel->release = btl_str_of(release);
    btl_linux_read_builtin(btl_str_of(builtin), (struct btl_place){0}, &world->own.arena,
                           &kernel->builtin, &world->config_diags);
    world->kernel.linux_kernel = kernel;
}

void world_statics(struct plan_world *world, const char *names)
{
    struct btl_modinfo *kernel = &world->kernel;
    struct btl_str *list = names_of(world, btl_str_of(names), &kernel->static_count);
    kernel->statics =
        BTL_NEW_ARRAY(&world->own.arena, struct btl_static_module, kernel->static_count);
    for (size_t i = 0; i < kernel->static_count; i++)
        kernel->statics[i].name = list[i];
}

// The metadata of a static module, whose `path` is the kernel's.
static const struct btl_modinfo *static_info(const struct plan_world *world, struct btl_str name)
{
    for (const struct world_file *file = world->files; file != NULL; file = file->next)
        if (btl_str_equal(file->info.name, name))
            return &file->info;
    return NULL;
}

void world_limit(struct plan_world *world, size_t allocations)
{
    test_memory_end(&world->memory);
    test_memory_begin_limited(&world->memory, allocations);
}

const struct btl_modinfo *world_file(const struct plan_world *world, struct btl_str path)
{
    for (const struct world_file *file = world->files; file != NULL; file = file->next)
        if (btl_str_equal(btl_str_of(file->path), path))
            return &file->info;
    return NULL;
}

void world_collect(struct plan_world *world)
{
    uint32_t wanted;
    world->begun = btl_plan_begin(&world->plan, &world->config, &world->kernel,
                                  &world->memory.arena, &world->diags);
    while ((wanted = btl_plan_next_wanted(&world->plan)) != BTL_NONE) {
        const struct btl_modinfo *info;
        do
            info = world->plan.modules[wanted].built_in != NULL
                       ? static_info(world, world->plan.modules[wanted].name)
                       : world_file(world, world->plan.modules[wanted].path);
        while (info == NULL && btl_plan_next_path(&world->plan, wanted));
        if (info != NULL)
            btl_plan_give(&world->plan, wanted, info);
        else
            btl_plan_fail(&world->plan, wanted, NULL);
    }
}

void world_plan(struct plan_world *world)
{
    world_collect(world);
    world->ordered = btl_plan_order(&world->plan);
}

void world_end(struct plan_world *world)
{
    test_memory_end(&world->memory);
    test_memory_end(&world->own);
}

uint32_t world_index(const struct plan_world *world, const char *name)
{
    for (uint32_t i = 0; i < world->plan.module_count; i++)
        if (btl_str_equal(world->plan.modules[i].name, btl_str_of(name)))
            return i;
    return BTL_NONE;
}

struct btl_planned *world_planned(const struct plan_world *world, const char *name)
{
    uint32_t index = world_index(world, name);
    if (index == BTL_NONE)
        abort();
    return &world->plan.modules[index];
}

void world_fail(struct plan_world *world, const char *name)
{
    btl_plan_fail(&world->plan, world_index(world, name), NULL);
}

// Appends "HEADING: a b<a; " for those modules in a list that have that verdict and phase.
static void add_group(struct plan_world *world, char *text, size_t size, const char *heading,
                      const uint32_t *list, uint32_t count, enum btl_verdict verdict, int phase)
{
    const struct btl_plan *plan = &world->plan;
    bool any = false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t index = list != NULL ? list[i] : i;
        const struct btl_planned *module = &plan->modules[index];
        if (module->verdict != verdict || (phase >= 0 && module->phase != (enum btl_phase)phase))
            continue;
        size_t at = strlen(text);
        if (!any)
            at += (size_t)snprintf(text + at, size - at, "%s%s:", at > 0 ? "; " : "", heading);
        any = true;
        at += btl_format_to(text + at, size - at, " %pS", &module->name);
        if (module->pulled_by != BTL_NONE)
            btl_format_to(text + at, size - at, "<%pS", &plan->modules[module->pulled_by].name);
    }
}

const char *world_text(struct plan_world *world)
{
    const struct btl_plan *plan = &world->plan;
    static char text[1 << 16];
    text[0] = '\0';
    for (int phase = 0; phase < BTL_PHASE_AUTO; phase++)
        add_group(world, text, sizeof(text), btl_phase_name(phase), plan->order, plan->order_count,
                  BTL_LOAD, phase);
    add_group(world, text, sizeof(text), "ready", plan->order, plan->order_count, BTL_READY, -1);
    add_group(world, text, sizeof(text), "off", NULL, plan->module_count, BTL_OFF, -1);
    add_group(world, text, sizeof(text), "failed", NULL, plan->module_count, BTL_FAILED, -1);
    return text;
}

const char *world_messages(struct plan_world *world)
{
    return test_diags_text(&world->own, &world->diags);
}

// SPDX-License-Identifier: BSD-2-Clause
#include "plan_shapes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const plan_shape_names[PLAN_SHAPES] = {
    [SHAPE_STAR] = "star",       [SHAPE_CHAIN] = "chain",         [SHAPE_CYCLE] = "cycle",
    [SHAPE_KNOT] = "knot",       [SHAPE_MISSING] = "missing",     [SHAPE_UNFIT] = "unfit",
    [SHAPE_LIBRARY] = "library", [SHAPE_DUPLICATE] = "duplicate", [SHAPE_TUNABLES] = "tunables",
};

struct maker {
    struct shaped *shaped;
    struct btl_arena *own;
    struct btl_str *names; // one more than there are modules: the missing one
};

static void *make(struct maker *maker, size_t count, size_t size)
{
    void *array = btl_alloc_array(maker->own, count, size, 8);
    if (array == NULL)
        abort();
    return array;
}

static struct btl_str make_name(struct maker *maker, const char *format, uint32_t number)
{
    char text[32];
    int len = snprintf(text, sizeof(text), format, number);
    return btl_str_copy(maker->own, (struct btl_str){text, (size_t)len});
}

static bool is_one_module(enum plan_shape shape)
{
    return shape == SHAPE_DUPLICATE || shape == SHAPE_TUNABLES;
}

// Up to two dependencies of module `index`, as indices; `count` stands for the missing one.
static unsigned depends_of(enum plan_shape shape, uint32_t index, uint32_t count, uint32_t ret[2])
{
    switch (shape) {
    case SHAPE_STAR:
    case SHAPE_LIBRARY:
        ret[0] = 0;
        return index > 0;
    case SHAPE_CHAIN:
    case SHAPE_UNFIT:
        ret[0] = index - 1;
        return index > 0;
    case SHAPE_CYCLE:
        ret[0] = (index + 1) % count;
        return 1;
    case SHAPE_KNOT:
        ret[0] = (index + 1) % count;
        ret[1] = 0;
        return index > 0 ? 2 : 1;
    case SHAPE_MISSING:
        ret[0] = count;
        return 1;
    default:
        return 0;
    }
}

static void make_depends(struct maker *maker, uint32_t index)
{
    const struct shaped *shaped = maker->shaped;
    struct btl_modinfo *info = &shaped->infos[index];
    uint32_t depends[2];
    info->majors[BTL_DEVICE_CHAR] = info->majors[BTL_DEVICE_BLOCK] = BTL_MAJOR_NONE;
    info->depend_count = depends_of(shaped->shape, index, shaped->count, depends);
    if (shaped->shape == SHAPE_DUPLICATE)
        info->depend_count = shaped->count;
    info->depends = make(maker, info->depend_count, sizeof(*info->depends));
    for (size_t i = 0; i < info->depend_count; i++)
        info->depends[i] = maker->names[shaped->shape == SHAPE_DUPLICATE ? 1 : depends[i]];
}

// The first provides as many interfaces as there are modules; each other needs three of them.
static void make_interfaces(struct maker *maker, struct btl_str *interfaces, uint32_t index)
{
    const struct shaped *shaped = maker->shaped;
    struct btl_modinfo *info = &shaped->infos[index];
    size_t count = index == 0 ? shaped->count : 3;
    struct btl_interface *list = make(maker, count, sizeof(*list));
    for (size_t i = 0; i < count; i++)
        list[i] = (struct btl_interface){.name = interfaces[(index * 7 + i) % shaped->count],
                                         .major = index == 0 ? 1 : 2};
    *(index == 0 ? &info->provides : &info->needs) = list;
    *(index == 0 ? &info->provide_count : &info->need_count) = count;
}

static void make_tunables(struct maker *maker, struct btl_module_config *module,
                          struct btl_setting *setting)
{
    struct btl_modinfo *info = maker->shaped->infos;
    uint32_t count = maker->shaped->count;
    info->parms = make(maker, count, sizeof(*info->parms));
    info->parm_count = module->tunable_count = count;
    module->tunables = make(maker, count, sizeof(*module->tunables));
    for (uint32_t i = 0; i < count; i++) {
        info->parms[i].name = make_name(maker, "p%07u", i);
        module->tunables[i].name = make_name(maker, "other%03u", i % 1000);
        module->tunables[i].setting = setting;
    }
}

static void make_config(struct maker *maker, uint32_t modules)
{
    struct btl_config *config = &maker->shaped->config;
    struct btl_setting *setting = make(maker, 1, sizeof(*setting));
    *setting = (struct btl_setting){.key = BTL_STR("load"), .value = BTL_STR("YES"), .line = 1};
    *config = (struct btl_config){.file = BTL_STR("loader.conf"),
                                  .module_path = BTL_STR("/modules"),
                                  .settings = setting,
                                  .setting_count = 1,
                                  .module_count = modules};
    config->modules = make(maker, modules, sizeof(*config->modules));
    for (uint32_t i = 0; i < modules; i++) {
        struct btl_module_config *module = &config->modules[i];
        bool early = maker->shaped->shape == SHAPE_UNFIT ||
                     (maker->shaped->shape == SHAPE_CHAIN && i == modules - 1);
        *module = (struct btl_module_config){.name = maker->names[i],
                                             .load = setting,
                                             .first = setting,
                                             .load_yes = true,
                                             .phase_given = early && i > 0,
                                             .configured = BTL_PHASE_BOOT1};
    }
    if (maker->shaped->shape == SHAPE_TUNABLES)
        make_tunables(maker, config->modules, setting);
}

void shape_make(struct shaped *ret, enum plan_shape shape, uint32_t count, struct btl_arena *own)
{
    struct maker maker = {.shaped = ret, .own = own};
    uint32_t modules = is_one_module(shape) ? 1 : count;
    *ret = (struct shaped){.shape = shape, .count = count};
    maker.names = make(&maker, (size_t)count + 1, sizeof(*maker.names));
    ret->infos = make(&maker, (size_t)count + 1, sizeof(*ret->infos));
    struct btl_str *interfaces = make(&maker, count, sizeof(*interfaces));
    for (uint32_t i = 0; i <= count; i++) {
        maker.names[i] = make_name(&maker, "m%u", i);
        ret->infos[i].name = maker.names[i];
        ret->infos[i].supported = BTL_SUPPORTS_RUN;
        if (shape == SHAPE_CHAIN || (shape == SHAPE_UNFIT && i > 0))
            ret->infos[i].supported |= BTL_SUPPORTS_BOOT1;
    }
    for (uint32_t i = 0; i < count; i++)
        interfaces[i] = make_name(&maker, "interface%u", i);
    for (uint32_t i = 0; i < modules; i++) {
        make_depends(&maker, i);
        if (shape == SHAPE_LIBRARY)
            make_interfaces(&maker, interfaces, i);
    }
    make_config(&maker, modules);
}

void shape_plan(struct shaped *shaped, struct btl_arena *arena)
{
    struct btl_plan *plan = &shaped->plan;
    uint32_t wanted;
    shaped->diags = (struct btl_diags){.arena = arena};
    btl_plan_begin(plan, &shaped->config, NULL, arena, &shaped->diags);
    while ((wanted = btl_plan_next_wanted(plan)) != BTL_NONE) {
        if (shaped->shape == SHAPE_MISSING && wanted == shaped->count)
            btl_plan_fail(plan, wanted, NULL);
        else
            btl_plan_give(plan, wanted, &shaped->infos[wanted]);
    }
    btl_plan_order(plan);
    for (uint32_t i = plan->order_count; i > 0; i--)
        btl_plan_fail(plan, plan->order[i - 1], NULL);
    btl_plan_compact(plan);
}

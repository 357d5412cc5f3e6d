// SPDX-License-Identifier: BSD-2-Clause
// The device switch. A module gets its majors when it is registered, and keeps them, loaded,
// unloaded or failed, until it is unregistered.
#include "device/devsw.h"

#include "base/handoff.h"

#include <btl/kernel.h>
#include <btl/modinfo.h>

static uint32_t owner[BTL_DEVICE_KINDS][BTL_MAJORS_MAX]; // id + 1; 0: free

static void devsw_init(void)
{
    memset(owner, 0, sizeof(owner));
}

// A manifest without majors says neither kinds nor numbers: then the module gets any of both kinds.
static int16_t major_wanted(const struct module *module, enum btl_device_kind kind)
{
    const struct btl_manifest *manifest = handoff_manifest();

    if (module->record != NULL)
        return module->entry->majors[kind];
    return btl_manifest_has_majors(manifest) ? btl_manifest_major(manifest, module->entry, kind)
                                             : BTL_MAJOR_DYNAMIC;
}

// Dynamic majors come from the top; fixed ones are low.
static int16_t major_find_free(enum btl_device_kind kind)
{
    for (int major = BTL_MAJORS_MAX - 1; major >= 0; major--)
        if (owner[kind][major] == 0)
            return (int16_t)major;
    return BTL_MAJOR_NONE;
}

static bool major_assign(struct module *module, enum btl_device_kind kind, struct btl_diags *diags)
{
    struct btl_place place = {.module = module_name(module)};
    int16_t major = major_wanted(module, kind);

    if (major == BTL_MAJOR_DYNAMIC)
        major = major_find_free(kind);
    if (major == BTL_MAJOR_NONE) {
        btl_report(diags, BTL_RUN_MAJORS_FULL, place, BTL_ARG_Z(btl_device_kind_name(kind)),
                   BTL_DEC(BTL_MAJORS_MAX));
        return false;
    }
    if (owner[kind][major] != 0) {
        btl_report(diags, BTL_RUN_MAJOR_TAKEN, place, BTL_ARG_Z(btl_device_kind_name(kind)),
                   BTL_DEC(major), BTL_ARG(module_name(module_get(owner[kind][major] - 1))));
        return false;
    }
    owner[kind][major] = module_id(module) + 1;
    module->major[kind] = major;
    return true;
}

// A module has all of its majors or none.
static void majors_free(struct module *module)
{
    for (int kind = 0; kind < BTL_DEVICE_KINDS; kind++) {
        if (module->major[kind] >= 0)
            owner[kind][module->major[kind]] = 0;
        module->major[kind] = BTL_MAJOR_NONE;
    }
}

static bool devsw_reserve(struct module *module, bool fixed, struct btl_diags *diags)
{
    for (int kind = 0; kind < BTL_DEVICE_KINDS; kind++) {
        int16_t wanted = major_wanted(module, (enum btl_device_kind)kind);
        if (wanted == BTL_MAJOR_NONE || module->major[kind] >= 0 || (wanted >= 0) != fixed ||
            major_assign(module, (enum btl_device_kind)kind, diags))
            continue;
        majors_free(module);
        return false;
    }
    return true;
}

// A module that was refused for its majors may be tried again by hand.
static bool devsw_check(struct module *module, struct btl_diags *diags)
{
    const struct btl_device_class *class = module->image->linked.wrapper->type_data;

    return devsw_reserve(module, true, diags) && devsw_reserve(module, false, diags) &&
           type_data_holds(module, sizeof(*class), diags) &&
           type_data_calls(module, (uintptr_t) class->open, true, "open", diags) &&
           type_data_calls(module, (uintptr_t) class->close, true, "close", diags) &&
           type_data_calls(module, (uintptr_t) class->read, true, "read", diags) &&
           type_data_calls(module, (uintptr_t) class->write, true, "write", diags) &&
           type_data_calls(module, (uintptr_t) class->ioctl, true, "ioctl", diags);
}

const struct type_ops devsw_type = {
    .init = devsw_init, .reserve = devsw_reserve, .release = majors_free, .check = devsw_check};

uint32_t devsw_owner(enum btl_device_kind kind, uint32_t major)
{
    return major < BTL_MAJORS_MAX && owner[kind][major] != 0 ? owner[kind][major] - 1 : BTL_NONE;
}

int device_major(const char *name, int kind)
{
    uint32_t id;

    if (kind < 0 || kind >= BTL_DEVICE_KINDS)
        return BTL_EINVAL;
    if (!module_find(btl_str_of(name), &id))
        return BTL_ENOENT;
    return module_get(id)->major[kind] >= 0 ? module_get(id)->major[kind] : BTL_ENODEV;
}

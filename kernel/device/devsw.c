// SPDX-License-Identifier: BSD-2-Clause
// The device switch. A major belongs to a module while the module is attached. If a program asked
// for the major before the module was loaded, the module keeps it when it is unloaded.
#include "device/devsw.h"

#include "base/arena.h"
#include "dlkm/source.h"

#include <btl/kernel.h>

static uint32_t owner[BTL_DEVICE_KINDS][BTL_MAJORS_MAX]; // id + 1; 0: free

const char *device_kind_name(enum btl_device_kind kind)
{
    return kind == BTL_DEVICE_CHAR ? "char" : "block";
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
    int16_t major = module->wants_major[kind];

    if (major == BTL_MAJOR_NONE || module->major[kind] >= 0)
        return true;
    if (major == BTL_MAJOR_DYNAMIC)
        major = major_find_free(kind);
    if (major == BTL_MAJOR_NONE) {
        btl_report(diags, BTL_RUN_MAJORS_FULL, place, BTL_ARG_Z(device_kind_name(kind)),
                   BTL_DEC(BTL_MAJORS_MAX));
        return false;
    }
    if (owner[kind][major] != 0 && owner[kind][major] != module_id(module) + 1) {
        btl_report(diags, BTL_RUN_MAJOR_TAKEN, place, BTL_ARG_Z(device_kind_name(kind)),
                   BTL_DEC(major), BTL_ARG(module_name(module_get(owner[kind][major] - 1))));
        return false;
    }
    owner[kind][major] = module_id(module) + 1;
    module->major[kind] = major;
    return true;
}

static void majors_free(struct module *module)
{
    for (int kind = 0; kind < BTL_DEVICE_KINDS; kind++) {
        if (module->major[kind] >= 0)
            owner[kind][module->major[kind]] = 0;
        module->major[kind] = BTL_MAJOR_NONE;
    }
}

static bool majors_assign(struct module *module, struct btl_diags *diags)
{
    if (major_assign(module, BTL_DEVICE_CHAR, diags) &&
        major_assign(module, BTL_DEVICE_BLOCK, diags))
        return true;
    if (!module->majors_kept)
        majors_free(module);
    return false;
}

static bool devsw_check(struct module *module, struct btl_diags *diags)
{
    const struct btl_device_class *class = module->image->wrapper->type_data;

    return type_data_holds(module, sizeof(*class), diags) &&
           type_data_calls(module, (uintptr_t) class->open, true, "open", diags) &&
           type_data_calls(module, (uintptr_t) class->close, true, "close", diags) &&
           type_data_calls(module, (uintptr_t) class->read, true, "read", diags) &&
           type_data_calls(module, (uintptr_t) class->write, true, "write", diags) &&
           type_data_calls(module, (uintptr_t) class->ioctl, true, "ioctl", diags);
}

// No device of the module is open: it would be held.
static bool devsw_detach(struct module *module, struct btl_diags *diags)
{
    if (!module->majors_kept)
        majors_free(module);
    return true;
}

const struct type_ops devsw_type = {.read_metadata = majors_read,
                                    .check = devsw_check,
                                    .attach = majors_assign,
                                    .detach = devsw_detach};

// --- majors of modules that are not loaded

static bool majors_read_file(struct module *module, struct btl_bytes file, struct btl_diags *diags)
{
    struct btl_place place = {.module = module_name(module)};
    struct btl_modinfo info;
    struct btl_elf elf;

    return btl_elf_open(file, BTL_ELF_MODULE, boot_system()->machine, place, &elf, diags) &&
           btl_modinfo_read(&elf, diags->arena, &info, diags) && majors_read(module, &elf, diags);
}

// Read the metadata once: a file that cannot be read is not read again at every open.
static void majors_learn(struct module *module)
{
    struct heap_arena heap;
    struct btl_diags diags = {.arena = &heap.arena};
    struct btl_bytes file;
    char reason[REASON_MAX];

    heap_arena_init(&heap);
    if (!module->majors_known) {
        module->majors_known = true;
        if (source_open(module, &file, &diags)) {
            majors_read_file(module, file, &diags);
            diags_explain(&diags, reason);
            diags.first = NULL;
            source_close(module, file);
        }
    }
    module->majors_kept = majors_assign(module, &diags);
    if (diags.first != NULL)
        diags_explain(&diags, reason);
    heap_arena_free(&heap);
}

static void majors_learn_all(void)
{
    for (uint32_t id = 0; id < module_count(); id++) {
        struct module *module = module_get(id);
        if (module->entry->type == BTL_TYPE_WSIO_CLASS && module->state == MODULE_REGISTERED &&
            !module->majors_kept)
            majors_learn(module);
    }
}

uint32_t devsw_owner(enum btl_device_kind kind, uint32_t major)
{
    if (major >= BTL_MAJORS_MAX)
        return BTL_NONE;
    if (owner[kind][major] == 0)
        majors_learn_all();
    return owner[kind][major] != 0 ? owner[kind][major] - 1 : BTL_NONE;
}

int device_major(const char *name, int kind)
{
    struct module *module;
    uint32_t id;

    if (kind < 0 || kind >= BTL_DEVICE_KINDS)
        return BTL_EINVAL;
    if (!module_find(btl_str_of(name), &id))
        return BTL_ENOENT;
    module = module_get(id);
    if (module->entry->type != BTL_TYPE_WSIO_CLASS)
        return BTL_ENODEV;
    if (module->state == MODULE_REGISTERED && !module->majors_kept)
        majors_learn(module);
    return module->major[kind] >= 0 ? module->major[kind] : BTL_ENODEV;
}

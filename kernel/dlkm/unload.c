// SPDX-License-Identifier: BSD-2-Clause
// Unloading: the reverse of load.c. A module in use is reported with all its users.
#include "dlkm/link.h"

#include "base/arena.h"
#include "base/lock.h"
#include "console/command.h"
#include "console/print.h"
#include "intr/intr.h"
#include "vm/dma.h"
#include "vm/early.h"

#include <btl/kernel.h>

#define CHAIN_MAX 8 // users of users that are named

struct unload {
    struct module *module;
    struct heap_arena reports;
    uint64_t first_reports[ARENA_REPORT_WORDS];
    struct btl_diags diags;
    struct btl_place place;
    uint32_t stamp; // of the walk over users of users
    bool force;
};

// Return the code of the image, which calls kmem_alloc().
static struct btl_segment unload_code(const struct module_image *image)
{
    struct btl_segment code = image->linked.segment[BTL_SEG_TEXT];

    code.offset += image->linked.base;
    return code;
}

// Detach what would call the module, or write to it. True: it has left commands or a capture.
static bool unload_forget(struct btl_str name, uint64_t start, uint64_t end)
{
    bool left;

    intr_forget(name, start, end);
    timeouts_forget(name, start, end);
    locks_forget_image(name, start, end);
    dma_forget(name, start, end);
    left = console_forget(start, end);
    return command_forget(start, end) || left;
}

void unload_image(struct module *module)
{
    struct btl_str name = module_name(module);
    struct btl_segment code = unload_code(module->image);
    size_t bytes;

    if (image_visit(module->image, unload_forget))
        kprintf("%pS: did not remove its console capture or its commands; removed now\n", &name);
    bytes = early_release(code.offset, code.size);
    if (bytes > 0)
        kprintf("%pS: did not free %lu bytes of the memory of phase 1; freed now\n", &name, bytes);
    stubs_forget(module);
    holds_forget(module);
    if (module->holds != NULL)
        kpanic("module %pS goes, and is still used by %s", &name, module->holds->user);
    btl_linker_forget(exports_linker(), module_id(module));
    image_drop(module);
}

static void unload_report_dependents(struct unload *unload)
{
    uint32_t id = module_id(unload->module);

    if (unload->module->dependents == 0)
        return;
    for (uint32_t other = 0; other < module_count(); other++)
        if (module_get(other)->state == MODULE_LOADED && module_depends_on(module_get(other), id))
            btl_report(&unload->diags, BTL_RUN_BUSY_DEPENDENT, unload->place,
                       BTL_ARG(module_name(module_get(other))));
}

static struct btl_arg hold_arg(struct unload *unload, const struct hold *hold)
{
    char text[128];
    struct btl_str written = {text, hold_text(hold, text, sizeof(text))};

    return BTL_ARG(btl_str_copy(&unload->reports.arena, written));
}

// Report a user. Return the module that it is, if that is held itself.
static void unload_report_hold(struct unload *unload, const struct hold *hold)
{
    btl_report(&unload->diags, hold->leaves ? BTL_RUN_BUSY_CHAIN : BTL_RUN_BUSY_HELD, unload->place,
               hold_arg(unload, hold), BTL_DEC(hold->count));
}

// Note the users of the module's users, which must leave first: each module once.
static void unload_report_chain(struct unload *unload, const struct module *module, int depth)
{
    module_get(module_id(module))->seen = unload->stamp;
    for (const struct hold *hold = module->holds; hold != NULL; hold = hold->next) {
        struct btl_place place = {.module = module_name(module)};
        if (module != unload->module)
            btl_report(&unload->diags, BTL_RUN_CHAIN, place, hold_arg(unload, hold));
        if (hold->holder != NULL && hold->holder->seen != unload->stamp && depth < CHAIN_MAX)
            unload_report_chain(unload, hold->holder, depth + 1);
    }
}

// Report every user of the module. With force, only those that would stay.
static int unload_check_busy(struct unload *unload)
{
    chain_hold();
    unload_report_dependents(unload);
    for (const struct hold *hold = unload->module->holds; hold != NULL; hold = hold->next)
        if (!unload->force || !hold->leaves)
            unload_report_hold(unload, hold);
    if (unload->module->calls > 0)
        btl_report(&unload->diags, BTL_RUN_BUSY_HELD, unload->place, BTL_ARG_Z("a call of a stub"),
                   BTL_DEC(unload->module->calls));
    if (unload->diags.errors == 0)
        return 0;
    unload->stamp = module_new_stamp();
    unload_report_chain(unload, unload->module, 0);
    return BTL_EBUSY;
}

// Say which modules cannot be loaded while the module, of the chain to the boot volume, is away.
static void unload_report_unreachable(const struct module *module)
{
    struct btl_str name = module_name(module);
    const char *before = "";

    chain_mark();
    if (!module->in_chain)
        return;
    for (uint32_t id = 0; id < module_count(); id++) {
        struct btl_str other = module_name(module_get(id));
        if (!chain_is_needed(module_get(id)))
            continue;
        if (before[0] == '\0')
            kprintf("%pS serves the boot volume; without it these modules cannot be loaded: ",
                    &name);
        kprintf("%s%pS", before, &other);
        before = ", ";
    }
    if (before[0] != '\0')
        kprintf("\n");
}

static int unload_check_state(struct unload *unload)
{
    const struct module *module = unload->module;

    if (module->state != MODULE_LOADED) {
        btl_report(&unload->diags, BTL_RUN_NOT_LOADED, unload->place,
                   BTL_ARG_Z(module_state_name(module->state)));
        return BTL_EINVAL;
    }
    if (module_is_static(module)) {
        btl_report(&unload->diags, BTL_RUN_STATIC, unload->place);
        return BTL_ENOSYS;
    }
    if (module->image->linked.wrapper->unload == NULL) {
        btl_report(&unload->diags, BTL_RUN_NO_UNLOAD, unload->place);
        return BTL_ENOSYS;
    }
    return unload_check_busy(unload);
}

// A module whose unload function fails is attached again. If that fails too, this is reported, and
// the module stays loaded without its type's service, as after a failure of its device.
static int unload_call(struct unload *unload)
{
    int error;

    if (!type_detach(unload->module, &unload->diags))
        return BTL_EBUSY;
    error = unload->module->image->linked.wrapper->unload();
    locks_forget(module_name(unload->module), "unload", interrupts_started());
    if (error == 0)
        return 0;
    btl_report(&unload->diags, BTL_RUN_UNLOAD_REFUSED, unload->place, BTL_DEC(-(int64_t)error),
               BTL_ARG_Z(btl_error_text(error)));
    type_attach(unload->module, &unload->diags);
    return error;
}

static int unload_run(struct unload *unload)
{
    int error = unload_check_state(unload);

    if (error != 0)
        return error;
    if (unload->force)
        unload_report_unreachable(unload->module);
    module_begin_unload(unload->module);
    error = unload_call(unload);
    if (error != 0) {
        module_unload_refused(unload->module);
        return error;
    }
    unload_image(unload->module);
    module_unloaded(unload->module);
    return 0;
}

static int unload_begin(uint32_t id, bool force)
{
    struct unload unload = {
        .module = module_get(id), .place = {.module = module_name(module_get(id))}, .force = force};
    char reason[REASON_MAX];
    int error;

    heap_arena_init_on(&unload.reports, unload.first_reports, sizeof(unload.first_reports));
    unload.diags.arena = &unload.reports.arena;
    error = unload_run(&unload);
    diags_explain(&unload.diags, reason);
    heap_arena_free(&unload.reports);
    return error;
}

int module_unload(uint32_t id)
{
    return unload_begin(id, false);
}

int module_unload_by_force(uint32_t id)
{
    return unload_begin(id, true);
}

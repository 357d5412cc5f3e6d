// SPDX-License-Identifier: BSD-2-Clause
// The one procedure that loads a module, at boot, on demand and by hand: a list of steps, each with
// its undo. A step that fails has reported the error; the steps before it are undone in reverse.
#include "base/arena.h"
#include "base/handoff.h"
#include "base/lock.h"
#include "base/timeline.h"
#include "console/say.h"
#include "dlkm/source.h"
#include "intr/intr.h"
#include "vm/vm.h"

#include <btl/kernel.h>

struct load {
    struct module *module;
    enum btl_phase phase;
    struct heap_arena heap, reports; // reports: of `diags` and their arguments
    uint64_t first_reports[ARENA_REPORT_WORDS];
    struct btl_diags diags;
    struct btl_place place;
    struct btl_bytes file;          // size 0: not open
    bool put_off;                   // not an error: it can be loaded later
    const struct load_source *from; // NULL: the module's file
};

static const struct module *running; // the module whose load function is running

struct btl_str dlkm_running(void)
{
    return running != NULL ? module_name(running) : (struct btl_str){"", 0};
}

static bool load_check_phase(struct load *load)
{
    uint8_t supported = load->module->entry->supported;
    char text[16];
    struct btl_str names;

    if (supported & btl_phase_needs(load->phase))
        return true;
    names = (struct btl_str){text, btl_supported_text(supported, text)};
    // INIT and AUTO are one phase of what a module supports: RUN.
    btl_report(&load->diags, BTL_RUN_PHASE, load->place,
               BTL_ARG_Z(load->phase > BTL_PHASE_BOOT2 ? "RUN" : btl_phase_name(load->phase)),
               BTL_ARG(btl_str_copy(&load->reports.arena, names)));
    return false;
}

// What a static module's load function has changed in its data before it failed cannot be undone.
static bool load_check_static(struct load *load)
{
    if (!module_is_static(load->module) || load->module->adoptable)
        return true;
    btl_report(&load->diags, BTL_RUN_STATIC_AGAIN, load->place);
    return false;
}

// In phase 1 no module can be linked: there is no memory for images.
static bool load_check_time(struct load *load)
{
    if (load->module->adoptable || vm_ready())
        return true;
    btl_report(&load->diags, BTL_RUN_TOO_EARLY, load->place);
    return false;
}

// A dependency that is being loaded now (its load function has requested this module), or that was
// put off for such a reason, may be loaded later.
static bool dependency_is_busy(const struct module *other)
{
    return other->state == MODULE_LOADING || other->state == MODULE_UNLOADING ||
           other->state == MODULE_REGISTERED;
}

// Report every dependency that is not loaded.
static bool load_check_dependencies(struct load *load)
{
    uint32_t before = load->diags.errors, busy = 0;

    for (uint32_t i = 0; i < load->module->entry->depend_count; i++) {
        const struct module *other = module_get(module_dependency(load->module, i));
        if (other->state == MODULE_LOADED)
            continue;
        busy += dependency_is_busy(other);
        btl_report(
            &load->diags, dependency_is_busy(other) ? BTL_RUN_DEPENDENCY_BUSY : BTL_RUN_DEPENDENCY,
            load->place, BTL_ARG(module_name(other)), BTL_ARG_Z(module_state_name(other->state)));
    }
    load->put_off = busy > 0 && load->diags.errors - before == busy;
    return load->diags.errors == before;
}

// A request before the module's own phase may come before the boot volume is served.
static bool load_open_file(struct load *load)
{
    const struct module *module = load->module;

    if (module->adoptable || load->from != NULL)
        return true;
    load->put_off = module->entry->phase > load->phase && !source_lasts(module);
    if (load->put_off) {
        btl_report(&load->diags, BTL_RUN_NO_VOLUME_YET, load->place, BTL_ARG(module_path(module)));
        return false;
    }
    if (!source_open(module, &load->file, &load->diags))
        return false;
    source_hash(load->module, load->file);
    return true;
}

static void load_close_file(struct load *load)
{
    if (load->file.size > 0)
        source_close(load->module, load->file);
    load->file.size = 0;
}

// The timeline is that of the boot: modules that are loaded later must not make it grow.
#define NO_EVENT UINT64_MAX

static uint64_t load_begin_event(const struct load *load, enum btlm_event_kind kind)
{
    return dlkm_phase() != BTL_PHASE_AUTO ? timeline_begin(kind, module_id(load->module))
                                          : NO_EVENT;
}

static void load_end_event(uint64_t event, uint64_t bytes)
{
    if (event != NO_EVENT)
        timeline_end(event, bytes);
}

static bool load_no_memory(struct load *load, const char *doing)
{
    btl_report(&load->diags, BTL_NO_MEMORY, load->place, BTL_ARG_Z(doing));
    return false;
}

// While the module had no image, another one may have been loaded that exports the same names.
static struct module_image *load_publish(struct load *load)
{
    if (exports_give(&load->from->exports, &load->diags))
        return load->from->image;
    image_discard(load->from->image);
    return NULL;
}

static struct module_image *load_link(struct load *load)
{
    struct btl_bytes file = load->from != NULL ? load->from->file : load->file;
    struct btl_module_facts facts;

    if (load->from != NULL && load->from->image != NULL)
        return load_publish(load);
    if (module_facts(load->module, &load->heap.arena, &facts))
        return image_link(&facts, file, &load->heap.arena, &load->diags);
    load_no_memory(load, "linking it");
    return NULL;
}

static bool load_get_image(struct load *load)
{
    struct module *module = load->module;
    struct module_image *image;
    uint64_t event;

    if (module->adoptable)
        return image_adopt(module, &load->diags);
    event = load_begin_event(load, BTLM_EVENT_MODULE_LINKED);
    image = load_link(load);
    load_end_event(event, image != NULL ? image->linked.size : 0);
    if (image != NULL)
        image_put(module, image);
    return image != NULL;
}

// A load function that failed has undone its work. Pointers into the image that it left in the
// kernel are removed here, before the memory is reused.
static void load_drop_image(struct load *load)
{
    unload_image(load->module);
}

// The wrapper is good: the type checks its data, and the defaults of the tunables are kept.
static bool load_prepare(const struct btl_start *start, struct btl_diags *diags)
{
    struct load *load = start->caller;

    return type_check(load->module, diags) && tunables_keep_defaults(load->module, diags);
}

static int load_call(const struct btl_start *start, const struct btl_load_args *args)
{
    struct load *load = start->caller;
    const struct module *caller = running; // it has called a stub of this one
    uint64_t event;
    int error;

    tunable_values_store(load->module, &load->diags);
    event = load_begin_event(load, BTLM_EVENT_MODULE_LOADED);
    running = load->module;
    error = start->image->wrapper->load(args);
    locks_forget(load->place.module, "load", interrupts_started());
    running = caller;
    load_end_event(event, 0);
    return error;
}

static bool load_start(struct load *load)
{
    struct btl_module_facts facts;
    struct btl_start start = {.manifest = handoff_manifest(),
                              .facts = &facts,
                              .image = &load->module->image->linked,
                              .phase = load->phase,
                              .arena = &load->heap.arena,
                              .prepare = load_prepare,
                              .call = load_call,
                              .caller = load};
    enum btl_start_result result;

    if (!module_facts(load->module, &load->heap.arena, &facts))
        return load_no_memory(load, "starting it");
    result = btl_module_start(&start, &load->diags);
    load->module->no_device = result == BTL_START_NO_DEVICE;
    return result == BTL_STARTED;
}

// Called only after the type could not attach, when the module has to go.
static void load_undo_start(struct load *load)
{
    int error = load->module->image->linked.wrapper->unload != NULL
                    ? load->module->image->linked.wrapper->unload()
                    : 0;

    if (error != 0)
        kprintf("%pS: its unload function fails with error -%d (%s), but it could not be attached; "
                "it is removed\n",
                &load->place.module, -error, btl_error_text(error));
}

static bool load_attach(struct load *load)
{
    return type_attach(load->module, &load->diags);
}

static const struct step {
    bool (*run)(struct load *load);
    void (*undo)(struct load *load);
} steps[] = {
    {load_check_phase, NULL},          {load_check_static, NULL},
    {load_check_time, NULL},           {load_check_dependencies, NULL},
    {load_open_file, load_close_file}, {load_get_image, load_drop_image},
    {load_start, load_undo_start},     {load_attach, NULL},
};

// NAME_on_error="ignore", and a missing device, apply to the boot; a later request to load the
// module prints its failure.
bool module_is_ignored(const struct module *module)
{
    return (BTLM_ON_ERROR(module->entry->flags) == BTL_ON_ERROR_IGNORE || module->no_device) &&
           dlkm_phase() != BTL_PHASE_AUTO;
}

// The first error, or a missing device, is the reason. Call this before anything is undone:
// messages quote strings of the module's image and file.
static void diags_find_reason(const struct btl_diags *diags, struct btl_str name,
                              char reason[static REASON_MAX])
{
    struct btl_buffer buffer = btl_buffer(reason, REASON_MAX);
    const struct btl_diag *diag = diags->first;

    while (diag != NULL && btl_code_severity(diag->code) != BTL_ERROR &&
           diag->code != BTL_RUN_NO_DEVICE)
        diag = diag->next;
    if (diag == NULL)
        btl_format_to(reason, REASON_MAX, "error: %pS: out of memory for the message", &name);
    else
        btl_diag_print(&buffer.out, diag);
}

void diags_explain(const struct btl_diags *diags, char reason[static REASON_MAX])
{
    diags_show(diags, false);
    diags_find_reason(diags, (struct btl_str){"", 0}, reason);
}

void diags_explain_failure(const struct module *module, const struct btl_diags *diags,
                           char reason[static REASON_MAX])
{
    diags_show(diags, module_is_ignored(module));
    diags_find_reason(diags, module_name(module), reason);
}

static bool load_run_steps(struct load *load)
{
    char reason[REASON_MAX];
    size_t done = 0;

    while (done < BTL_COUNT(steps) && steps[done].run(load))
        done++;
    if (done == BTL_COUNT(steps)) {
        diags_show(&load->diags, false); // warnings
        return true;
    }
    diags_explain_failure(load->module, &load->diags, reason);
    while (done-- > 0)
        if (steps[done].undo != NULL)
            steps[done].undo(load);
    if (load->put_off)
        module_put_off(load->module);
    else
        module_failed(load->module, reason);
    return false;
}

bool load_from(struct module *module, enum btl_phase phase, const struct load_source *from)
{
    struct load load = {
        .module = module, .phase = phase, .place = {.module = module_name(module)}, .from = from};
    bool good;

    heap_arena_init(&load.heap);
    heap_arena_init_on(&load.reports, load.first_reports, sizeof(load.first_reports));
    load.diags.arena = &load.reports.arena;
    good = load_run_steps(&load);
    if (good)
        module_loaded(module);
    load_close_file(&load);
    heap_arena_free(&load.heap);
    heap_arena_free(&load.reports);
    return good;
}

bool load_one(struct module *module, enum btl_phase phase)
{
    return load_from(module, phase, NULL);
}

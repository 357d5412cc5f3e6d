// SPDX-License-Identifier: BSD-2-Clause
// The command kmtune: show tunables of modules, and change those that allow it. They are called
// MODULE.NAME as in loader.conf.
#include "monitor/commands.h"
#include "monitor/kmtune.h"

#include "base/arena.h"
#include "failure/pending.h"

#include <btl/kernel.h>
#include <btl/tunable.h>

const char *kmtune_type_name(int type)
{
    static const char *const names[] = {
        [BTL_TUNABLE_INT] = "int", [BTL_TUNABLE_BOOL] = "bool", [BTL_TUNABLE_STRING] = "string"};

    return names[type];
}

static void kmtune_print(const struct module *module, uint32_t index)
{
    struct btl_tunable tunable = btl_wrapper_tunable(module->image->linked.wrapper, index);
    struct btl_str name = module_name(module);
    char label[96], value[KMTUNE_TEXT_MAX], from[KMTUNE_TEXT_MAX];

    tunable_text(module, index, false, value, sizeof(value));
    tunable_text(module, index, true, from, sizeof(from));
    btl_format_to(label, sizeof(label), "%pS.%s", &name, tunable.name);
    kprintf("%-28s %-7s \"%s\" default \"%s\"", label, kmtune_type_name(tunable.type), value, from);
    if (tunable.type == BTL_TUNABLE_INT)
        kprintf(" from %ld to %ld", tunable.min, tunable.max);
    if (tunable.type == BTL_TUNABLE_STRING)
        kprintf(" up to %ld bytes", tunable.max - 1);
    kprintf("%s\n", tunable.changed != NULL ? "; can be changed now" : "; at boot only");
}

// "ramdisk.kib   int from 1 to 16384, default "64"; next load "128" (kmtune)"
static bool kmtune_print_in_file(const struct module *module, const struct tunables_file *file,
                                 struct btl_str name)
{
    const struct tunable_value *value = tunable_value_find(module, name);
    struct btl_str of = module_name(module);
    struct btl_module_setting setting;
    struct btl_file_tunable found;
    char label[96], rule[96], from[KMTUNE_TEXT_MAX] = "";
    struct btl_buffer buffer = btl_buffer(rule, sizeof(rule));

    if (!tunables_find(file, name, &found, from, sizeof(from)))
        return false;
    btl_tunable_print(&found.tunable, &buffer.out);
    btl_format_to(label, sizeof(label), "%pS.%pS", &of, &name);
    kprintf("%-28s %s, default \"%s\"; not loaded", label, rule, from);
    if (value != NULL) {
        kprintf(", next load \"%pS\"", &value->value);
    } else if (module_setting(module, name, &setting)) {
        kprintf(", \"%pS\" in line %u of loader.conf", &setting.value, setting.line);
    }
    kprintf("%s\n", found.at_run_time ? "; can be changed when loaded" : "");
    return true;
}

static const struct kmtune_view short_view = {kmtune_print, kmtune_print_in_file};

static void kmtune_print_none(struct btl_str module, struct btl_str tunable)
{
    kprintf("kmtune: %pS has no tunable %pS; kmtune -q %pS lists them\n", &module, &tunable,
            &module);
}

// Print one tunable, or all: `name` empty.
static void kmtune_print_file(const struct module *module, struct btl_str name,
                              const struct kmtune_view *view)
{
    uint64_t first_reports[ARENA_REPORT_WORDS];
    struct heap_arena reports;
    struct btl_diags diags = {.arena = &reports.arena};
    char reason[REASON_MAX];
    struct tunables_file file;
    bool good;

    heap_arena_init_on(&reports, first_reports, sizeof(first_reports));
    good = tunables_open(module, &file, &diags);
    for (size_t i = 0; good && name.len == 0 && i < file.info.parm_count; i++)
        view->in_file(module, &file, file.info.parms[i].name);
    if (good && name.len > 0 && !view->in_file(module, &file, name))
        kmtune_print_none(module_name(module), name);
    diags_explain(&diags, reason);
    tunables_close(module, &file);
    heap_arena_free(&reports);
}

// Print the tunables of a module, or the one of that name.
static void kmtune_print_module(const struct module *module, struct btl_str name,
                                const struct kmtune_view *view)
{
    const struct btl_wrapper *wrapper;

    if (module->image == NULL) {
        kmtune_print_file(module, name, view);
        return;
    }
    wrapper = module->image->linked.wrapper;
    for (uint32_t i = 0; i < wrapper->tunable_count; i++)
        if (name.len == 0 || btl_str_equal(name, btl_str_of(btl_wrapper_tunable(wrapper, i).name)))
            view->loaded(module, i);
}

// All modules that are loaded or can be. The files of the others cannot be read, or are no modules.
static void kmtune_print_all(const struct kmtune_view *view)
{
    for (uint32_t id = 0; id < module_count(); id++) {
        const struct module *module = module_get(id);
        if (module->image != NULL || module->state == MODULE_REGISTERED)
            kmtune_print_module(module, BTL_STR(""), view);
    }
}

// Find the module of "module.tunable" or "module" (then *ret_tunable is empty). NULL: there is
// none, or it is loaded and has no such tunable, which was printed.
static struct module *kmtune_find(struct btl_str text, struct btl_str *ret_tunable)
{
    struct btl_str name = text;
    struct module *module;
    uint32_t id;

    *ret_tunable = BTL_STR("");
    btl_str_split(text, '.', &name, ret_tunable);
    if (!module_find(name, &id)) {
        kprintf("kmtune: no module %pS is registered\n", &name);
        return NULL;
    }
    module = module_get(id);
    if (module->image == NULL || ret_tunable->len == 0 ||
        btl_wrapper_find_tunable(module->image->linked.wrapper, *ret_tunable) != BTL_NONE)
        return module;
    kmtune_print_none(name, *ret_tunable);
    return NULL;
}

static void kmtune_query(struct btl_str text, const struct kmtune_view *view)
{
    struct btl_str tunable;
    const struct module *module = kmtune_find(text, &tunable);

    if (module != NULL)
        kmtune_print_module(module, tunable, view);
}

// `value` NULL: back to the value of the configuration or the module.
static int kmtune_store(struct module *module, struct btl_str tunable, const struct btl_str *value,
                        struct btl_diags *diags)
{
    uint32_t index;

    if (module->image == NULL) {
        if (value != NULL)
            return tunable_value_set(module, tunable, *value, diags);
        tunable_value_forget(module, tunable);
        return 0;
    }
    index = btl_wrapper_find_tunable(module->image->linked.wrapper, tunable);
    return value != NULL ? tunable_change(module, index, *value, diags)
                         : tunable_reset(module, index, diags);
}

static void kmtune_change(struct btl_str text, bool reset)
{
    struct btl_str value, name = text, tunable;
    uint64_t first_reports[ARENA_REPORT_WORDS];
    struct heap_arena reports;
    struct btl_diags diags = {.arena = &reports.arena};
    char reason[REASON_MAX];
    struct module *module;
    int error;

    if (!reset && !btl_str_split(text, '=', &name, &value)) {
        kprintf("kmtune: write MODULE.TUNABLE=value\n");
        return;
    }
    module = kmtune_find(name, &tunable);
    if (module == NULL)
        return;
    if (tunable.len == 0) {
        kprintf("kmtune: which tunable of %pS? kmtune -q %pS lists them\n", &name, &name);
        return;
    }
    heap_arena_init_on(&reports, first_reports, sizeof(first_reports));
    error = kmtune_store(module, tunable, reset ? NULL : &value, &diags);
    diags_explain(&diags, reason);
    heap_arena_free(&reports);
    if (error == 0)
        kmtune_print_module(module, tunable, &short_view);
    else if (error == BTL_ENOSYS && !reset)
        kprintf("%pS=\"%pS\"\n", &name, &value);
}

// May the tunable have the value? The module is not asked: it judges when it is loaded.
static bool kmtune_check(const struct module *module, struct btl_str tunable, struct btl_str value,
                         struct btl_diags *diags)
{
    struct btl_place place = {.module = module_name(module)};
    struct btl_tunable loaded;

    if (module->image == NULL)
        return tunable_value_check(module, tunable, value, diags) == 0;
    loaded = btl_wrapper_tunable(module->image->linked.wrapper,
                                 btl_wrapper_find_tunable(module->image->linked.wrapper, tunable));
    return btl_tunable_parse(&loaded, tunable, value, NULL, place, diags);
}

// MODULE.TUNABLE=VALUE
static void kmtune_queue(struct pending_edit *edit, struct btl_str text)
{
    struct btl_str value, name = text, tunable;
    uint64_t first_reports[ARENA_REPORT_WORDS];
    struct heap_arena reports;
    struct btl_diags diags = {.arena = &reports.arena};
    char reason[REASON_MAX];
    struct btl_str key;
    struct module *module;

    edit->refused = true;
    if (!btl_str_split(text, '=', &name, &value) || btl_str_find(name, '.') == name.len) {
        kprintf("kmtune: write MODULE.TUNABLE=value\n");
        return;
    }
    module = kmtune_find(name, &tunable);
    if (module == NULL)
        return;
    heap_arena_init_on(&reports, first_reports, sizeof(first_reports));
    if (kmtune_check(module, tunable, value, &diags)) {
        edit->refused = false;
        key = btl_str_after(name, btl_str_find(name, '.'));
        pending_edit_set(edit, module_name(module), key, value);
    }
    diags_explain(&diags, reason);
    heap_arena_free(&reports);
}

static void kmtune_queue_all(int count, char **texts)
{
    struct pending_edit edit;

    if (pending_edit_begin(&edit)) {
        for (int i = 0; i < count && !edit.refused; i++)
            kmtune_queue(&edit, btl_str_of(texts[i]));
        pending_edit_store(&edit);
    }
    pending_edit_free(&edit);
}

void kmtune_run(int argc, char **argv)
{
    char option = argc >= 2 && argv[1][0] == '-' && argv[1][1] != '\0' && argv[1][2] == '\0'
                      ? argv[1][1]
                      : '\0';

    const struct kmtune_view *view = option == 'l' ? &kmtune_long : &short_view;
    bool shows = option == 'q' || option == 'l';

    if (argc == 1 || (argc == 2 && shows)) {
        kmtune_print_all(view);
    } else if (argc >= 3 && option == 'w') {
        kmtune_queue_all(argc - 2, argv + 2);
    } else if (argc >= 3 && (shows || option == 's' || option == 'r')) {
        for (int i = 2; i < argc; i++) {
            if (shows)
                kmtune_query(btl_str_of(argv[i]), view);
            else
                kmtune_change(btl_str_of(argv[i]), option == 'r');
        }
    } else {
        kprintf(
            "usage: kmtune -q [MODULE[.TUNABLE]...]     show, a line for each\n"
            "       kmtune -l [MODULE[.TUNABLE]...]     show in full\n"
            "       kmtune -s MODULE.TUNABLE=VALUE...   set, where the module allows it\n"
            "       kmtune -w MODULE.TUNABLE=VALUE...   set in loader.conf, from the next boot on\n"
            "       kmtune -r MODULE.TUNABLE...         back to the default\n");
    }
}

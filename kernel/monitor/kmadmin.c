// SPDX-License-Identifier: BSD-2-Clause
// The command kmadmin: show, load, unload and configure modules.
#include "monitor/commands.h"

#include "dlkm/register.h"
#include "dlkm/source.h"
#include "failure/pending.h"

#include <btl/kernel.h>

static bool kmadmin_id(const char *text, uint32_t *ret_id)
{
    uint64_t number;

    if (!btl_parse_number(btl_str_of(text), &number) || number >= module_count() ||
        module_get((uint32_t)number)->state == MODULE_GONE)
        return false;
    *ret_id = (uint32_t)number;
    return true;
}

static struct module *kmadmin_by_name(const char *text)
{
    uint32_t id;

    if (module_find(btl_str_of(text), &id))
        return module_get(id);
    kprintf("kmadmin: no module %s is registered; kmadmin -s lists them\n", text);
    return NULL;
}

static struct module *kmadmin_by_id(const char *text)
{
    uint32_t id;

    if (kmadmin_id(text, &id))
        return module_get(id);
    kprintf("kmadmin: no module has the id %s; kmadmin -s lists them\n", text);
    return NULL;
}

static struct module *kmadmin_by_name_or_id(const char *text)
{
    uint32_t id;

    if (kmadmin_id(text, &id) && !module_find(btl_str_of(text), &id))
        return module_get(id);
    return kmadmin_by_name(text);
}

// The registered module of that name, or with that file.
static struct module *kmadmin_by_name_or_file(const char *text)
{
    struct btl_str wanted = btl_str_of(text);
    uint32_t id;

    if (module_find(wanted, &id))
        return module_get(id);
    for (id = 0; id < module_count(); id++)
        if (module_get(id)->state != MODULE_GONE &&
            btl_str_equal(module_path(module_get(id)), wanted))
            return module_get(id);
    return NULL;
}

// Register a file, or the file of a name. NULL: reported.
static struct module *kmadmin_register(const char *text)
{
    struct btl_str name;
    uint32_t id;

    if (module_register(btl_str_of(text), &id) != 0) {
        kprintf("kmadmin: %s was not registered\n", text);
        return NULL;
    }
    name = module_name(module_get(id));
    kprintf("kmadmin: Module %pS registered, ID = %u\n", &name, id);
    return module_get(id);
}

static struct module *kmadmin_find_or_register(const char *text)
{
    struct module *module = kmadmin_by_name_or_file(text);

    return module != NULL ? module : kmadmin_register(text);
}

static void kmadmin_unregister(struct module *module)
{
    struct btl_str name = module_name(module);
    char text[BTL_MODULE_NAME_MAX + 1];

    btl_format_to(text, sizeof(text), "%pS", &name); // the module is gone afterwards
    if (module_unregister(module_id(module)) == 0)
        kprintf("kmadmin: Module %s unregistered\n", text);
    else
        kprintf("kmadmin: Module %s was not unregistered\n", text);
}

static void kmadmin_update(const char *module_text, const char *file)
{
    struct module *module = kmadmin_by_name(module_text);
    struct btl_str version;

    if (module == NULL)
        return;
    if (module_update(module_id(module), btl_str_of(file)) != 0) {
        kprintf("kmadmin: Module %s was not updated; it is %s\n", module_text,
                module_condition(module));
        return;
    }
    version = module_version(module);
    kprintf("kmadmin: Module %s updated, version %pS, ID = %u; it is %s\n", module_text, &version,
            module_id(module), module_condition(module));
}

static void kmadmin_load(struct module *module)
{
    struct btl_str name = module_name(module);

    if (module_load_by_hand(module_id(module)) == 0)
        kprintf("kmadmin: Module %pS loaded, ID = %u\n", &name, module_id(module));
    else
        kprintf("kmadmin: Module %pS was not loaded\n", &name);
}

static void kmadmin_end_unload(const struct module *module, int error)
{
    struct btl_str name = module_name(module);

    if (error == 0)
        kprintf("kmadmin: Module %pS (ID = %u) unloaded\n", &name, module_id(module));
    else
        kprintf("kmadmin: Module %pS was not unloaded\n", &name);
}

static void kmadmin_unload(struct module *module)
{
    kmadmin_end_unload(module, module_unload(module_id(module)));
}

static void kmadmin_unload_by_force(struct module *module)
{
    kmadmin_end_unload(module, module_unload_by_force(module_id(module)));
}

static void kmadmin_show(struct module *module)
{
    kmadmin_print_full(module);
}

// "1", "2", "i", "a", or the phase's name.
static bool kmadmin_phase(const char *text, enum btl_phase *ret)
{
    static const struct {
        struct btl_str text;
        enum btl_phase phase;
    } letters[] = {{BTL_STR("1"), BTL_PHASE_BOOT1},
                   {BTL_STR("2"), BTL_PHASE_BOOT2},
                   {BTL_STR("i"), BTL_PHASE_INIT},
                   {BTL_STR("a"), BTL_PHASE_AUTO}};

    for (size_t i = 0; i < BTL_COUNT(letters); i++) {
        if (!btl_str_equal(letters[i].text, btl_str_of(text)))
            continue;
        *ret = letters[i].phase;
        return true;
    }
    return false;
}

// The file of a module that was registered, or replaced, by this kernel may be where the loader
// does not look.
static void kmadmin_note_file(struct pending_edit *edit, const struct module *module)
{
    struct btl_str rest = edit->config.module_path, name = module_name(module), directory;
    struct btl_str path = module_path(module);

    if (module->record == NULL)
        return;
    while (btl_take_part(&rest, ';', &directory))
        if (btl_str_equal(btl_module_path(&edit->heap.arena, directory, name), path))
            return;
    kprintf("note: the loader looks for %pS.ko in %pS, and this boot has %pS: put the file there "
            "before the next boot\n",
            &name, &edit->config.module_path, &path);
}

// Rule 1.
static void kmadmin_queue_phase(struct pending_edit *edit, const char *text, enum btl_phase phase)
{
    const struct module *module = kmadmin_by_name_or_id(text);
    struct btl_str name;
    char supported[16];
    int length;

    edit->refused = true;
    if (module == NULL)
        return;
    name = module_name(module);
    length = (int)btl_supported_text(module->entry->supported, supported);
    if (!(module->entry->flags & BTLM_METADATA)) {
        kprintf("kmadmin: the file of %pS could not be read, so the phases that it supports are "
                "unknown\n",
                &name);
    } else if (!(module->entry->supported & btl_phase_needs(phase))) {
        kprintf("kmadmin: %pS cannot be configured %s: it supports only %.*s\n", &name,
                btl_phase_name(phase), length, supported);
    } else {
        edit->refused = false;
        kmadmin_note_file(edit, module);
        // A module that joined as a dependency is AUTO and has no configured phase.
        pending_edit_set(edit, name, BTL_STR("_load"), BTL_STR("YES"));
        pending_edit_set(edit, name, BTL_STR("_phase"), btl_str_of(btl_phase_name(phase)));
    }
}

// A module that loader.conf switches on can be switched off although this boot does not have it:
// after a safe boot, for example.
static void kmadmin_queue_off(struct pending_edit *edit, const char *text)
{
    struct btl_str name = btl_str_of(text);
    const struct module *module;

    if (btl_pending_cell(&edit->config, name)[0] == '-') {
        module = kmadmin_by_name_or_id(text);
        edit->refused = module == NULL;
        name = module != NULL ? module_name(module) : name;
    }
    if (!edit->refused)
        pending_edit_set(edit, name, BTL_STR("_load"), BTL_STR("NO"));
}

// All changes of a command are queued, or none. `phase` NULL: the modules are switched off.
static void kmadmin_queue(int count, char **names, const enum btl_phase *phase)
{
    struct pending_edit edit;

    if (pending_edit_begin(&edit)) {
        for (int i = 0; i < count && !edit.refused; i++) {
            if (phase != NULL)
                kmadmin_queue_phase(&edit, names[i], *phase);
            else
                kmadmin_queue_off(&edit, names[i]);
        }
        pending_edit_store(&edit);
    }
    pending_edit_free(&edit);
}

static void kmadmin_take_back(int count, char **names)
{
    struct pending_edit edit;

    if (count == 0) {
        pending_forget_all();
        return;
    }
    if (pending_edit_begin(&edit)) {
        for (int i = 0; i < count; i++)
            pending_edit_forget(&edit, btl_str_of(names[i]));
        pending_edit_store(&edit);
    }
    pending_edit_free(&edit);
}

// False: the words are no arguments of -b.
static bool kmadmin_configure(int argc, char **argv)
{
    enum btl_phase phase;

    if (btl_str_equal(btl_str_of(argv[0]), BTL_STR("-c"))) {
        kmadmin_take_back(argc - 1, argv + 1);
        return true;
    }
    if (!kmadmin_phase(argv[0], &phase))
        kprintf("kmadmin: %s is no phase; it is 1 (BOOT1), 2 (BOOT2), i (INIT) or a (AUTO)\n",
                argv[0]);
    else if (argc > 1)
        kmadmin_queue(argc - 1, argv + 1, &phase);
    return argc > 1;
}

static void kmadmin_print_path(void)
{
    struct btl_str path = search_path();

    kprintf("module search path: %pS\n", &path);
}

static void kmadmin_set_path(const char *directories)
{
    if (!search_path_set(btl_str_of(directories)))
        kprintf(
            "kmadmin: %s: a directory is /DIR, or VOLUME:/DIR on another volume; with ; between "
            "them\n",
            directories);
    kmadmin_print_path();
}

static void kmadmin_usage(void)
{
    kprintf(
        "usage: kmadmin -k                      static modules\n"
        "       kmadmin -L NAME|FILE...         load; prints the id; a FILE, or the file of a "
        "NAME, is registered first\n"
        "       kmadmin -r NAME|FILE...         register: /DIR/FILE, or VOLUME:/DIR/FILE\n"
        "       kmadmin -R NAME...              unregister\n"
        "       kmadmin -M NAME [FILE]          replace the module's file, and the loaded module\n"
        "       kmadmin -U [-f] NAME...         unload; -f: although others use it that then "
        "go away\n"
        "       kmadmin -u [-f] ID...           the same by id\n"
        "       kmadmin -s | -S                 all modules, short or in full\n"
        "       kmadmin -Q NAME | -q ID         one module in full\n"
        "       kmadmin -b                      what runs, is configured, and is pending\n"
        "       kmadmin -b {1|2|i|a} NAME|ID... configured phase from the next boot on\n"
        "       kmadmin -x NAME|ID...           switched off from the next boot on\n"
        "       kmadmin -b -c [NAME...]         take pending changes back\n"
        "       kmadmin -d DIR[;DIR...] | -D    set the search path; as in loader.conf\n");
}

static void kmadmin_for_each(int argc, char **argv, struct module *(*find)(const char *text),
                             void (*act)(struct module *module))
{
    for (int i = 0; i < argc; i++) {
        struct module *module = find(argv[i]);
        if (module != NULL && act != NULL)
            act(module);
    }
}

static void kmadmin_list(void (*print)(const struct module *module), const char *between)
{
    for (uint32_t id = 0; id < module_count(); id++) {
        if (module_get(id)->state == MODULE_GONE)
            continue;
        print(module_get(id));
        kprintf("%s", between);
    }
}

static bool kmadmin_run_plain(char option)
{
    switch (option) {
    case 'k':
        kmadmin_print_static();
        return true;
    case 's':
        kmadmin_print_heading();
        kmadmin_list(kmadmin_print_short, "");
        return true;
    case 'S':
        kmadmin_list(kmadmin_print_full, "\n");
        return true;
    case 'b':
        pending_print();
        return true;
    case 'D':
        search_path_reset();
        kmadmin_print_path();
        return true;
    default:
        return false;
    }
}

// "-f" may be the first word. False: no module is named.
static bool kmadmin_unload_all(int argc, char **argv, struct module *(*find)(const char *text))
{
    int force = btl_str_equal(btl_str_of(argv[0]), BTL_STR("-f"));

    kmadmin_for_each(argc - force, argv + force, find,
                     force ? kmadmin_unload_by_force : kmadmin_unload);
    return argc > force;
}

static bool kmadmin_run_words(char option, int argc, char **argv)
{
    switch (option) {
    case 'L':
        kmadmin_for_each(argc, argv, kmadmin_find_or_register, kmadmin_load);
        return true;
    case 'r':
        kmadmin_for_each(argc, argv, kmadmin_register, NULL);
        return true;
    case 'R':
        kmadmin_for_each(argc, argv, kmadmin_by_name, kmadmin_unregister);
        return true;
    case 'M':
        kmadmin_update(argv[0], argc > 1 ? argv[1] : "");
        return argc <= 2;
    case 'U':
        return kmadmin_unload_all(argc, argv, kmadmin_by_name);
    case 'u':
        return kmadmin_unload_all(argc, argv, kmadmin_by_id);
    case 'Q':
        kmadmin_for_each(argc, argv, kmadmin_by_name, kmadmin_show);
        return true;
    case 'q':
        kmadmin_for_each(argc, argv, kmadmin_by_id, kmadmin_show);
        return true;
    case 'd':
        kmadmin_set_path(argv[0]);
        return argc == 1;
    case 'b':
        return kmadmin_configure(argc, argv);
    case 'x':
        kmadmin_queue(argc, argv, NULL);
        return true;
    default:
        return false;
    }
}

void kmadmin_run(int argc, char **argv)
{
    bool known = false;

    if (argc >= 2 && argv[1][0] == '-' && argv[1][1] != '\0' && argv[1][2] == '\0')
        known = argc == 2 ? kmadmin_run_plain(argv[1][1])
                          : kmadmin_run_words(argv[1][1], argc - 2, argv + 2);
    if (!known)
        kmadmin_usage();
}

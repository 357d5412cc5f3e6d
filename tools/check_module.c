// SPDX-License-Identifier: BSD-2-Clause
// Refuses what the loader could not load: each module is opened, planned and linked at an address
// in the top 2 GiB, as at boot, with itself configured in the earliest phase that it supports.
//
//     check_module [-L DIR:DIR…] FILE.ko…
//
// Dependencies that are not among the files are looked for as DIR/NAME.ko. The kernel is what
// kernel_exports.def says.
#include <string.h>

#include <btl/config.h>
#include <btl/kernel.h>
#include <btl/link.h>
#include <btl/modinfo.h>
#include <btl/plan.h>

#include "host.h"

#define KERNEL_AT  0xffffffff80000000ull
#define MODULES_AT 0xffffffffa0000000ull

struct module {
    struct btl_str name; // of the file, without directory and .ko: what loader.conf calls it
    struct btl_elf elf;
    struct btl_modinfo info;
    bool good; // opened, metadata read
};

struct checker {
    struct btl_arena *arena;
    struct btl_diags *diags;
    const char *directories;
    struct btl_plan plan;
    struct module **module; // per planned module
    struct btl_symtab symtab;
    uint64_t next; // link address
};

static const char *const kernel_exports[] = {
#define EXPORT(type, name, parameters, phase, minor, text) #name,
#include <btl/kernel_exports.def>
#undef EXPORT
};

static struct btl_str name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct btl_str name = btl_str_of(slash != NULL ? slash + 1 : path);
    if (name.len > 3 && memcmp(name.at + name.len - 3, ".ko", 3) == 0)
        name.len -= 3;
    return name;
}

static struct module *open_module(struct checker *c, const char *path)
{
    struct module *module = BTL_NEW(c->arena, struct module);
    struct btl_place place = {.file = btl_str_of(path)};
    module->name = name_of(path);
    struct btl_bytes file = host_read(path);
    if (file.at == NULL) {
        fprintf(stderr, "%s: error: cannot be read\n", path);
        return module;
    }
    module->good = btl_elf_open(file, BTL_ELF_MODULE, 0, place, &module->elf, c->diags) &&
                   btl_modinfo_read(&module->elf, c->arena, &module->info, c->diags);
    return module;
}

static const char *earliest_phase(uint8_t supported)
{
    for (enum btl_phase phase = 0; phase < BTL_PHASES; phase++)
        if ((btl_phase_needs(phase) & supported) != 0)
            return btl_phase_name(phase);
    return "INIT";
}

// The loader.conf that an author would write to see these modules loaded.
static struct btl_str configuration(struct checker *c, struct module **given, size_t count)
{
    size_t size = 1, len = 0;
    for (size_t i = 0; i < count; i++)
        size += given[i]->name.len * 2 + 40;
    char *text = btl_alloc(c->arena, size, 1);
    for (size_t i = 0; i < count; i++)
        if (given[i]->good)
            len += btl_format_to(text + len, size - len, "%S_load=\"YES\"\n%S_phase=\"%s\"\n",
                                 &given[i]->name, &given[i]->name,
                                 earliest_phase(given[i]->info.supported));
    return (struct btl_str){text, len};
}

// The given module of that name, or one found in the directories; NULL: nowhere.
static struct module *find(struct checker *c, const struct btl_planned *planned,
                           struct module **given, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (btl_str_equal(planned->name, given[i]->name))
            return given[i];
    for (const char *at = c->directories; *at != '\0'; at += *at == ':') {
        size_t len = strcspn(at, ":");
        size_t size = len + planned->name.len + 8;
        char *path = btl_alloc(c->arena, size, 1);
        btl_format_to(path, size, "%.*s/%S.ko", (int)len, at, &planned->name);
        FILE *file = fopen(path, "rb");
        at += len;
        if (file != NULL) {
            fclose(file);
            return open_module(c, path);
        }
    }
    return NULL;
}

static void plan(struct checker *c, struct module **given, size_t count)
{
    uint32_t index;
    size_t known = 0;
    while ((index = btl_plan_next_wanted(&c->plan)) != BTL_NONE) {
        struct module *module = find(c, &c->plan.modules[index], given, count);
        while (known <= index) {
            known = known == 0 ? 256 : known * 2;
            struct module **more = BTL_NEW_ARRAY(c->arena, struct module *, known);
            if (c->module != NULL)
                memcpy(more, c->module, known / 2 * sizeof(*more));
            c->module = more;
        }
        c->module[index] = module;
        if (module != NULL && module->good) {
            btl_plan_give(&c->plan, index, &module->info);
            continue;
        }
        if (module == NULL)
            fprintf(stderr, "%.*s: error: not found; name its directory with -L\n",
                    (int)c->plan.modules[index].path.len, c->plan.modules[index].path.at);
        btl_plan_fail(&c->plan, index, NULL);
    }
    btl_plan_order(&c->plan);
}

static bool link_module(struct checker *c, uint32_t index)
{
    struct module *module = c->module[index];
    struct btl_image image;
    struct btl_scope scope;
    btl_plan_scope(&c->plan, index, &c->symtab, &scope);
    if (!btl_image_layout(&module->elf, c->arena, &image, c->diags))
        return false;
    c->next = (c->next + image.align - 1) & ~(image.align - 1);
    uint8_t *memory = btl_alloc(c->arena, image.size, BTL_PAGE_SIZE);
    btl_image_place(&image, c->next, memory);
    btl_image_copy(&image);
    c->next += image.size;
    return btl_image_resolve(&image, &scope, c->diags) && btl_image_relocate(&image, c->diags) &&
           btl_image_export(&image, &module->info, index, &scope, &c->symtab, c->diags);
}

static void link_all(struct checker *c)
{
    for (uint32_t i = 0; i < c->plan.order_count;) {
        uint32_t index = c->plan.order[i], before = c->plan.order_count;
        if (!link_module(c, index))
            btl_plan_fail(&c->plan, index, c->diags->last);
        if (c->plan.order_count == before)
            i++;
    }
}

static bool check(struct checker *c, char **paths, size_t count)
{
    struct btl_modinfo kernel = {0};
    struct btl_interface provides;
    struct btl_config config;
    struct module **given = BTL_NEW_ARRAY(c->arena, struct module *, count);
    for (size_t i = 0; i < count; i++)
        given[i] = open_module(c, paths[i]);
    btl_interface_parse(btl_str_of(BTL_KERNEL_INTERFACE), &provides);
    kernel.provides = &provides;
    kernel.provide_count = 1;
    btl_config_parse(BTL_STR("(check)"), configuration(c, given, count), c->arena, &config,
                     c->diags);
    if (!btl_plan_begin(&c->plan, &config, &kernel, c->arena, c->diags) ||
        !btl_symtab_init(&c->symtab, 1024, 1, c->arena))
        return false;
    for (size_t i = 0; i < BTL_COUNT(kernel_exports); i++)
        btl_symtab_add(&c->symtab, btl_str_of(kernel_exports[i]), KERNEL_AT + 16 * i, BTL_KERNEL,
                       &(uint32_t){0});
    plan(c, given, count);
    link_all(c);
    bool good = c->diags->errors == 0;
    for (size_t i = 0; i < count; i++)
        good = good && given[i]->good;
    return good;
}

int main(int argc, char **argv)
{
    struct btl_arena arena = {.grow = host_grow};
    struct btl_diags diags = {.arena = &arena};
    struct checker checker = {
        .arena = &arena, .diags = &diags, .directories = "", .next = MODULES_AT};
    int first = 1;
    if (argc > 2 && strcmp(argv[1], "-L") == 0) {
        checker.directories = argv[2];
        first = 3;
    }
    if (first >= argc) {
        fprintf(stderr, "usage: %s [-L DIR:DIR...] FILE.ko...\n", argv[0]);
        return 2;
    }
    bool good = check(&checker, argv + first, (size_t)(argc - first));
    host_print(&diags);
    if (good)
        printf("%d modules checked: all can be loaded\n", argc - first);
    return good ? 0 : 1;
}

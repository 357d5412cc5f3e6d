// SPDX-License-Identifier: BSD-2-Clause
// btl check --module: the loader.conf that an author would write to see the modules loaded, planned
// and linked.
#include "check_modules.h"

#include <errno.h>
#include <string.h>

#include <btl/kernel.h>

#include "files.h"
#include "report.h"

#define KERNEL_AT   0xffffffff80000000ull
#define KERNEL_SIZE (2ull << 20)

static const char *const kernel_exports[] = {
#define EXPORT(type, name, parameters, phase, minor, text) #name,
#include <btl/kernel_exports.def>
#undef EXPORT
};

struct given {
    const struct check_modules *modules;
    struct btl_symtab by_name; // value: index into modules->files
};

// What loader.conf calls the module in that file.
static struct btl_str name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct btl_str name = btl_str_of(slash != NULL ? slash + 1 : path);
    if (name.len > 3 && memcmp(name.at + name.len - 3, ".ko", 3) == 0)
        name.len -= 3;
    return name;
}

static bool read_found(struct boot *boot, const char *path, struct boot_module *module, int *ret)
{
    module->file = btl_str_of(path);
    return files_map(path, &module->bytes, ret);
}

// The given file of that name, or the first in the directories.
static bool read_module(struct boot *boot, uint32_t index, struct boot_module *module)
{
    const struct given *given = boot->owner;
    const struct btl_planned *planned = &boot->plan.modules[index];
    const struct btl_export *found = btl_symtab_find(&given->by_name, planned->name);
    int error = ENOENT;
    if (found != NULL && read_found(boot, given->modules->files[found->value], module, &error))
        return true;
    for (const char *at = given->modules->directories; found == NULL && *at != '\0';) {
        int len = (int)strcspn(at, ":");
        if (len > 0 &&
            read_found(boot,
                       memory_text(boot->host->arena, "%.*s/%pS.ko", len, at, &planned->name).at,
                       module, &error))
            return true;
        at += len + (at[len] == ':');
    }
    if (found == NULL)
        btl_report(&boot->host->diags, BTL_HOST_NO_MODULE,
                   ((struct btl_place){.module = planned->name}), BTL_ARG(planned->name));
    else
        files_report(boot->host, (struct btl_place){.file = module->file}, error);
    return false;
}

static const char *earliest_phase(uint8_t supported)
{
    for (enum btl_phase phase = 0; phase < BTL_PHASES; phase++)
        if ((btl_phase_needs(phase) & supported) != 0)
            return btl_phase_name(phase);
    return "INIT";
}

// What a module supports, for choosing its phase; what is wrong with the file is said later, once.
static uint8_t supported_by(struct boot *boot, const char *path)
{
    struct btl_diags ignored = {.arena = boot->host->arena};
    struct btl_bytes bytes;
    struct btl_elf elf;
    struct btl_modinfo info;
    int error;
    bool good = files_map(path, &bytes, &error) &&
                btl_elf_open(bytes, BTL_ELF_MODULE, 0, (struct btl_place){0}, &elf, &ignored) &&
                btl_modinfo_read(&elf, boot->host->arena, &info, &ignored);
    return good ? info.supported : BTL_SUPPORTS_RUN;
}

static struct btl_str configuration(struct boot *boot, struct given *given)
{
    struct btl_str *lines = MEMORY_ARRAY(boot->host->arena, struct btl_str, given->modules->count);
    size_t size = 0, len = 0;
    for (size_t i = 0; i < given->modules->count; i++) {
        const char *path = given->modules->files[i];
        struct btl_str name = name_of(path);
        if (!btl_symtab_add(&given->by_name, name, i, 0, NULL)) {
            btl_report(&boot->host->diags, BTL_HOST_SAME_NAME,
                       ((struct btl_place){.file = btl_str_of(path)}), BTL_ARG(name));
            continue;
        }
        lines[i] = memory_text(boot->host->arena, "%pS_load=\"YES\"\n%pS_phase=\"%s\"\n", &name,
                               &name, earliest_phase(supported_by(boot, path)));
        size += lines[i].len;
    }
    char *text = MEMORY_ARRAY(boot->host->arena, char, size);
    for (size_t i = 0; i < given->modules->count; i++) {
        if (lines[i].len > 0)
            memcpy(text + len, lines[i].at, lines[i].len);
        len += lines[i].len;
    }
    return (struct btl_str){text, len};
}

static bool export_declared(struct boot *boot)
{
    bool good = true;
    for (size_t i = 0; i < BTL_COUNT(kernel_exports); i++)
        good = good && btl_symtab_add(&boot->symtab, btl_str_of(kernel_exports[i]),
                                      KERNEL_AT + 16 * i, BTL_KERNEL, NULL);
    return good;
}

// A kernel of which nothing is known but what btl/kernel.h declares. Its exports get addresses far
// enough from each other to tell them apart.
static void declared_kernel(struct boot *boot)
{
    struct btl_interface *provides = MEMORY_NEW(boot->host->arena, struct btl_interface);
    btl_interface_parse(BTL_STR(BTL_KERNEL_INTERFACE), provides);
    boot->kernel_info = (struct btl_modinfo){.provides = provides, .provide_count = 1};
    boot->kernel.size = KERNEL_SIZE;
    boot->kernel_base = KERNEL_AT;
    boot->kernel_good = true;
    boot->export_kernel = export_declared;
}

int check_modules(struct boot *boot, const struct check_modules *modules, bool strict)
{
    struct host *host = boot->host;
    struct given given = {.modules = modules};
    if (modules->count == 0)
        return usage_error(host, "--module needs the files of the modules");
    if (boot->machine == 0)
        boot->machine = ELF_MACHINE_X86_64;
    btl_symtab_init(&given.by_name, (uint32_t)modules->count, host->arena);
    boot->owner = &given;
    boot->read_module = read_module;
    boot_parse(boot, BTL_STR(""), configuration(boot, &given));
    boot->kernel_file = modules->kernel;
    if (modules->kernel != NULL)
        boot_kernel(boot);
    else
        declared_kernel(boot);
    boot_plan(boot);
    boot_link(boot);
    report_all(host);
    if (host->diags.errors > 0)
        return EXIT_ERRORS;
    printf("%zu module%s checked: all can be loaded\n", modules->count,
           modules->count == 1 ? "" : "s");
    return strict && host->diags.warnings > 0 ? EXIT_WARNINGS : EXIT_GOOD;
}

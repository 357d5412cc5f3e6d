// SPDX-License-Identifier: BSD-2-Clause
// btl check --module: write the loader.conf that loads the given modules, then plan and link them.
#include "check_modules.h"

#include <string.h>
#include <unistd.h>

#include <btl/kernel.h>
#include <btl/tunable.h>

#include "files.h"
#include "report.h"

#define KERNEL_AT   0xffffffff80000000ull
#define KERNEL_SIZE (2ull << 20)

// Of the kernel that btl/kernel.h describes.
static struct btl_export_phase kernel_exports[] = {
#define EXPORT(type, name, parameters, phase, minor, text) {BTL_STR(#name), BTL_SUPPORTS_##phase},
#include <btl/kernel_exports.def>
#undef EXPORT
};

struct given {
    struct boot boot; // the first member: the owner of core's callbacks
    const struct check_modules *modules;
    struct btl_symtab by_name; // value: index into modules->files
};

static bool check_is_module(struct btl_str path)
{
    return path.len > 3 && btl_str_ends(path, BTL_STR(".ko"));
}

// Return the name of a file's module in loader.conf.
static struct btl_str check_module_name(struct btl_str path)
{
    struct btl_str name = btl_base_name(path);
    name.len -= check_is_module(name) ? 3 : 0;
    return name;
}

// Reports the directories of -L that do not exist.
static bool check_directories(struct host *host, const char *directories)
{
    bool good = true;
    for (const char *at = directories; *at != '\0';) {
        struct btl_str path = {at, strcspn(at, ":")};
        if (path.len > 0)
            good = files_require_directory(host, path) && good;
        at += path.len + (at[path.len] == ':');
    }
    return good;
}

// Return the file of this machine for a path of the plan: the given one of that name, or the first
// in the directories. NULL: none.
static const char *check_find_file(const struct given *given, struct btl_str path)
{
    struct btl_str name = check_module_name(path);
    const struct btl_export *found = btl_symtab_find(&given->by_name, name);
    if (!check_is_module(path))
        return given->modules->kernel;
    if (found != NULL)
        return given->modules->files[found->value];
    for (const char *at = given->modules->directories; *at != '\0';) {
        int len = (int)strcspn(at, ":");
        const char *file = memory_text(given->boot.host->arena, "%.*s/%pS.ko", len, at, &name).at;
        if (len > 0 && access(file, R_OK) == 0)
            return file;
        at += len + (at[len] == ':');
    }
    return NULL;
}

static struct btl_str check_driver_name(void *owner, struct btl_str path)
{
    const char *file = check_find_file(owner, path);
    return file != NULL ? btl_str_of(file) : BTL_STR("");
}

static const struct btl_boot_file *check_driver_read(void *owner, struct btl_str path, uint64_t max,
                                                     struct btl_file_problem *ret_problem)
{
    struct given *given = owner;
    struct host *host = given->boot.host;
    const char *file = check_find_file(given, path);
    struct btl_bytes bytes;
    int error;
    *ret_problem = (struct btl_file_problem){.code = BTL_FILE_NOT_FOUND};
    if (file != NULL && files_map(file, &bytes, &error))
        return boot_file(&given->boot, path, bytes);
    if (file == NULL && !check_is_module(path))
        return NULL;
    ret_problem->code = BTL_CODES; // reported here
    if (file == NULL)
        btl_report(&host->diags, BTL_HOST_NO_MODULE,
                   ((struct btl_place){.module = check_module_name(path)}),
                   BTL_ARG(check_module_name(path)));
    else
        files_report(host, (struct btl_place){.file = btl_str_of(file)}, error);
    return NULL;
}

static size_t check_driver_list(void *owner, struct btl_str **ret_paths)
{
    return 0;
}

static const char *check_earliest_phase(uint8_t supported)
{
    for (enum btl_phase phase = 0; phase < BTL_PHASES; phase++)
        if ((btl_phase_needs(phase) & supported) != 0)
            return btl_phase_name(phase);
    return "INIT";
}

// Return the phases that a module supports. Errors in the file are ignored: the steps report them.
static uint8_t check_supported_phases(struct boot *boot, const char *path)
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

static struct btl_str check_configuration_text(struct boot *boot, struct given *given)
{
    struct btl_str *lines = MEMORY_ARRAY(boot->host->arena, struct btl_str, given->modules->count);
    size_t size = 0, len = 0;
    for (size_t i = 0; i < given->modules->count; i++) {
        const char *path = given->modules->files[i];
        struct btl_str name = check_module_name(btl_str_of(path));
        if (!btl_symtab_add(&given->by_name, name, i, 0, NULL)) {
            btl_report(&boot->host->diags, BTL_HOST_SAME_NAME,
                       ((struct btl_place){.file = btl_str_of(path)}), BTL_ARG(name));
            continue;
        }
        lines[i] = memory_text(boot->host->arena, "%pS_load=\"YES\"\n%pS_phase=\"%s\"\n", &name,
                               &name, check_earliest_phase(check_supported_phases(boot, path)));
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

static bool check_driver_export_kernel(void *owner)
{
    struct given *given = owner;
    bool good = true;
    for (size_t i = 0; i < BTL_COUNT(kernel_exports); i++)
        good = good && btl_symtab_add(&given->boot.attempt.symtab, kernel_exports[i].symbol,
                                      KERNEL_AT + 16 * i, BTL_KERNEL, NULL);
    return good;
}

// Declare a kernel that exports what btl/kernel.h declares. Each export gets an address of its own.
static void check_declare_kernel(struct boot *boot)
{
    struct btl_attempt_kernel *kernel = &boot->attempt.kernel;
    struct btl_interface *provides = MEMORY_NEW(boot->host->arena, struct btl_interface);
    btl_interface_parse(BTL_STR(BTL_KERNEL_INTERFACE), provides);
    kernel->info = (struct btl_modinfo){.provides = provides,
                                        .provide_count = 1,
                                        .export_phases = kernel_exports,
                                        .export_phase_count = BTL_COUNT(kernel_exports)};
    kernel->image.size = KERNEL_SIZE;
    kernel->image.base = KERNEL_AT;
    btl_attempt_begin_window(&boot->attempt);
    boot->kernel_good = true;
}

// Compare the metadata of the given modules with their code.
static void check_tunables(const struct given *given)
{
    const struct btl_attempt *attempt = &given->boot.attempt;
    for (uint32_t i = 0; i < attempt->plan.module_count; i++) {
        const struct btl_attempt_module *module = attempt->modules[i];
        if (module->opened &&
            btl_symtab_find(&given->by_name, attempt->plan.modules[i].name) != NULL)
            btl_tunables_check(&module->elf, &module->info, module->elf.place, attempt->diags);
    }
}

int check_modules(const struct boot *options, const struct check_modules *modules, bool strict)
{
    struct host *host = options->host;
    struct given given = {.boot = *options, .modules = modules};
    struct boot *boot = &given.boot;
    struct btl_boot_driver driver = volume_driver;
    driver.read = check_driver_read;
    driver.name = check_driver_name;
    driver.list = check_driver_list;
    driver.export_kernel = check_driver_export_kernel;
    if (modules->count == 0)
        return usage_error(host, "--module needs the files of the modules");
    if (!check_directories(host, modules->directories))
        return EXIT_ERRORS;
    if (boot->machine == NULL)
        boot->machine = &btl_machines[0];
    btl_symtab_init(&given.by_name, (uint32_t)modules->count, host->arena);
    boot_attempt_begin(boot, &driver, &given);
    struct btl_str text = check_configuration_text(boot, &given);
    btl_attempt_configure_file(
        &boot->attempt, BTL_STR(""),
        boot_file(boot, BTL_STR(""), (struct btl_bytes){(const uint8_t *)text.at, text.len}));
    if (modules->kernel == NULL)
        check_declare_kernel(boot);
    boot_steps_after_configuration(boot);
    check_tunables(&given);
    report_all(host);
    if (host->diags.errors > 0)
        return EXIT_ERRORS;
    printf("%zu module%s checked: all can be loaded\n", modules->count,
           modules->count == 1 ? "" : "s");
    return strict && host->diags.warnings > 0 ? EXIT_WARNINGS : EXIT_GOOD;
}

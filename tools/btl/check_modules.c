// SPDX-License-Identifier: BSD-2-Clause
// btl check --module: the loader.conf that an author would write to see the modules loaded, planned
// and linked.
#include "check_modules.h"

#include <string.h>
#include <unistd.h>

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
    struct boot boot; // the first member: the owner of core's callbacks
    const struct check_modules *modules;
    struct btl_symtab by_name; // value: index into modules->files
};

static bool is_module_path(struct btl_str path)
{
    return path.len > 3 && memcmp(path.at + path.len - 3, ".ko", 3) == 0;
}

// What loader.conf calls the module in that file.
static struct btl_str name_of(struct btl_str path)
{
    const char *slash = memrchr(path.at, '/', path.len);
    struct btl_str name = path;
    if (slash != NULL)
        name = (struct btl_str){slash + 1, (size_t)(path.at + path.len - slash - 1)};
    name.len -= is_module_path(name) ? 3 : 0;
    return name;
}

// The file of this machine that stands for a path of the plan: the given one of that name, or the
// first in the directories. NULL: none.
static const char *find_given(const struct given *given, struct btl_str path)
{
    struct btl_str name = name_of(path);
    const struct btl_export *found = btl_symtab_find(&given->by_name, name);
    if (!is_module_path(path))
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

static struct btl_str name_given(void *owner, struct btl_str path)
{
    const char *file = find_given(owner, path);
    return file != NULL ? btl_str_of(file) : BTL_STR("");
}

static const struct btl_boot_file *read_given(void *owner, struct btl_str path, uint64_t max,
                                              struct btl_file_problem *ret_problem)
{
    struct given *given = owner;
    struct host *host = given->boot.host;
    const char *file = find_given(given, path);
    struct btl_bytes bytes;
    int error;
    *ret_problem = (struct btl_file_problem){.code = BTL_FILE_NOT_FOUND};
    if (file != NULL && files_map(file, &bytes, &error))
        return boot_file(&given->boot, path, bytes, false);
    if (file == NULL && !is_module_path(path))
        return NULL;
    ret_problem->code = BTL_CODES; // reported here
    if (file == NULL)
        btl_report(&host->diags, BTL_HOST_NO_MODULE, ((struct btl_place){.module = name_of(path)}),
                   BTL_ARG(name_of(path)));
    else
        files_report(host, (struct btl_place){.file = btl_str_of(file)}, error);
    return NULL;
}

static size_t list_nothing(void *owner, struct btl_str **ret_paths)
{
    return 0;
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
        struct btl_str name = name_of(btl_str_of(path));
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

static bool export_declared(void *owner)
{
    struct given *given = owner;
    bool good = true;
    for (size_t i = 0; i < BTL_COUNT(kernel_exports); i++)
        good = good && btl_symtab_add(&given->boot.attempt.symtab, btl_str_of(kernel_exports[i]),
                                      KERNEL_AT + 16 * i, BTL_KERNEL, NULL);
    return good;
}

// A kernel of which nothing is known but what btl/kernel.h declares. Its exports get addresses far
// enough from each other to tell them apart.
static void declare_kernel(struct boot *boot)
{
    struct btl_attempt_kernel *kernel = &boot->attempt.kernel;
    struct btl_interface *provides = MEMORY_NEW(boot->host->arena, struct btl_interface);
    btl_interface_parse(BTL_STR(BTL_KERNEL_INTERFACE), provides);
    kernel->info = (struct btl_modinfo){.provides = provides, .provide_count = 1};
    kernel->image.size = KERNEL_SIZE;
    kernel->image.base = KERNEL_AT;
    btl_attempt_begin_window(&boot->attempt);
    boot->kernel_good = true;
}

int check_modules(const struct boot *options, const struct check_modules *modules, bool strict)
{
    struct host *host = options->host;
    struct given given = {.boot = *options, .modules = modules};
    struct boot *boot = &given.boot;
    struct btl_boot_driver driver = volume_driver;
    driver.read = read_given;
    driver.name = name_given;
    driver.list = list_nothing;
    driver.export_kernel = export_declared;
    if (modules->count == 0)
        return usage_error(host, "--module needs the files of the modules");
    if (boot->machine == NULL)
        boot->machine = &btl_machines[0];
    btl_symtab_init(&given.by_name, (uint32_t)modules->count, host->arena);
    boot_attempt_begin(boot, &driver, &given);
    struct btl_str text = configuration(boot, &given);
    btl_attempt_configure_file(&boot->attempt, BTL_STR(""),
                               boot_file(boot, BTL_STR(""),
                                         (struct btl_bytes){(const uint8_t *)text.at, text.len},
                                         false));
    if (modules->kernel == NULL)
        declare_kernel(boot);
    boot_steps_after_configuration(boot);
    report_all(host);
    if (host->diags.errors > 0)
        return EXIT_ERRORS;
    printf("%zu module%s checked: all can be loaded\n", modules->count,
           modules->count == 1 ? "" : "s");
    return strict && host->diags.warnings > 0 ? EXIT_WARNINGS : EXIT_GOOD;
}

// SPDX-License-Identifier: BSD-2-Clause
// Volume, loader.conf, kernel: the steps of efi/config_file.c and efi/kernel.c.
#include "boot.h"

#include <stdlib.h>
#include <string.h>

#include <btl/boot.h>
#include <btl/hash.h>

#include "configurations.h"
#include "files.h"

static const struct machine {
    uint16_t machine;
    const char *name;
    struct btl_str loader; // its path on the volume
} machines[] = {
    {ELF_MACHINE_X86_64, "x86-64", {"/EFI/BOOT/BOOTX64.EFI", 21}},
    {ELF_MACHINE_IA64, "ia64", {"/EFI/BOOT/BOOTIA64.EFI", 22}},
};

// "128M" as a number of bytes.
static bool parse_size(const char *text, uint64_t *ret_size)
{
    static const char units[] = "KMGT";
    char *end;
    uint64_t number = strtoull(text, &end, 10);
    if (end == text || text[0] == '-')
        return false;
    const char *unit = *end == '\0' ? NULL : strchr(units, *end);
    if (unit == NULL)
        *ret_size = number;
    else if (!btl_mul(number, 1ull << (10 * (unit - units + 1)), ret_size))
        return false;
    return *end == '\0' || (unit != NULL && end[1] == '\0');
}

static bool set_machine(struct boot *boot, const char *name)
{
    for (size_t i = 0; i < BTL_COUNT(machines); i++) {
        if (strcmp(machines[i].name, name) == 0) {
            boot->machine = machines[i].machine;
            return true;
        }
    }
    usage_error(boot->host, "\"%s\" is not a machine; it is x86-64 or ia64", name);
    return false;
}

bool boot_option(struct boot *boot, int option, bool *ret_good)
{
    *ret_good = true;
    if (option == 'C')
        boot->root = optarg;
    else if (option == 'c')
        boot->config_file = optarg;
    else if (option == BOOT_MACHINE)
        *ret_good = set_machine(boot, optarg);
    else if (option == BOOT_MEMORY) {
        *ret_good = parse_size(optarg, &boot->memory);
        if (!*ret_good)
            usage_error(boot->host, "\"%s\" is not a size; write it like 128M", optarg);
    } else
        return false;
    return true;
}

void boot_argument(struct boot *boot, const char *argument)
{
    struct btl_arena *arena = boot->host->arena;
    boot->path = BTL_STR(BTL_CONFIG_DEFAULT);
    if (argument != NULL && boot->root == NULL)
        configuration_split(arena, argument, &boot->root, &boot->path);
    else if (argument != NULL)
        boot->path = memory_text(arena, "%s%s", argument[0] == '/' ? "" : "/", argument);
    if (boot->root == NULL)
        boot->root = ".";
}

static void choose_machine(struct boot *boot)
{
    struct volume_file file;
    struct volume_problem problem;
    for (size_t i = 0; i < BTL_COUNT(machines) && boot->machine == 0; i++) {
        if (volume_file_open(&boot->volume, machines[i].loader, UINT64_MAX, &file, &problem))
            boot->machine = machines[i].machine;
    }
    if (boot->machine == 0)
        boot->machine = machines[0].machine;
}

bool boot_open(struct boot *boot)
{
    if (!volume_open(boot->host, boot->root, &boot->volume))
        return false;
    choose_machine(boot);
    return true;
}

void boot_close(struct boot *boot)
{
    volume_close(&boot->volume);
}

// As the loader has it, when no configuration is known to be good.
static bool has_fallback(struct boot *boot, struct btl_str text)
{
    const struct btl_boot_state nothing = {0};
    const struct btl_boot_volume seen = configurations_seen(&boot->volume);
    uint8_t sha256[32];
    struct btl_booting booting = {.path = boot->path, .sha256 = sha256};
    struct btl_str ignored;
    btl_sha256((struct btl_bytes){(const uint8_t *)text.at, text.len}, sha256);
    return btl_boot_fallback(&nothing, &booting, &seen, &ignored);
}

void boot_parse(struct boot *boot, struct btl_str file, struct btl_str text)
{
    boot->text = text;
    // Single modules are checked without a volume.
    boot->fallback = boot->volume.host != NULL && has_fallback(boot, text);
    btl_config_parse(file, text, boot->host->arena, &boot->config, &boot->host->diags);
}

void boot_config(struct boot *boot)
{
    struct host *host = boot->host;
    struct btl_bytes bytes = {(const uint8_t *)"", 0};
    struct volume_problem problem;
    struct btl_str name = volume_name(&boot->volume, boot->path);
    if (boot->config_file != NULL) {
        name = btl_str_of(boot->config_file);
        files_read(host, boot->config_file, &bytes);
    } else if (!volume_read(&boot->volume, boot->path, BTL_CONFIG_MAX, &bytes, &problem)) {
        if (problem.code == BTL_FILE_NOT_FOUND)
            btl_report(&host->diags, BTL_BOOT_NO_CONFIG, ((struct btl_place){.file = name}));
        else
            volume_report(host, (struct btl_place){.file = name}, &problem);
    }
    boot_parse(boot, name, (struct btl_str){(const char *)bytes.at, bytes.size});
}

static void choose_base(struct boot *boot)
{
    boot->kernel_base = boot->kernel.link_base;
    if (boot->kernel_elf.machine == ELF_MACHINE_X86_64)
        boot->kernel_good =
            btl_kernel_choose_base(&boot->kernel, BTL_X86_64_WINDOW, BTL_X86_64_WINDOW_SIZE,
                                   &boot->kernel_base, &boot->host->diags);
}

static bool read_kernel(struct boot *boot, struct btl_place *ret_place)
{
    struct volume_problem problem;
    if (boot->kernel_file != NULL) {
        *ret_place = (struct btl_place){.file = btl_str_of(boot->kernel_file)};
        return files_read(boot->host, boot->kernel_file, &boot->kernel_bytes);
    }
    *ret_place = (struct btl_place){.file = volume_name(&boot->volume, boot->config.kernel)};
    if (volume_read(&boot->volume, boot->config.kernel, BTL_ELF_FILE_MAX, &boot->kernel_bytes,
                    &problem))
        return true;
    volume_report(boot->host, *ret_place, &problem);
    return false;
}

// Which line of the configuration names it, as in efi/kernel.c.
static void report_line(struct boot *boot)
{
    const struct btl_setting *setting = boot->config.kernel_setting;
    if (boot->kernel_file == NULL && setting != NULL)
        btl_report(&boot->host->diags, BTL_BOOT_KERNEL_LINE,
                   btl_setting_place(&boot->config, setting, (struct btl_str){NULL, 0}),
                   BTL_ARG(boot->config.kernel));
}

void boot_kernel(struct boot *boot)
{
    struct host *host = boot->host;
    struct btl_place place;
    boot->kernel_good =
        read_kernel(boot, &place) &&
        btl_elf_open(boot->kernel_bytes, BTL_ELF_KERNEL, boot->machine, place, &boot->kernel_elf,
                     &host->diags) &&
        btl_modinfo_read(&boot->kernel_elf, host->arena, &boot->kernel_info, &host->diags) &&
        btl_kernel_open(&boot->kernel_elf, host->arena, &boot->kernel, &host->diags);
    if (boot->kernel_good)
        choose_base(boot);
    else
        report_line(boot);
}

const struct btl_diag *boot_first_since(const struct boot *boot, const struct btl_diag *before)
{
    return before == NULL ? boot->host->diags.first : before->next;
}

bool boot_run(struct boot *boot)
{
    if (!boot_open(boot))
        return false;
    boot_config(boot);
    boot_kernel(boot);
    boot_plan(boot);
    boot_link(boot);
    boot_measure(boot);
    return true;
}

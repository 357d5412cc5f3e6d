// SPDX-License-Identifier: BSD-2-Clause
// The commands boot-ok, next-conf and boot-state.
#include "failure/boot_state.h"
#include "monitor/commands.h"

#include "base/handoff.h"
#include "console/print.h"
#include "console/say.h"
#include "dlkm/volume.h"

#include <btl/config.h>
#include <btl/hash.h>
#include <btl/kernel.h>

void boot_ok_run(int argc, char **argv)
{
    if (argc == 1)
        boot_ok();
    else
        kprintf("usage: boot-ok\n");
}

// A mistyped path is reported now if the kernel can read the boot volume.
static bool next_conf_is_file(struct btl_str path)
{
    struct btl_fs *fs = volume_boot();
    struct btl_fs_file file = {0};
    int error = fs != NULL ? fs->open(fs, path, &file) : 0;

    if (error == BTL_ENOENT || error == BTL_EINVAL)
        kernel_say(BTL_RUN_NEXT_NO_FILE, BTL_ARG(path), BTL_ARG_Z(fs->name));
    return error != BTL_ENOENT && error != BTL_EINVAL;
}

void next_conf_run(int argc, char **argv)
{
    struct btl_record record = {0};
    bool is_new;

    if (argc != 2) {
        kprintf("usage: next-conf PATH   (a configuration of the boot volume)\n");
        return;
    }
    record.path = btl_str_of(argv[1]);
    if (!btl_is_path(record.path))
        kernel_say(BTL_RUN_STATE_PATH, BTL_ARG(record.path), BTL_DEC(BTL_RECORD_PATH_MAX));
    else if (next_conf_is_file(record.path) &&
             boot_record_store(BTL_VARIABLE_NEXT, &record, &is_new))
        kprintf("next-conf: %pS will be booted next, once\n", &record.path);
}

// Any program can write a variable: control characters are escaped.
static void print_escaped(struct btl_str text)
{
    struct btl_out out = console_out();
    struct btl_str line;

    while (btl_take_line(&text, &line)) {
        kprintf("    ");
        btl_put_escaped(&out, line, SIZE_MAX);
        kprintf("\n");
    }
}

static void print_kernel_failures(const struct btl_record *failed)
{
    char text[BTL_SHA256_TEXT];

    for (uint32_t i = 0; i < failed->given_up_count; i++)
        kprintf("    given up by the kernel: %s\n", btl_sha256_text(failed->given_up[i], text));
}

static void print_record_details(enum btl_variable which, const struct btl_record *record)
{
    char text[BTL_SHA256_TEXT];

    switch (which) {
    case BTL_VARIABLE_TRIAL:
        kprintf(", tries left: %u\n", record->number);
        break;
    case BTL_VARIABLE_PENDING:
        kprintf(", tries: %u\n", record->number);
        print_escaped(record->text);
        break;
    case BTL_VARIABLE_FAILED:
        if (record->path.len == 0) {
            kprintf("the last failure is settled\n");
            print_kernel_failures(record);
            return;
        }
        kprintf(", in the %s:\n", record->number == BTL_FAILED_IN_KERNEL ? "kernel" : "loader");
        print_escaped(record->text);
        break;
    default:
        kprintf("\n");
    }
    if (which != BTL_VARIABLE_NEXT)
        kprintf("    SHA-256 %s\n", btl_sha256_text(record->sha256, text));
    print_kernel_failures(record);
}

static void print_variable(enum btl_variable which)
{
    struct boot_record stored;

    boot_record_load(which, &stored);
    kprintf("%-10s  ", btl_variable_name(which));
    if (stored.record.valid) {
        kprintf("%pS", &stored.record.path);
        print_record_details(which, &stored.record);
    } else if (stored.status == EFI_NOT_FOUND) {
        kprintf("-\n");
    } else if (stored.status != EFI_SUCCESS) {
        kprintf("cannot be read (%s)\n", efi_status_text(stored.status));
    } else {
        kprintf("not a record of this version of BTL: ignored\n");
    }
}

void boot_state_run(int argc, char **argv)
{
    struct btl_out out = console_out();

    if (argc != 1) {
        kprintf("usage: boot-state\n");
        return;
    }
    if (boot_entry() == NULL)
        kernel_say(BTL_RUN_STATE_UNKNOWN);
    else
        btl_manifest_print(handoff_manifest(), 1u << BTLM_BOOT, &out);
    for (int which = 0; which < BTL_VARIABLES; which++)
        print_variable((enum btl_variable)which);
}

// SPDX-License-Identifier: BSD-2-Clause
// btl pin: write the SHA-256 of files into loader.conf, so that the loader uses these files and no
// others.
#include <string.h>

#include <btl/hash.h>

#include "edit/conf_edit.h"
#include "edit/edit.h"

// Make comments of all pins: the steps stop at a file that is not the pinned one, and never learn
// what that file needs.
static struct btl_str pin_text_without_pins(struct btl_arena *arena, struct btl_str text)
{
    const struct btl_config config = conf_parse(arena, text);
    char *copy = MEMORY_ARRAY(arena, char, text.len);
    if (text.len > 0)
        memcpy(copy, text.at, text.len);
    for (size_t i = 0; i < config.setting_count; i++) {
        if (btl_str_ends(config.settings[i].key, BTL_STR("_sha256")))
            copy[config.settings[i].offset] = '#';
    }
    return (struct btl_str){copy, text.len};
}

// Run the steps to find the files. What they report is the matter of edit_finish().
static void pin_find_files(struct edit *edit, struct host *quiet, struct boot *ret_boot)
{
    *quiet = *edit->host;
    quiet->diags = (struct btl_diags){.arena = edit->host->arena};
    *ret_boot = (struct boot){.host = quiet, .root = edit->boot.root, .path = edit->boot.path};
    if (boot_open(ret_boot))
        boot_steps_with(ret_boot, volume_name(&ret_boot->volume, ret_boot->path),
                        pin_text_without_pins(edit->host->arena, edit->text));
}

// Each change makes another text. The one before is given back: a file may get thousands of pins.
struct pins {
    struct edit *edit;
    struct memory memory[2]; // of edit->text, and of the next text
    unsigned current;
};

static void pin_file(struct pins *pins, struct btl_str module, const char *key,
                     struct btl_bytes bytes)
{
    struct edit *edit = pins->edit;
    unsigned next = 1 - pins->current;
    uint8_t digest[32];
    char text[BTL_SHA256_TEXT];
    btl_sha256(bytes, digest);
    memory_begin(&pins->memory[next]);
    edit->text = conf_set(&pins->memory[next].arena, edit->text, module, btl_str_of(key),
                          btl_str_of(btl_sha256_text(digest, text)));
    memory_end(&pins->memory[pins->current]);
    pins->current = next;
}

// The line of a module with the name kernel would be the kernel's.
static void pin_module(struct pins *pins, struct btl_str name, struct btl_bytes bytes)
{
    const struct edit *edit = pins->edit;
    if (btl_str_equal(name, BTL_STR("kernel"))) {
        btl_report(&edit->host->diags, BTL_HOST_PIN_KERNEL,
                   ((struct btl_place){.file = volume_name(&edit->boot.volume, edit->boot.path)}));
        return;
    }
    pin_file(pins, name, memory_text(edit->host->arena, "%pS_sha256", &name).at, bytes);
}

static const struct btl_boot_file *pin_module_file(const struct boot *boot, uint32_t index)
{
    const struct btl_attempt *attempt = &boot->attempt;
    return index < attempt->module_capacity && attempt->modules[index] != NULL
               ? attempt->modules[index]->file
               : NULL;
}

// Pin the kernel and every module whose file the configuration uses.
static void pin_all(struct pins *pins, const struct boot *boot)
{
    const struct btl_plan *plan = &boot->attempt.plan;
    if (boot->attempt.kernel.file != NULL)
        pin_file(pins, BTL_STR(""), "kernel_sha256", boot->attempt.kernel.file->bytes);
    for (uint32_t i = 0; i < plan->module_count; i++) {
        const struct btl_boot_file *file = pin_module_file(boot, i);
        if (file != NULL)
            pin_module(pins, plan->modules[i].name, file->bytes);
    }
}

// False: reported.
static bool pin_word(struct pins *pins, const struct boot *boot, const char *word)
{
    const struct btl_plan *plan = &boot->attempt.plan;
    bool kernel = strcmp(word, "kernel") == 0;
    if (kernel && boot->attempt.kernel.file != NULL) {
        pin_file(pins, BTL_STR(""), "kernel_sha256", boot->attempt.kernel.file->bytes);
        return true;
    }
    for (uint32_t i = 0; !kernel && i < plan->module_count; i++) {
        const struct btl_boot_file *file = pin_module_file(boot, i);
        if (!btl_str_equal(plan->modules[i].name, btl_str_of(word)) || file == NULL)
            continue;
        pin_module(pins, plan->modules[i].name, file->bytes);
        return true;
    }
    btl_report(&pins->edit->host->diags, BTL_HOST_PIN_NO_FILE,
               ((struct btl_place){.file = volume_name(&boot->volume, boot->path)}),
               BTL_ARG_Z(word));
    return false;
}

static int pin_command(struct host *host, int argc, char **argv)
{
    struct edit edit;
    struct host quiet;
    struct boot boot;
    struct pins pins = {.edit = &edit};
    bool good = true;
    if (!edit_begin(&edit, host, argc, argv))
        return EXIT_ERRORS;
    if (edit.global)
        return usage_error(host, "btl pin takes names of modules, and \"kernel\", without -g");
    pin_find_files(&edit, &quiet, &boot);
    if (optind == argc)
        pin_all(&pins, &boot);
    for (int i = optind; i < argc; i++)
        good = pin_word(&pins, &boot, argv[i]) && good;
    boot_close(&boot);
    edit.text = memory_text(host->arena, "%pS", &edit.text); // messages point into it
    memory_end(&pins.memory[pins.current]);
    return good ? edit_finish(&edit, BTL_STR("")) : EXIT_ERRORS;
}

const struct command cmd_pin = {
    .name = "pin",
    .synopsis = EDIT_SYNOPSIS " [NAME|kernel ...]",
    .summary = "writes the SHA-256 of files into loader.conf: no other files are loaded",
    .help = EDIT_HELP
    "Without NAME: the kernel, and every module whose file the configuration uses. Pinned files\n"
    "belong to the configuration: a changed file is refused until it is pinned again, which\n"
    "changes the text, so that the file can be put on trial. 'btl unset NAME sha256' and\n"
    "'btl unset -g kernel_sha256' take a pin away.\n\n"
    "Example: btl pin -C btl.img hello\n"
    "         btl pin --trial -C /boot/efi\n",
    .run = pin_command,
};

// SPDX-License-Identifier: BSD-2-Clause
// The archive for a Linux kernel.
#include <btl/linux_boot.h>
#include <btl/linux_command.h>
#include <btl/linux_order.h>
#include <btl/mem.h>

#include "attempt_private.h"

// A text that is written twice: to measure it, and into memory of that size.
struct linux_text {
    const struct btl_attempt *attempt;
    uint32_t module;
    const uint32_t *places; // of each module in the order
    const struct btl_order *order;
};

// Return the text; `at` is NULL: no memory.
static struct btl_str linux_make_text(const struct linux_text *text,
                                      void (*write)(const struct linux_text *text,
                                                    struct btl_out *out))
{
    struct btl_buffer measured = btl_buffer(NULL, 0);
    write(text, &measured.out);
    char *bytes = btl_alloc(text->attempt->arena, measured.len + 1, 1);
    if (bytes == NULL)
        return (struct btl_str){NULL, 0};
    struct btl_buffer written = btl_buffer(bytes, measured.len + 1);
    write(text, &written.out);
    return (struct btl_str){bytes, written.len};
}

static void linux_write_needs(const struct linux_text *text, struct btl_out *out)
{
    const struct btl_planned *module = &text->attempt->plan.modules[text->module];
    bool more = false;
    for (uint32_t i = 0; i < module->dependency_count; i++) {
        uint32_t place = text->places[module->dependencies[i]];
        if (place == BTL_NONE)
            continue;
        btl_format(out, "%s%u", more ? "," : "", place);
        more = true;
    }
}

// NAME_flags as it is, then NAME.x="y" as x=y. A value with a blank is quoted.
static void linux_write_parameters(const struct linux_text *text, struct btl_out *out)
{
    const struct btl_module_config *config = text->attempt->plan.modules[text->module].config;
    const char *blank = "";
    if (config == NULL)
        return;
    if (config->flags != NULL && config->flags->value.len > 0) {
        btl_format(out, "%pS", &config->flags->value);
        blank = " ";
    }
    for (size_t i = 0; i < config->tunable_count; i++) {
        const struct btl_tunable_setting *tunable = &config->tunables[i];
        struct btl_str value = tunable->setting->value;
        bool quoted = value.len == 0 || btl_str_find(value, ' ') < value.len;
        btl_format(out, quoted ? "%s%pS=\"%pS\"" : "%s%pS=%pS", blank, &tunable->name, &value);
        blank = " ";
    }
}

static void linux_write_order(const struct linux_text *text, struct btl_out *out)
{
    btl_order_write(text->order, out);
}

static enum btl_order_action linux_action(const struct btl_attempt *attempt,
                                          const struct btl_planned *module)
{
    switch (btl_on_error_action(module->on_error, attempt->fallback.valid)) {
    case BTL_GO_ON_SILENTLY:
        return BTL_ORDER_IGNORE;
    case BTL_GO_ON:
        return BTL_ORDER_WARN;
    case BTL_FALL_BACK:
        return BTL_ORDER_RESET;
    default:
        return attempt->config.required_failure == BTL_STOP_RESET ? BTL_ORDER_RESTART
                                                                  : BTL_ORDER_STOP;
    }
}

// Fill in the row of a module. False: no memory.
static bool linux_make_row(const struct linux_text *text, struct btl_order_module *ret)
{
    const struct btl_planned *module = &text->attempt->plan.modules[text->module];
    *ret = (struct btl_order_module){
        .name = module->name,
        .needs = linux_make_text(text, linux_write_needs),
        .parameters = linux_make_text(text, linux_write_parameters),
        .init = module->phase == BTL_PHASE_INIT,
        .serial = module->config != NULL && module->config->serial,
        .action = linux_action(text->attempt, module),
    };
    return ret->needs.at != NULL && ret->parameters.at != NULL;
}

// Fill in the rows of all modules that are loaded. False: no memory.
static bool linux_make_rows(struct btl_attempt *attempt, struct btl_order_module *rows,
                            struct btl_order *order)
{
    const struct btl_plan *plan = &attempt->plan;
    uint32_t *places = BTL_NEW_ARRAY(attempt->arena, uint32_t, plan->module_count);
    if (places == NULL)
        return false;
    memset(places, 0xff, plan->module_count * sizeof(*places));
    for (uint32_t i = 0; i < plan->order_count; i++) {
        struct linux_text text = {attempt, plan->order[i], places, NULL};
        if (plan->modules[text.module].verdict != BTL_LOAD)
            continue;
        if (!linux_make_row(&text, &rows[order->module_count]))
            return false;
        places[text.module] = order->module_count++;
    }
    return true;
}

// The program that follows: rdinit= of the options, which /btl/init replaces, or that of Linux.
static struct btl_str linux_init(const struct btl_attempt *attempt)
{
    struct btl_str init = BTL_STR("/init");
    btl_linux_option(attempt->config.kernel_options, BTL_STR("rdinit"), &init);
    bool good = init.len > 0 && init.at[0] == '/' && init.len <= BTL_ORDER_INIT_MAX &&
                btl_order_is_text(init);
    return good ? init : BTL_STR("/init");
}

static struct btl_bytes linux_bytes(struct btl_str text)
{
    return (struct btl_bytes){(const uint8_t *)text.at, text.len};
}

static bool linux_add_order(struct btl_attempt *attempt, struct btl_linux_archive *archive)
{
    struct btl_order_module *rows =
        BTL_NEW_ARRAY(attempt->arena, struct btl_order_module, attempt->plan.order_count);
    struct btl_order order = {.counted = btl_attempt_is_counted(attempt),
                              .watchdog = attempt_linux_watchdog(attempt),
                              .init = linux_init(attempt),
                              .modules = rows};
    if (rows == NULL || !linux_make_rows(attempt, rows, &order))
        return false;
    struct btl_str text =
        linux_make_text(&(struct linux_text){attempt, 0, NULL, &order}, linux_write_order);
    return text.at != NULL &&
           btl_linux_archive_add_file(archive, BTL_STR("btl/order"), false, linux_bytes(text));
}

// A boot that was changed in the menu is no failure of its configuration.
static bool linux_add_failed(struct btl_attempt *attempt, struct btl_linux_archive *archive)
{
    const struct btl_boot *boot = attempt->boot;
    if (!attempt->fallback.valid || !btl_attempt_is_unchanged(attempt) ||
        attempt->config_file == NULL)
        return true;
    struct btl_record record = {
        .valid = true, .number = BTL_FAILED_IN_KERNEL, .path = boot->choice.path};
    memcpy(record.sha256, attempt->config_file->sha256, sizeof(record.sha256));
    btl_record_merge_given_up(&boot->state.record[BTL_VARIABLE_FAILED], &record);
    uint8_t *bytes = btl_alloc(attempt->arena, BTL_RECORD_MAX, 1);
    if (bytes == NULL)
        return false;
    uint64_t size = btl_record_write(BTL_VARIABLE_FAILED, &record, bytes);
    return size == 0 || btl_linux_archive_add_file(archive, BTL_STR("btl/failed"), false,
                                                   (struct btl_bytes){bytes, size});
}

static bool linux_add_module(struct btl_attempt *attempt, uint32_t index,
                             struct btl_linux_archive *archive)
{
    struct btl_str path =
        btl_module_path(attempt->arena, BTL_STR("btl/modules"), attempt->plan.modules[index].name);
    return path.at != NULL &&
           btl_linux_archive_add_file(archive, path, false, attempt->modules[index]->file->bytes);
}

static bool linux_add_modules(struct btl_attempt *attempt, struct btl_linux_archive *archive)
{
    const struct btl_plan *plan = &attempt->plan;
    for (uint32_t i = 0; i < plan->order_count; i++)
        if (btl_attempt_is_staged(attempt, plan->order[i]) &&
            !linux_add_module(attempt, plan->order[i], archive))
            return false;
    return true;
}

// ------------------------------------------------------------------------------- modules of AUTO

static bool linux_is_auto(const struct btl_planned *module)
{
    return module->verdict == BTL_READY;
}

// An alias of kmod's configuration is one word.
static bool linux_is_word(struct btl_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] <= ' ' || text.at[i] > '~' || text.at[i] == '#' || text.at[i] == '\\')
            return false;
    return text.len > 0;
}

// modprobe loads what a module needs by their lines. The line has its path: a shell of busybox
// prefers its own modprobe, which knows no such lines. $CMDLINE_OPTS are the options of the line
// before.
static void linux_write_auto(const struct linux_text *text, struct btl_out *out)
{
    const struct btl_plan *plan = &text->attempt->plan;
    const struct btl_planned *module = &plan->modules[text->module];
    const struct btl_modinfo *info = module->info;
    struct btl_str parameters = linux_make_text(text, linux_write_parameters);
    for (size_t i = 0; i < info->alias_count; i++)
        if (linux_is_word(info->aliases[i]))
            btl_format(out, "alias %pS %pS\n", &info->aliases[i], &info->name);
    if (parameters.len > 0)
        btl_format(out, "options %pS %pS\n", &info->name, &parameters);
    btl_format(out, "install %pS ", &info->name);
    for (uint32_t i = 0; i < module->dependency_count; i++) {
        const struct btl_planned *need = &plan->modules[module->dependencies[i]];
        if (linux_is_auto(need))
            btl_format(out, "/sbin/modprobe %pS && ", &need->info->name);
    }
    btl_format(out, "insmod /btl/modules/%pS.ko $CMDLINE_OPTS\n", &module->name);
}

static void linux_write_modprobe(const struct linux_text *text, struct btl_out *out)
{
    const struct btl_plan *plan = &text->attempt->plan;
    btl_format(out, "# Modules of loader.conf with the phase AUTO.\n");
    for (uint32_t i = 0; i < plan->order_count; i++) {
        struct linux_text one = {text->attempt, plan->order[i], NULL, NULL};
        if (linux_is_auto(&plan->modules[one.module]))
            linux_write_auto(&one, out);
    }
}

static bool linux_add_modprobe(struct btl_attempt *attempt, struct btl_linux_archive *archive)
{
    bool any = false;
    for (uint32_t i = 0; i < attempt->plan.module_count; i++)
        any |= linux_is_auto(&attempt->plan.modules[i]);
    if (!any)
        return true;
    struct btl_str text =
        linux_make_text(&(struct linux_text){attempt, 0, NULL, NULL}, linux_write_modprobe);
    return text.at != NULL && btl_linux_archive_add_directory(archive, BTL_STR("etc")) &&
           btl_linux_archive_add_directory(archive, BTL_STR("etc/modprobe.d")) &&
           btl_linux_archive_add_file(archive, BTL_STR("etc/modprobe.d/btl.conf"), false,
                                      linux_bytes(text));
}

// --------------------------------------------------------------------------------- the archive

static bool linux_add_all(struct btl_attempt *attempt, struct btl_bytes init,
                          struct btl_bytes manifest, struct btl_linux_archive *archive)
{
    return btl_linux_archive_add_directory(archive, BTL_STR("btl")) &&
           btl_linux_archive_add_directory(archive, BTL_STR("btl/modules")) &&
           (!btl_attempt_needs_init(attempt) ||
            (btl_linux_archive_add_file(archive, BTL_STR("btl/init"), true, init) &&
             linux_add_order(attempt, archive) && linux_add_failed(attempt, archive))) &&
           btl_linux_archive_add_file(archive, BTL_STR("btl/manifest.bin"), false, manifest) &&
           linux_add_modules(attempt, archive) && linux_add_modprobe(attempt, archive) &&
           btl_linux_archive_end(archive);
}

bool btl_attempt_add_archive(struct btl_attempt *attempt, struct btl_bytes init,
                             struct btl_bytes manifest, struct btl_linux_archive *archive)
{
    return linux_add_all(attempt, init, manifest, archive) ||
           btl_attempt_no_memory(attempt, "preparing the initrd");
}

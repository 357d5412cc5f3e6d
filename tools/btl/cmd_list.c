// SPDX-License-Identifier: BSD-2-Clause
// btl list: the plan, in the order of loading; as a table, or as JSON (documented in btl(1)).
#include "boot.h"
#include "json.h"
#include "report.h"

#define JSON_VERSION 1

// Why a module takes part, and in this phase.
static struct btl_str why(const struct boot *boot, uint32_t index)
{
    struct btl_arena *arena = boot->host->arena;
    const struct btl_plan *plan = &boot->attempt.plan;
    const struct btl_planned *planned = &plan->modules[index];
    const struct btl_setting *set = planned->config == NULL ? NULL : planned->config->load;
    if (planned->verdict == BTL_FAILED && planned->reason != NULL)
        return memory_text(arena, "failed [%s]", btl_code_name(planned->reason->code));
    if (planned->verdict == BTL_OFF)
        return set == NULL ? BTL_STR("switched off")
                           : memory_text(arena, "switched off in line %u", set->line);
    if (planned->pulled_by == BTL_NONE)
        return set == NULL ? BTL_STR("dependency, on demand")
                           : memory_text(arena, "configured in line %u", set->line);
    const struct btl_str *by = &plan->modules[planned->pulled_by].name;
    return set == NULL ? memory_text(arena, "dependency of %pS", by)
                       : memory_text(arena, "configured for %s in line %u, dependency of %pS",
                                     btl_phase_name(planned->configured), set->line, by);
}

static bool has_address(const struct boot *boot, uint32_t index)
{
    return boot->attempt.modules[index]->linked &&
           boot->attempt.plan.modules[index].phase == BTL_PHASE_BOOT1;
}

static void print_row(void *to, const struct boot *boot, uint32_t index, uint32_t number)
{
    struct btl_out *out = to;
    const struct btl_planned *planned = &boot->attempt.plan.modules[index];
    const struct btl_attempt_module *module = boot->attempt.modules[index];
    struct btl_str reason = why(boot, index);
    char place[8] = "-", size[24] = "-", address[24] = "-";
    if (number != 0)
        btl_format_to(place, sizeof(place), "%u", number);
    if (module->linked)
        btl_format_to(size, sizeof(size), "%pB", &module->image.size);
    if (has_address(boot, index))
        btl_format_to(address, sizeof(address), "%016lx", module->image.base);
    btl_format(out, "%5s  %-5s  %-20pS  %-6s  %-8s  %10s  %-16s  %pS\n", place,
               btl_phase_name(planned->phase), &planned->name, btl_verdict_name(planned->verdict),
               btl_on_error_name(planned->on_error), size, address, &reason);
}

static bool in_order(const struct boot *boot, uint32_t index)
{
    enum btl_verdict verdict = boot->attempt.plan.modules[index].verdict;
    return verdict == BTL_LOAD || verdict == BTL_READY;
}

// Calls `print` for every module: first what will be loaded, in that order, then the others.
static void for_each(void *to, const struct boot *boot,
                     void (*print)(void *to, const struct boot *, uint32_t, uint32_t))
{
    const struct btl_plan *plan = &boot->attempt.plan;
    for (uint32_t i = 0; i < plan->order_count; i++)
        print(to, boot, plan->order[i], i + 1);
    for (uint32_t i = 0; i < plan->module_count; i++) {
        if (!in_order(boot, i))
            print(to, boot, i, 0);
    }
}

static void print_table(struct btl_out *out, const struct boot *boot)
{
    btl_format(out, "ORDER  %-5s  %-20s  %-6s  %-8s  %10s  %-16s  %s\n", "PHASE", "MODULE", "STATE",
               "ON-ERROR", "SIZE", "ADDRESS", "WHY");
    for_each(out, boot, print_row);
}

static void number_or_null(struct json *json, const char *name, bool known, uint64_t value)
{
    if (known)
        json_number(json, name, value);
    else
        json_null(json, name);
}

static void address_or_null(struct json *json, bool known, uint64_t value)
{
    if (known)
        json_hex(json, "address", value);
    else
        json_null(json, "address");
}

static void print_depends(struct json *json, const struct boot *boot, uint32_t index)
{
    const struct btl_planned *planned = &boot->attempt.plan.modules[index];
    json_begin(json, "depends", '[');
    for (uint32_t i = 0; i < planned->dependency_count; i++)
        json_text(json, NULL, boot->attempt.plan.modules[planned->dependencies[i]].name);
    json_end(json, ']');
}

static void print_reason(struct json *json, const struct boot *boot, uint32_t index)
{
    const struct btl_diag *reason = boot->attempt.plan.modules[index].reason;
    char text[2048];
    if (reason == NULL) {
        json_null(json, "reason");
        return;
    }
    json_begin(json, "reason", '{');
    json_word(json, "code", btl_code_name(reason->code));
    json_text(json, "sentence", report_sentence(reason, text, sizeof(text)));
    json_end(json, '}');
}

static void print_object(void *to, const struct boot *boot, uint32_t index, uint32_t number)
{
    struct json *json = to;
    const struct btl_planned *planned = &boot->attempt.plan.modules[index];
    const struct btl_attempt_module *module = boot->attempt.modules[index];
    const struct btl_setting *set = planned->config == NULL ? NULL : planned->config->load;
    json_begin_line(json, NULL, '{');
    json_text(json, "name", planned->name);
    number_or_null(json, "order", number != 0, number);
    json_word(json, "phase", btl_phase_name(planned->phase));
    json_word(json, "configured", btl_phase_name(planned->configured));
    json_word(json, "verdict", btl_verdict_name(planned->verdict));
    json_text(json, "why", why(boot, index));
    number_or_null(json, "line", set != NULL, set == NULL ? 0 : set->line);
    if (planned->pulled_by != BTL_NONE)
        json_text(json, "pulled_by", boot->attempt.plan.modules[planned->pulled_by].name);
    else
        json_null(json, "pulled_by");
    json_bool(json, "required", btl_on_error_stops(planned->on_error));
    json_word(json, "on_error", btl_on_error_name(planned->on_error));
    json_text(json, "file", module->path.len > 0 ? module->path : planned->path);
    number_or_null(json, "file_size", module->file != NULL,
                   module->file == NULL ? 0 : module->file->bytes.size);
    number_or_null(json, "size", module->linked, module->image.size);
    address_or_null(json, has_address(boot, index), module->image.base);
    print_depends(json, boot, index);
    print_reason(json, boot, index);
    json_end(json, '}');
}

static void print_json(struct btl_out *out, const struct boot *boot)
{
    struct json json = {.out = out};
    json_begin(&json, NULL, '{');
    json_number(&json, "version", JSON_VERSION);
    json_text(&json, "config", boot->attempt.config.file);
    json_word(&json, "machine", boot->machine->name);
    json_begin_line(&json, "kernel", '{');
    json_text(&json, "file", boot->attempt.config.kernel);
    number_or_null(&json, "size", boot->kernel_good, boot->attempt.kernel.image.size);
    address_or_null(&json, boot->kernel_good, boot->attempt.kernel.image.base);
    json_end(&json, '}');
    json_number(&json, "errors", boot->host->diags.errors);
    json_number(&json, "warnings", boot->host->diags.warnings);
    json_begin(&json, "modules", '[');
    for_each(&json, boot, print_object);
    json_end(&json, ']');
    json_end(&json, '}');
    btl_format(out, "\n");
}

static int list_command(struct host *host, int argc, char **argv)
{
    struct boot boot = {.host = host};
    struct btl_out out = out_to(stdout);
    bool json = false;
    const struct command_option options[] = {
        BOOT_OPTIONS(&boot), {.word = "json", .flag = &json}, {0}};
    if (!parse_options(host, argc, argv, options) || !boot_parse_options(&boot))
        return EXIT_ERRORS;
    if (argc - optind > 1)
        return usage_error(host, "there is one loader.conf to a boot, and more were given");
    boot_argument(&boot, optind < argc ? argv[optind] : NULL);
    if (!boot_run(&boot))
        return EXIT_ERRORS;
    if (json)
        print_json(&out, &boot);
    else
        print_table(&out, &boot);
    boot_close(&boot);
    return EXIT_GOOD;
}

const struct command cmd_list = {
    .name = "list",
    .synopsis = BOOT_SYNOPSIS " [--json] [LOADER.CONF]",
    .summary = "shows the plan: which module is loaded when, where and why",
    .help = BOOT_HELP "      --json              for programs; btl(1) describes it\n\n"
                      "Example: btl list -C build/x86_64/btl.img\n",
    .run = list_command,
};
